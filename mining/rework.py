"""Rework: activities done again in the same case, what that cost, and what was returned for correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt

from bpmn.model import Activity, ProcessModel
from event_logs.log import EventLog
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.performance import known_seconds
from mining.work import UNKNOWN, Work

RETURNED = "return"  # the option of an outcome that means return for correction


@dataclass(frozen=True, slots=True)
class _Repeats:
    """Rows of one activity that repeat it within their case, and those among them that follow on it at once."""

    again: npt.NDArray[np.int64]
    at_once: int
    done: int
    cases_done: int


def rework(work: Work, models: Mapping[int | None, ProcessModel] | None = None) -> tuple[Finding, ...]:
    """Activities by how often they were done again in the same case; `share` is of the cases that did them at all.

    `evidence`: repeats at once (nothing in between) and after other work, from which step the case came back most often, and
    the waiting and processing that the repeats took. Activities drawn with several instances are not counted.
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
    at_once = int((rows[:-1][same_case] == again - 1).sum())
    return _Repeats(again, at_once, len(rows), len(np.unique(work.case[rows])))


def _finding(work: Work, activity: str, repeats: _Repeats) -> Finding:
    cases = len(np.unique(work.case[repeats.again]))
    waiting, processing = work.waiting[repeats.again], work.processing[repeats.again]
    evidence: dict[str, Evidence] = {
        "done": repeats.done,
        "eligible": repeats.cases_done,
        "share_of": "eligible",
        "at_once": repeats.at_once,
        "after_other_work": len(repeats.again) - repeats.at_once,
        "came_back_from": _came_from(work, repeats.again),
        "extra_waiting": float(known_seconds(waiting).sum()) if (waiting != UNKNOWN).any() else None,
        "extra_processing": float(known_seconds(processing).sum()) if (processing != UNKNOWN).any() else None,
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


def _came_from(work: Work, again: npt.NDArray[np.int64]) -> list[Evidence]:
    """The steps right before the repeats, the most frequent three."""
    codes, counts = np.unique(work.activity.codes[again - 1], return_counts=True)
    order = sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:3]
    return [{"activity": work.activity.names[code], "times": count} for code, count in order]


def returns(log: EventLog) -> tuple[Finding, ...]:
    """Activities by how often their outcome was a return for correction; `share` is of their recorded outcomes.

    Reads the attribute `<activity>_outcome` of the engine's completions; a log without outcomes has no such findings.
    """
    rows = _outcomes(log.events)
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
            evidence={"decided": int(row["decided"]), "share_of": "outcomes"},
        )
        for row in rows
        if row["returned"]
    )


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
