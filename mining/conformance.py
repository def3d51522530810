"""Conformance: where cases left the very version of the procedure on which they ran, how often, where and at what cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpmn.errors import NotCovered
from bpmn.model import EventNode, Position, ProcessModel
from mining.alignment import Aligned, Alignment, Side, Trace, align
from mining.bootstrap import median_difference
from mining.decided import Compared, Stretch, Stretches, compared, is_decided
from mining.deviations import Deviation, Word, deviations
from mining.errors import NoAlignment
from mining.findings import ENOUGH, Evidence, Finding, Kind, Note, ranked
from mining.performance import is_open
from mining.recorded_net import RecordedNet, recorded_net
from mining.shares import wilson
from mining.timeliness import by_office
from mining.variants import SEPARATOR

PRICED = 60  # deviations whose effect on lead time is worked out; those of more cases come first

Models = Mapping[int | None, ProcessModel]
Key = tuple[Word, str]


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """`cases` were finished and compared with the whole model, `open_cases` and `withdrawn` ones (which never reached an end)
    as far as they had come, `open_deviating` of both deviate; `undecided` had no
    alignment within the limits, `unmodelled` ran on versions without a model. Fitness: average over cases, and of the log.
    Deviations are those of the finished cases; `value` is the number of cases, `share` their part of those eligible.
    """

    cases: int
    conforming: int
    fitness: float | None
    log_fitness: float | None
    cost: int
    open_cases: int
    withdrawn: int
    open_deviating: int
    undecided: int
    unmodelled: int
    unknown_activities: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

    @property
    def rate(self) -> float | None:
        """The share of finished cases without any deviation."""
        return self.conforming / self.cases if self.cases else None


@dataclass
class _Tally:
    """What is summed up over versions."""

    cost: int = 0
    worst: int = 0
    fitness: float = 0.0
    open_cases: int = 0
    withdrawn: int = 0
    undecided: int = 0
    unmodelled: int = 0
    open_deviating: int = 0
    unknown: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)


def conformance(cases: pd.DataFrame, models: Models, *, seed: int = 0) -> Conformance:
    """Compare each case with the model of its version, `models[None]` where a version has none of its own.

    `cases` are the rows of `reading.Reading.cases`.
    """
    tally, pieces = _Tally(), []
    apart = is_decided(cases)
    if apart.any():
        pieces.append(_compare_decided(cases[apart], models, tally))
        cases = cases[~apart]
    for version, rows in cases.groupby(cases["version"].fillna(-1).astype("int64"), sort=True):
        model = models.get(int(version) if version != -1 else None, models.get(None))
        if model is None:
            tally.unmodelled += len(rows)
            continue
        piece = _compare(rows, model, tally)
        if piece is None:
            continue
        pieces.append(piece)
    found = _Compared.joined(pieces)
    compared = len(found.rows)
    return Conformance(
        cases=compared,
        conforming=int((found.costs == 0).sum()),
        fitness=tally.fitness / compared if compared else None,
        log_fitness=1 - tally.cost / tally.worst if tally.worst else None,
        cost=tally.cost,
        open_cases=tally.open_cases,
        withdrawn=tally.withdrawn,
        open_deviating=tally.open_deviating,
        undecided=tally.undecided,
        unmodelled=tally.unmodelled,
        unknown_activities=tuple(sorted(tally.unknown)),
        findings=_findings(found, seed),
        notes=tuple(tally.notes),
    )


@dataclass(frozen=True)
class _Path:
    """A distinct path on a version: its deviations, and what the procedure had on the way."""

    deviations: tuple[Deviation, ...]
    expected: frozenset[str]
    done: frozenset[str]


@dataclass(frozen=True)
class _Compared:
    """Finished cases with an alignment; `path[i]` is the index of case i's path."""

    rows: pd.DataFrame
    path: npt.NDArray[np.int64]
    costs: npt.NDArray[np.int64]
    paths: tuple[_Path, ...]

    @staticmethod
    def joined(pieces: list[_Compared]) -> _Compared:
        if not pieces:
            empty = np.empty(0, np.int64)
            return _Compared(pd.DataFrame(), empty, empty, ())
        offsets = np.cumsum([0, *(len(piece.paths) for piece in pieces)])
        return _Compared(
            pd.concat([piece.rows for piece in pieces], ignore_index=True),
            np.concatenate([piece.path + offset for piece, offset in zip(pieces, offsets, strict=False)]),
            np.concatenate([piece.costs for piece in pieces]),
            tuple(path for piece in pieces for path in piece.paths),
        )


