"""Waiting as the whole pool explains it: was nobody there, was everybody at work, or was somebody free?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from mining.causes.free_time import covered, duty_time, free_time, pooled
from mining.causes.hours import Hours
from mining.work import UNKNOWN, Cause, Codes, Work


class PoolState(StrEnum):
    """What the officers who do an activity did while a piece of it waited."""

    NOBODY_THERE = "nobody_there"
    ALL_BUSY = "all_busy"
    SOMEBODY_FREE = "somebody_free"  # routing could have given it to somebody else


def by_pool(work: Work, hours: Hours) -> Mapping[PoolState, Codes]:
    """Microseconds of each row's waiting for an officer by what its pool did; the pool of an activity are all who ever did it."""
    waited = (work.cause == Cause.OFFICER) & (work.waiting > 0) & (work.officer.codes != UNKNOWN)
    parts = {state: np.zeros(len(work), np.int64) for state in PoolState}
    duty = duty_time(work, hours)
    free = free_time(work, duty)
    for code in np.unique(work.activity.codes[waited]):
        rows = np.flatnonzero(waited & (work.activity.codes == code))
        officers = np.unique(work.officer.codes[work.activity.codes == code])
        begin, end = work.enabled[rows].astype(np.int64), work.started[rows].astype(np.int64)
        there, idle = (covered(pooled(spans, officers), begin, end) for spans in (duty, free))
        parts[PoolState.NOBODY_THERE][rows] = work.waiting[rows] - there
        parts[PoolState.ALL_BUSY][rows] = there - idle
        parts[PoolState.SOMEBODY_FREE][rows] = idle
    return parts
