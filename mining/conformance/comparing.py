"""Cases held against the model of their version: each distinct path is aligned once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpmn.errors import NotCovered
from bpmn.model import EventNode, Position, ProcessModel
from event_logs.courses import SEPARATOR
from mining.alignment import Aligned, Alignment, Side, Trace, align
from mining.decided import Compared, Stretch, Stretches, compared
from mining.deviations import Deviation, deviations
from mining.errors import NoAlignment
from mining.findings import Note
from mining.performance import is_open
from mining.precision import Precision, precision, run_of
from mining.recorded_net import RecordedNet, recorded_net

Models = Mapping[int | None, ProcessModel]


@dataclass
class Tally:
    """What is summed up over versions."""

    cost: int = 0
    worst: int = 0
    fitness: float = 0.0
    open_cases: int = 0
    withdrawn: int = 0
    undecided: int = 0
    unmodelled: int = 0
    open_deviating: int = 0
    precision: Precision | None = None
    imprecise: bool = False  # of some version the precision cannot be told, and so not that of the whole
    unknown: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def add_precision(self, of_version: Precision | None) -> None:
        self.imprecise |= of_version is None
        known = self.precision + of_version if self.precision and of_version else of_version
        self.precision = None if self.imprecise else known


@dataclass(frozen=True)
class ComparedPath:
    """A distinct path on a version: its deviations, and what the procedure had on the way."""

    deviations: tuple[Deviation, ...]
    expected: frozenset[str]
    done: frozenset[str]


@dataclass(frozen=True)
class ComparedCases:
    """Finished cases with an alignment; `path[i]` is the index of case i's path."""

    rows: pd.DataFrame
    path: npt.NDArray[np.int64]
    costs: npt.NDArray[np.int64]
    paths: tuple[ComparedPath, ...]

    @staticmethod
    def joined(pieces: list[ComparedCases]) -> ComparedCases:
        if not pieces:
            empty = np.empty(0, np.int64)
            return ComparedCases(pd.DataFrame(), empty, empty, ())
        offsets = np.cumsum([0, *(len(piece.paths) for piece in pieces)])
        return ComparedCases(
            pd.concat([piece.rows for piece in pieces], ignore_index=True),
            np.concatenate([piece.path + offset for piece, offset in zip(pieces, offsets, strict=False)]),
            np.concatenate([piece.costs for piece in pieces]),
            tuple(path for piece in pieces for path in piece.paths),
        )


def compare(rows: pd.DataFrame, model: ProcessModel, tally: Tally) -> ComparedCases | None:
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


def compare_decided(rows: pd.DataFrame, models: Models, tally: Tally) -> ComparedCases:
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
    paths = tuple(ComparedPath(one.deviations, one.expected, one.done) for one in found)
    costs = np.array([one.cost for one in found], dtype=np.int64)
    return ComparedCases(rows.iloc[kept], np.arange(len(kept), dtype=np.int64), costs, paths)


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


def _counted(found: _AlignedRows, net: RecordedNet, tally: Tally) -> ComparedCases:
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
    if len(path):
        weights = np.bincount(path, minlength=len(alignments)).tolist()
        tally.add_precision(precision(net.net, ((run_of(a), n) for a, n in zip(alignments, weights, strict=True) if a)))
    paths = tuple(_path(a, net.known) if a else ComparedPath((), frozenset(), frozenset()) for a in alignments)
    return ComparedCases(found.rows[decided], path, costs[path], paths)


def _path(alignment: Alignment, known: frozenset[str]) -> ComparedPath:
    return ComparedPath(
        tuple(deviations(alignment, known)),
        frozenset(move.activity for move in alignment.moves if move.side is not Side.LOG),
        frozenset(move.activity for move in alignment.moves if move.side is not Side.MODEL),
    )