def _compare(rows: pd.DataFrame, model: ProcessModel, tally: _Tally) -> _Compared | None:
    """Align the finished and the open cases of one version; None where its model cannot be compared, which is noted."""
    activities = frozenset(name for path in rows["path"].unique() for name in _steps(path))
    try:
        net = recorded_net(model, activities)
        running, withdrawn = is_open(rows), _withdrawn(rows, model)
        finished = _aligned(rows[~running & ~withdrawn], net, prefixes=False)
        unfinished = _aligned(rows[running | withdrawn], net, prefixes=True)
    except (NotCovered, NoAlignment) as error:
        tally.unmodelled += len(rows)
        tally.notes.append(Note("model_not_comparable", {"model": model.key, "reason": str(error)}))
        return None
    tally.notes.extend(net.notes)
    tally.unknown |= net.unknown
    tally.open_cases += int(running.sum())
    tally.withdrawn += int((withdrawn & ~running).sum())
    tally.open_deviating += int(sum(a is None or a.cost > 0 for a in unfinished.alignments_by_case()))
    return _counted(finished, net, tally)


def _withdrawn(rows: pd.DataFrame, model: ProcessModel) -> pd.Series[bool]:
    """Cases that ended with a withdrawal: not with an end of the model that withdrew what was left at the same instant."""
    ends = {node.id for node in model.nodes if isinstance(node, EventNode) and node.position is Position.END}
    ended = {path for path in rows["path"].unique() if not ends.isdisjoint(_steps(path)[-1:])}
    at_an_end = rows["path"].isin(ended) & (rows["done_at"] == rows["last_at"])
    found: pd.Series[bool] = rows["withdrawn"].astype("boolean").fillna(False).astype(bool) & ~at_an_end
    return found


def _compare_decided(rows: pd.DataFrame, models: Models, tally: _Tally) -> _Compared:
    """Cases with several versions, or moved past steps: each stretch against the version under which it was done."""
    activities = frozenset(name for path in rows["path"].unique() for name in _steps(path))

    @cache
    def net_of(version: int | None) -> RecordedNet | None:
        model = models.get(version, models.get(None))
        try:
            return recorded_net(model, activities) if model is not None else None
        except NotCovered:
            return None

    kept: list[int] = []
    found: list[Compared] = []
    for at, row in enumerate(rows.to_dict("records")):
        one, unfinished = _decided(row, rows.iloc[[at]], models, net_of), _unfinished(rows.iloc[[at]], models)
        if one is None:
            tally.unmodelled += 1
        elif unfinished:
            tally.open_cases += unfinished == "open"
            tally.withdrawn += unfinished == "withdrawn"
            tally.open_deviating += one.cost > 0
        else:
            kept.append(at)
            found.append(one)
    tally.cost += sum(one.cost for one in found)
    tally.worst += sum(one.worst for one in found)
    tally.fitness += sum(1 - one.cost / one.worst if one.worst else 1.0 for one in found)
    paths = tuple(_Path(one.deviations, one.expected, one.done) for one in found)
    costs = np.array([one.cost for one in found], dtype=np.int64)
    return _Compared(rows.iloc[kept], np.arange(len(kept), dtype=np.int64), costs, paths)


def _decided(
    row: Mapping[Hashable, Any], alone: pd.DataFrame, models: Models, nets: Callable[[int | None], RecordedNet | None]
) -> Compared | None:
    own = None if pd.isna(row["version"]) else int(row["version"])
    steps = _steps(row["path"])
    stretches: Stretches = row["stretches"] or (Stretch(own, len(steps)),)
    unfinished = _unfinished(alone, models) is not None
    return compared(steps, stretches, row["passed_over"] or frozenset(), nets, unfinished=unfinished)


def _unfinished(alone: pd.DataFrame, models: Models) -> str | None:
    """`open` or `withdrawn` where this one case did not come to an end of the drawing."""
    if is_open(alone).iloc[0]:
        return "open"
    version = alone["version"].iloc[0]
    model = models.get(None if pd.isna(version) else int(version), models.get(None))
    return "withdrawn" if model is not None and _withdrawn(alone, model).iloc[0] else None


@dataclass(frozen=True)
class _AlignedRows:
    rows: pd.DataFrame
    path: npt.NDArray[np.int64]
    traces: tuple[Trace, ...]
    aligned: Aligned

    def alignments_by_case(self) -> Iterable[Alignment | None]:
        return (self.aligned.alignments[path] for path in self.path)


def _aligned(rows: pd.DataFrame, net: RecordedNet, *, prefixes: bool) -> _AlignedRows:
    codes, texts = pd.factorize(rows["path"], sort=True)
    traces = tuple(net.comparable(_steps(text)) for text in texts)
    return _AlignedRows(rows, codes.astype(np.int64), traces, align(net.net, traces, prefixes=prefixes))


def _steps(path: str) -> Trace:
    return tuple(path.split(SEPARATOR)) if path else ()


def _counted(found: _AlignedRows, net: RecordedNet, tally: _Tally) -> _Compared:
    alignments = found.aligned.alignments
    decided = np.array([a is not None for a in alignments], dtype=np.bool_)[found.path]
    costs = np.array([a.cost if a else 0 for a in alignments], dtype=np.int64)
    lengths = np.array([len(trace) + found.aligned.shortest for trace in found.traces], dtype=np.int64)
    fitness = np.array(
        [found.aligned.fitness(t, a) if a else 0.0 for t, a in zip(found.traces, alignments, strict=True)]
    )
    path = found.path[decided]
    tally.undecided += int((~decided).sum())
    tally.cost += int(costs[path].sum())
    tally.worst += int(lengths[path].sum())
    tally.fitness += float(fitness[path].sum())
    paths = tuple(_path(a, net.known) if a else _Path((), frozenset(), frozenset()) for a in alignments)
    return _Compared(found.rows[decided], path, costs[path], paths)


