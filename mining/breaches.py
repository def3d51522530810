"""Where the breach of a time limit begins: the step at which a late case fell behind those in time, and the one in which it ran out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from mining.findings import ENOUGH, Evidence
from mining.work import Codes, Flags, Stamps, Work

ON_PACE = 0.9  # the time within which this share of the cases in time had come so far
SHOWN = 5


def where_breaches_begin(work: Work, first: Stamps, due: Stamps, late: Flags, in_time: Flags) -> dict[str, Evidence]:
    """`fell_behind` and `ran_out` as lists of activity and cases, the most frequent five; by parallel arrays of the cases of the work.

    A late case fell behind with the first piece of work that was completed later after the start than at nine in ten of the cases
    in time (only of activities that 20 of these have); it ran out in the piece of work in which the limit passed: the first completed
    after it, or what no piece shows (None).
    """
    since = (work.completed - first[work.case]).astype(np.int64)
    behind = since > _pace(work, since, in_time)[work.activity.codes]
    beyond = work.completed > due[work.case]
    return {"fell_behind": _firsts(work, behind, late), "ran_out": _firsts(work, beyond, late)}


def _pace(work: Work, since: Codes, in_time: Flags) -> npt.NDArray[np.float64]:
    """By activity the microseconds since the start within which most cases in time had first done it; endless where too few have."""
    pace = np.full(max(len(work.activity.names), 1), np.inf)
    rows = np.flatnonzero(in_time[work.case])
    earliest = rows[np.unique(work.case[rows] * len(pace) + work.activity.codes[rows], return_index=True)[1]]
    for code in range(len(work.activity.names)):
        own = since[earliest[work.activity.codes[earliest] == code]]
        if len(own) >= ENOUGH:
            pace[code] = float(np.quantile(own, ON_PACE))
    return pace


def _firsts(work: Work, marked: Flags, late: Flags) -> list[Evidence]:
    """The first marked row of each late case, counted by activity."""
    rows = np.flatnonzero(marked & late[work.case])
    cases, at = np.unique(work.case[rows], return_index=True)
    counts: Counter[str | None] = Counter(work.activity.names[code] for code in work.activity.codes[rows[at]].tolist())
    unseen = int(late.sum()) - len(cases)
    if unseen:
        counts[None] = unseen
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))[:SHOWN]
    return [{"activity": activity, "cases": count} for activity, count in order]
