"""Rework: activities done again in the same case, what that cost, and what was returned for correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt

from bpmn.model import Activity, ProcessModel
from event_logs.log import EventLog
from mining.case_attributes import read_attributes
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.performance import known_seconds
from mining.shares import wilson
from mining.work import UNKNOWN, Work

MOST_REASONS = 5
RETURNED = "return"  # the option of an outcome that means return for correction


@dataclass(frozen=True, slots=True)
class _Repeats:
    """Rows of one activity that repeat it within their case, the rows in which it was done before, and how often it was done."""

    again: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    done: int
    cases_done: int

    @property
    def at_once(self) -> int:
        """Self-loops: nothing else was done in between."""
        return int((self.before == self.again - 1).sum())


def rework(work: Work, models: Mapping[int | None, ProcessModel] | None = None) -> tuple[Finding, ...]:
    """Activities by how often they were done again in the same case; `share` is of the cases that did them at all.

    `evidence`: self-loops (`at_once`, nothing in between) and loops (`after_other_work`), each by the same officer or, as a redo,
    by another (the four kinds of Swennen, Janssenswillen, Jans, Depaire and Vanhoof, 2015), from which step the case came back
    most often, and the cost in time: waiting, processing and elapsed time of the repeats themselves, and the whole `way_round`
    from doing it to having done it again. Activities drawn with several instances are not counted.
    """
    several = _drawn_many_times(models or {})
    found = []
    for code, activity in enumerate(work.activity.names):
        repeats = _repeats(work, code)
        if activity not in several and len(repeats.again):
            found.append(_finding(work, activity, repeats))
    return ranked(found)


def _drawn_many_times(models: Mapping[int | None, ProcessModel]) -> frozenset[str]:
    nodes = (node for model in models.values() for node in model.nodes)
    return frozenset(n.id for n in nodes if isinstance(n, Activity) and n.multi_instance is not None)


def _repeats(work: Work, code: int) -> _Repeats:
    rows = np.flatnonzero(work.activity.codes == code)
    same_case = work.case[rows[1:]] == work.case[rows[:-1]]
    again = rows[1:][same_case]
    return _Repeats(again, rows[:-1][same_case], len(rows), len(np.unique(work.case[rows])))


def _finding(work: Work, activity: str, repeats: _Repeats) -> Finding:
    cases = len(np.unique(work.case[repeats.again]))
    round_trips = (work.completed[repeats.again] - work.completed[repeats.before]).astype(np.int64) / 1e6
    evidence: dict[str, Evidence] = {
        "done": repeats.done,
        "eligible": repeats.cases_done,
        "share_of": "eligible",
        "at_once": repeats.at_once,
        "after_other_work": len(repeats.again) - repeats.at_once,
        "came_back_from": _came_from(work, repeats.again),
        **_by_whom(work, repeats),
        "extra_waiting": _known_total(work.waiting[repeats.again]),
        "extra_processing": _known_total(work.processing[repeats.again]),
        "extra_elapsed": _known_total(work.elapsed[repeats.again]),
        "way_round": float(round_trips.sum()),
        "median_way_round": float(np.median(round_trips)),
    }
    return Finding(
        kind=Kind.REWORK,
        subject=(activity,),
        measure="repeats",
        value=float(len(repeats.again)),
        unit="count",
        share=cases / repeats.cases_done,
        cases=cases,
        insufficient=repeats.cases_done < ENOUGH,
        evidence=evidence,
    )


def _known_total(values: npt.NDArray[np.int64]) -> float | None:
    return float(known_seconds(values).sum()) if (values != UNKNOWN).any() else None


def _by_whom(work: Work, repeats: _Repeats) -> dict[str, Evidence]:
    """Repeats by the officer who had done it before and by others, at once and later; None where nobody is recorded."""
    now, then = work.officer.codes[repeats.again], work.officer.codes[repeats.before]
    known, at_once = (now != UNKNOWN) & (then != UNKNOWN), repeats.before == repeats.again - 1
    if not known.any():
        return {"same_officer": None, "other_officer": None}
    kinds = {
        "same_officer": now == then,
        "other_officer": now != then,
        "same_officer_at_once": (now == then) & at_once,
        "other_officer_at_once": (now != then) & at_once,
    }
    return {name: int((kind & known).sum()) for name, kind in kinds.items()}


def _came_from(work: Work, again: npt.NDArray[np.int64]) -> list[Evidence]:
    """The steps right before the repeats, the most frequent three."""
    codes, counts = np.unique(work.activity.codes[again - 1], return_counts=True)
    order = sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:3]
    return [{"activity": work.activity.names[code], "times": count} for code, count in order]


def returns(log: EventLog) -> tuple[Finding, ...]:
    """Activities by how often their outcome was a return for correction; `share` is of their recorded outcomes.

    Reads the attribute `<activity>_outcome` of the engine's completions; a log without outcomes has no such findings.
    `evidence["reasons"]` are the most frequent other answers given with the return, by the fields in which they were given.
    """
    rows = _outcomes(log.events)
    reasons = _reasons(log.events) if any(row["returned"] for row in rows) else {}
    return ranked(
        Finding(
            kind=Kind.RETURNED,
            subject=(str(row["activity"]),),
            measure="returns",
            value=float(row["returned"]),
            unit="count",
            share=row["returned"] / row["decided"],
            cases=int(row["cases"]),
            insufficient=row["decided"] < ENOUGH,
            evidence={
                "decided": int(row["decided"]),
                "share_of": "outcomes",
                "share_interval": list(wilson(int(row["returned"]), int(row["decided"]))),
                "reasons": reasons.get(str(row["activity"]), []),
            },
        )
        for row in rows
        if row["returned"]
    )


def _reasons(events: ibis.Table) -> dict[str, list[Evidence]]:
    """By activity the answers that more than one return had in common: field, answer, how often. Lists count by their entries."""
    returned = events.filter(
        (events.lifecycle == "complete") & events.attributes.contains(ibis.literal(f'_outcome":"{RETURNED}"'))
    )
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for activity, text in returned.select("activity", "attributes").to_pandas().itertuples(index=False):
        answers = read_attributes(text)
        if answers.get(f"{activity}_outcome") == RETURNED:
            given = {(name, one) for name, answer in answers.items() for one in _entries(name, answer)}
            counts.setdefault(str(activity), Counter()).update(given)
    return {activity: _most_frequent(counter) for activity, counter in counts.items()}


def _entries(field: str, answer: object) -> list[str]:
    if field.endswith("_outcome") or not isinstance(answer, str):
        return []
    return [entry.strip() for entry in answer.split(";") if entry.strip()]


def _most_frequent(counter: Counter[tuple[str, str]]) -> list[Evidence]:
    order = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    return [{"field": field, "answer": answer, "times": times} for (field, answer), times in order if times > 1]


def _outcomes(events: ibis.Table) -> list[dict[str, int]]:
    """By activity: outcomes recorded, returns among them, cases with a return."""
    outcome = ibis.literal('"') + events.activity + ibis.literal('_outcome":"')
    decided = events.filter((events.lifecycle == "complete") & events.attributes.contains(outcome))
    again = decided.attributes.contains(ibis.literal('"') + decided.activity + ibis.literal(f'_outcome":"{RETURNED}"'))
    counted = decided.mutate(again=again).group_by("activity")
    table = counted.aggregate(
        decided=ibis._.count(), returned=ibis._.again.sum(), cases=ibis._.case_id.nunique(where=ibis._.again)
    )
    return table.order_by("activity").to_pyarrow().to_pylist()  # type: ignore[no-any-return]