def _path(alignment: Alignment, known: frozenset[str]) -> _Path:
    return _Path(
        tuple(deviations(alignment, known)),
        frozenset(move.activity for move in alignment.moves if move.side is not Side.LOG),
        frozenset(move.activity for move in alignment.moves if move.side is not Side.MODEL),
    )


# --- from paths to findings -------------------------------------------------------------------------------------------


def _findings(found: _Compared, seed: int) -> tuple[Finding, ...]:
    lead = _lead_seconds(found.rows)
    counts = {key: _case_mask(found, key) for key in _keys(found.paths)}
    by_weight = sorted(counts, key=lambda key: (-int(counts[key].sum()), key))
    return ranked(
        _finding(found, key, counts[key], lead if at < PRICED else None, seed) for at, key in enumerate(by_weight)
    )


def _keys(paths: tuple[_Path, ...]) -> set[Key]:
    return {(deviation.word, deviation.activity) for path in paths for deviation in path.deviations}


def _case_mask(found: _Compared, key: Key) -> npt.NDArray[np.bool_]:
    has = np.array([any((d.word, d.activity) == key for d in path.deviations) for path in found.paths], dtype=np.bool_)
    return has[found.path]


def _eligible(found: _Compared, key: Key) -> npt.NDArray[np.bool_]:
    """Cases in which the deviation could have happened: the procedure came by it, or the activity was done."""
    word, activity = key
    if word in (Word.SKIPPED, Word.BYPASSED):
        could = [activity in path.expected for path in found.paths]
    elif word in (Word.REPEATED, Word.OUT_OF_ORDER):
        could = [activity in path.done for path in found.paths]
    else:
        could = [True] * len(found.paths)
    return np.array(could, dtype=np.bool_)[found.path]


def _finding(
    found: _Compared,
    key: Key,
    deviating: npt.NDArray[np.bool_],
    lead: npt.NDArray[np.float64] | None,
    seed: int,
) -> Finding:
    word, activity = key
    eligible = _eligible(found, key) | deviating
    cases, of = int(deviating.sum()), int(eligible.sum())
    low, high = wilson(cases, of)
    per_path = np.bincount(found.path, minlength=len(found.paths))
    evidence: dict[str, Evidence] = {
        "occurrences": int(sum(int(n) * _times(path, key) for n, path in zip(per_path, found.paths, strict=True))),
        "eligible": of,
        "share_of": "eligible",
        "share_interval": [low, high],
        "after": _contexts(found, key, per_path),
        "offices": by_office(_office(found.rows), deviating, eligible),
        **_lead_effect(lead, deviating, eligible, seed),
    }
    return Finding(
        kind=Kind.DEVIATION,
        subject=(activity,),
        measure=word.value,
        value=float(cases),
        unit="cases",
        share=cases / of if of else None,
        cases=cases,
        insufficient=of < ENOUGH,
        evidence=evidence,
    )


def _times(path: _Path, key: Key) -> int:
    return sum((deviation.word, deviation.activity) == key for deviation in path.deviations)


def _contexts(found: _Compared, key: Key, per_path: npt.NDArray[np.int64]) -> list[Evidence]:
    """The steps after which it happens, the most frequent three."""
    counter: Counter[str] = Counter()
    for count, path in zip(per_path.tolist(), found.paths, strict=True):
        for deviation in path.deviations:
            if (deviation.word, deviation.activity) == key:
                counter[deviation.after or ""] += count
    order = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:3]
    return [{"activity": activity or None, "cases": count} for activity, count in order if count]


def _office(rows: pd.DataFrame) -> npt.NDArray[np.object_]:
    return rows["office"].astype(object).where(rows["office"].notna(), None).to_numpy()


def _lead_seconds(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    if rows.empty:
        return np.empty(0)
    return np.asarray((rows["last_at"] - rows["first_at"]).dt.total_seconds(), dtype=np.float64)


def _lead_effect(
    lead: npt.NDArray[np.float64] | None,
    deviating: npt.NDArray[np.bool_],
    eligible: npt.NDArray[np.bool_],
    seed: int,
) -> dict[str, Evidence]:
    """The difference of median lead times with and without it: raw, not matched for what else differs between them."""
    others = eligible & ~deviating
    if lead is None or min(int(deviating.sum()), int(others.sum())) < ENOUGH:
        return {"lead_difference": None, "lead_interval": None, "lead_effect": "insufficient"}
    difference, interval = median_difference(lead[deviating], lead[others], seed=seed)
    return {"lead_difference": difference, "lead_interval": list(interval), "lead_effect": "raw"}
