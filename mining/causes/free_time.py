"""When somebody could have begun: the time in which an officer of a pool was at the desk and not at work."""

from __future__ import annotations

import numpy as np

from mining.causes.hours import Hours
from mining.causes.spans import Spans
from mining.work import UNKNOWN, Codes, Flags, Work


def free_time(work: Work, hours: Hours) -> Spans:
    """The free spans of each officer (the owner is the officer's code) from the first to the last stamp of the work.

    Only those who are known to have begun anything have free time: of the others nothing is known.
    """
    started, completed = work.started.astype(np.int64), work.completed.astype(np.int64)
    known = ~np.isnat(work.started) & (work.officer.codes != UNKNOWN)
    if not known.any():
        return Spans.none()
    horizon = int(started[known].min()), int(completed[known].max())
    officers = np.unique(work.officer.codes[known])
    on_duty = [hours.spans(int(code), *horizon) for code in officers]
    duty = Spans(
        np.repeat(officers, [len(begin) for begin, _ in on_duty]),
        np.concatenate([begin for begin, _ in on_duty]),
        np.concatenate([end for _, end in on_duty]),
    )
    busy = Spans.of(work.officer.codes[known], started[known], completed[known]).union()
    return _without(duty, busy)


def _without(spans: Spans, taken: Spans) -> Spans:
    """What of the disjoint spans lies in no disjoint taken span of the same owner, by a sweep over all ends at once."""
    owner = np.concatenate([spans.owner, spans.owner, taken.owner, taken.owner])
    at = np.concatenate([spans.begin, spans.end, taken.begin, taken.end])
    inside = np.repeat([1, -1, 0, 0], [len(spans), len(spans), len(taken), len(taken)])
    blocked = np.repeat([0, 0, 1, -1], [len(spans), len(spans), len(taken), len(taken)])
    order = np.lexsort((at, owner))
    owner, at = owner[order], at[order]
    free = (np.cumsum(inside[order]) == 1) & (np.cumsum(blocked[order]) == 0)
    lasting = free[:-1] & (owner[1:] == owner[:-1]) & (at[1:] > at[:-1])
    return Spans(owner[:-1][lasting], at[:-1][lasting], at[1:][lasting])


def last_free(free: Spans, officers: Codes, before: Codes, since: Codes) -> Codes:
    """For each instant of `before`: the last moment up to it, and after `since`, at which any of the officers was free.

    `since` itself where none was.
    """
    pool = Spans.of(*_of(free, np.isin(free.owner, officers))).union()
    if not len(pool):
        return since.copy()
    place = np.searchsorted(pool.begin, before, side="left") - 1
    last = np.where(place >= 0, np.minimum(pool.end[np.maximum(place, 0)], before), since)
    moments: Codes = np.maximum(last, since)
    return moments


def _of(spans: Spans, kept: Flags) -> tuple[Codes, Codes, Codes]:
    return np.zeros(int(kept.sum()), np.int64), spans.begin[kept], spans.end[kept]
