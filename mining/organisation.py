"""The people: who does how much, how busy they are, and how work passes between officers, posts and offices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from event_logs.working_time import WorkingCalendar
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.performance import Grouping, known_seconds, rows_of
from mining.work import UNKNOWN, Words, Work

MOST_HANDOVERS = 50


def workload(work: Work, calendar: WorkingCalendar | None = None) -> tuple[Finding, ...]:
    """Officers, then posts, by the pieces of work that they did; `share` is of all pieces done by somebody.

    `evidence["utilisation"]` is processing within office hours over the office hours from the officer's first to last piece
    of work, for a post summed over its officers; None where starts are not recorded. It is a lower bound: officers also do
    work of other procedures.
    """
    return (*_workload(work, work.officer, "officer", calendar), *_workload(work, work.post, "post", calendar))


def _workload(work: Work, who: Words, measure: str, calendar: WorkingCalendar | None) -> tuple[Finding, ...]:
    everything = int((who.codes != UNKNOWN).sum())
    grouping = Grouping(tuple((name,) for name in who.names), who.codes)
    return ranked(
        Finding(
            kind=Kind.WORKLOAD,
            subject=subject,
            measure=measure,
            value=float(len(rows)),
            unit="count",
            share=len(rows) / everything,
            cases=len(np.unique(work.case[rows])),
            insufficient=len(rows) < ENOUGH,
            evidence=_load(work, rows, calendar),
        )
        for subject, rows in zip(grouping.subjects, rows_of(grouping), strict=True)
        if len(rows)
    )


def _load(work: Work, rows: npt.NDArray[np.int64], calendar: WorkingCalendar | None) -> dict[str, Evidence]:
    processing, waiting = known_seconds(work.processing[rows]), known_seconds(work.waiting[rows])
    officers = np.unique(work.officer.codes[rows])
    return {
        "share_of": "pieces",
        "officers": int((officers != UNKNOWN).sum()),
        "activities": len(np.unique(work.activity.codes[rows])),
        "processing": float(processing.sum()) if len(processing) else None,
        "median_processing": float(np.median(processing)) if len(processing) else None,
        "median_waiting": float(np.median(waiting)) if len(waiting) else None,
        "total_waiting": float(waiting.sum()) if len(waiting) else None,
        "utilisation": _utilisation(work, rows, calendar),
    }


def _utilisation(work: Work, rows: npt.NDArray[np.int64], calendar: WorkingCalendar | None) -> float | None:
    known = rows[(work.working_processing[rows] != UNKNOWN) & (work.officer.codes[rows] != UNKNOWN)]
    if calendar is None or not len(known):
        return None
    officer = work.officer.codes[known]
    hours = 0
    for code in np.unique(officer):
        own = known[officer == code]
        first, last = work.started[own].min(), work.completed[own].max()
        hours += int(calendar.microseconds(np.array([first]), np.array([last])).astype(np.int64)[0])
    return float(work.working_processing[known].sum() / hours) if hours else None


def matrix(work: Work, who: Words, most: int = 12) -> dict[str, Evidence]:
    """Steps from hand to hand as a square, for a page: `names` (those with most steps first), and by row from and column to how
    often (also within the same hands) and the median waiting in seconds, None where nothing is known."""
    source, known = _from_hands(work, who)
    size = np.bincount(np.concatenate([source[known], who.codes[known]]), minlength=len(who.names))
    shown = [code for code in np.argsort(-size, kind="stable")[:most].tolist() if size[code]]
    cells = [[known[(source[known] == a) & (who.codes[known] == b)] for b in shown] for a in shown]
    return {
        "names": [who.names[code] for code in shown],
        "counts": [[len(rows) for rows in row] for row in cells],
        "median_waiting": [[_median_waiting(work, rows) for rows in row] for row in cells],
    }


def _median_waiting(work: Work, rows: npt.NDArray[np.int64]) -> float | None:
    waiting = known_seconds(work.waiting[rows])
    return float(np.median(waiting)) if len(waiting) else None


def _from_hands(work: Work, who: Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The hands that each row came from, and the rows of which both are known."""
    source = np.where(work.enabler >= 0, who.codes[work.enabler], UNKNOWN)
    return source, np.flatnonzero((source != UNKNOWN) & (who.codes != UNKNOWN))


def handovers(work: Work) -> tuple[Finding, ...]:
    """How often work passed from one office, post or officer to another, each ranked apart; at most 50 of each.

    `share` is of all steps from one piece of work to the next with both known, also within the same hands.
    `evidence["back"]` counts the steps in the opposite direction, by which ping-pong shows.
    """
    return (
        *_handovers(work, work.office, "office"),
        *_handovers(work, work.post, "post"),
        *_handovers(work, work.officer, "officer"),
    )


def _handovers(work: Work, who: Words, measure: str) -> tuple[Finding, ...]:
    source, known = _from_hands(work, who)
    width = len(who.names)
    pair = source[known] * width + who.codes[known]
    present, group = np.unique(pair, return_inverse=True)
    subjects = tuple((who.names[code // width], who.names[code % width]) for code in present.tolist())
    rows = {s: known[r] for s, r in zip(subjects, rows_of(Grouping(subjects, group)), strict=True)}
    across = {subject: own for subject, own in rows.items() if subject[0] != subject[1]}
    found = ranked(
        Finding(
            kind=Kind.HANDOVER,
            subject=subject,
            measure=measure,
            value=float(len(own)),
            unit="count",
            share=len(own) / len(known),
            cases=len(np.unique(work.case[own])),
            insufficient=len(own) < ENOUGH,
            evidence=_passing(work, own, len(across.get((subject[1], subject[0]), ()))),
        )
        for subject, own in across.items()
    )
    return found[:MOST_HANDOVERS]


def _passing(work: Work, rows: npt.NDArray[np.int64], back: int) -> dict[str, Evidence]:
    waiting = known_seconds(work.waiting[rows])
    return {
        "share_of": "steps",
        "back": back,
        "median_waiting": float(np.median(waiting)) if len(waiting) else None,
        "total_waiting": float(waiting.sum()) if len(waiting) else None,
    }
