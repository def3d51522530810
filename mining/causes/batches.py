"""Batches: pieces of the same work that an officer lets gather and then does in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from mining.causes.hours import Hours
from mining.work import UNKNOWN, Codes, Flags, Stamps, Work

SMALLEST = 2


@dataclass(frozen=True)
class Batches:
    """`number[row]` is the batch of a piece of work, UNKNOWN for none; `ready[row]` the instant, in microseconds since 1970, when
    the last piece of its batch was enabled (for a row without a batch: when it was enabled itself)."""

    number: Codes
    ready: Codes

    @property
    def count(self) -> int:
        return len(np.unique(self.number[self.number != UNKNOWN]))


def batches(
    work: Work, hours: Hours | None = None, *, smallest: int = SMALLEST, pause: timedelta = timedelta(0)
) -> Batches:
    """Runs of one activity by one officer, each begun at most `pause` after the end of those before it, and all of them enabled
    before the first was begun. With `hours` only working time makes a pause: a night does not end a run.

    Source: the batch instances of Lashkevich, Milani, Chapela-Campos, Suvorau and Dumas, "Why am I waiting? Data-driven analysis of
    waiting times in business processes", CAiSE 2023, after Martin et al., "Batch processing identification", 2017. A queue that
    an officer works off without a gap looks the same: `smallest` says from which size on a run counts.
    """
    enabled = work.enabled.astype(np.int64)
    able = ~np.isnat(work.started) & ~np.isnat(work.enabled) & (work.officer.codes != UNKNOWN)
    rows = np.flatnonzero(able)
    keys = (work.completed[rows], work.started[rows], work.officer.codes[rows], work.activity.codes[rows])
    number, ready = np.full(len(work), UNKNOWN), enabled.copy()
    found = 0
    for run in _runs(work, rows[np.lexsort(keys)], hours, pause // timedelta(microseconds=1)):
        if len(run) >= smallest:
            number[run], ready[run] = found, enabled[run].max()
            found += 1
    return Batches(number, ready)


def _runs(work: Work, order: Codes, hours: Hours | None, pause: int) -> list[Codes]:
    """The rows of each run; a run ends where the officer pauses or a piece comes that was not there yet at its begin."""
    activity, officer = work.activity.codes[order], work.officer.codes[order]
    same = np.ones(len(order), np.bool_)
    same[1:] = (activity[1:] == activity[:-1]) & (officer[1:] == officer[:-1])
    begins, ends = (_clock(work, order, stamps, hours) for stamps in (work.started, work.completed))
    there = work.enabled[order].astype(np.int64).tolist()
    began = work.started[order].astype(np.int64).tolist()
    edges: list[int] = []
    since, until = 0, 0
    for place, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        if not (place and same[place] and begin <= until + pause and there[place] <= since):
            edges.append(place)
            since, until = began[place], end
        until = max(until, end)
    return np.split(order, edges[1:]) if edges else []


def _clock(work: Work, rows: Codes, stamps: Stamps, hours: Hours | None) -> Codes:
    """Instants as microseconds, counting only the hours of each row's officer where they are given."""
    at = stamps[rows].astype(np.int64)
    if hours is None or not len(at):
        return at
    origin = np.full(len(at), int(work.started[rows].astype(np.int64).min()))
    return hours.working(work.officer.codes[rows], origin, at)


def mates(batch: Batches, one: Codes, other: Codes) -> Flags:
    """Whether the rows `one[k]` and `other[k]` lie in the same batch."""
    together: Flags = (batch.number[one] != UNKNOWN) & (batch.number[one] == batch.number[other])
    return together
