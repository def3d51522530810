"""When somebody could have begun: the time in which officers were at the desk, and the part of it in which they were free."""

from __future__ import annotations

import numpy as np

from mining.causes.hours import Hours
from mining.causes.spans import Spans
from mining.work import UNKNOWN, Codes, Flags, Work


def duty_time(work: Work, hours: Hours) -> Spans:
    """The working hours of each officer (the owner is the officer's code) from the first to the last stamp of the work.

    Only those who are known to have begun anything count: of the others nothing is known.
    """
    known = _known(work)
    if not known.any():
        return Spans.none()
    stamps = np.concatenate([work.enabled[known], work.started[known], work.completed[known]])
    stamps = stamps[~np.isnat(stamps)].astype(np.int64)
    officers = np.unique(work.officer.codes[known])
    spans = [hours.spans(int(code), int(stamps.min()), int(stamps.max())) for code in officers]
    return Spans(
        np.repeat(officers, [len(begin) for begin, _ in spans]),
        np.concatenate([begin for begin, _ in spans]),
        np.concatenate([end for _, end in spans]),
    )


def free_time(work: Work, duty: Spans) -> Spans:
    """What each officer's duty time leaves beside the work."""
    known = _known(work)
    started, completed = work.started[known].astype(np.int64), work.completed[known].astype(np.int64)
    return _without(duty, Spans.of(work.officer.codes[known], started, completed).union())


def pooled(spans: Spans, officers: Codes) -> Spans:
    """When at least one of the officers has a span, with the owner 0."""
    theirs = spans.where(np.isin(spans.owner, officers))
    return Spans(np.zeros(len(theirs), np.int64), theirs.begin, theirs.end).union()


def _known(work: Work) -> Flags:
    known: Flags = ~np.isnat(work.started) & (work.officer.codes != UNKNOWN)
    return known


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


def last_moment(pool: Spans, before: Codes, since: Codes) -> Codes:
    """For each instant of `before`: the last moment up to it, and not before `since`, that lies in a span of the pool.

    `since` itself where there is none.
    """
    if not len(pool):
        return since.copy()
    place = np.searchsorted(pool.begin, before, side="left") - 1
    last = np.where(place >= 0, np.minimum(pool.end[np.maximum(place, 0)], before), since)
    moments: Codes = np.maximum(last, since)
    return moments


def covered(pool: Spans, begin: Codes, end: Codes) -> Codes:
    """Microseconds between each begin and end that lie in the disjoint spans of a pool."""
    return _reached(pool, end) - _reached(pool, begin)


def _reached(pool: Spans, at: Codes) -> Codes:
    if not len(pool):
        return np.zeros(len(at), np.int64)
    before = np.concatenate([[0], np.cumsum(pool.end - pool.begin)])
    place = np.searchsorted(pool.begin, at, side="right") - 1
    inside = np.minimum(at, pool.end[np.maximum(place, 0)]) - pool.begin[np.maximum(place, 0)]
    reached: Codes = np.where(place >= 0, before[np.maximum(place, 0)] + inside, 0)
    return reached
