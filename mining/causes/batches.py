"""Batches: pieces of the same work that an officer lets gather and then does in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from mining.work import UNKNOWN, Codes, Flags, Work

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


def batches(work: Work, *, smallest: int = SMALLEST, pause: timedelta = timedelta(0)) -> Batches:
    """Runs of one activity by one officer, each begun at most `pause` after the end of those before it, and all of them enabled
    before the first was begun.

    Source: the batch instances of Lashkevich, Milani, Chapela-Campos, Suvorau and Dumas, "Why am I waiting? Data-driven analysis of
    waiting times in business processes", CAiSE 2023, after Martin et al., "Batch processing identification", 2017. A queue that
    an officer works off without a gap looks the same: `smallest` says from which size on a run counts.
    """
    started, completed, enabled = (stamps.astype(np.int64) for stamps in (work.started, work.completed, work.enabled))
    able = ~np.isnat(work.started) & ~np.isnat(work.enabled) & (work.officer.codes != UNKNOWN)
    rows = np.flatnonzero(able)
    order = rows[np.lexsort((completed[rows], started[rows], work.officer.codes[rows], work.activity.codes[rows]))]
    number, ready = np.full(len(work), UNKNOWN), enabled.copy()
    found = 0
    for run in _runs(work, order, started, completed, enabled, pause // timedelta(microseconds=1)):
        if len(run) >= smallest:
            number[run], ready[run] = found, enabled[run].max()
            found += 1
    return Batches(number, ready)


def _runs(work: Work, order: Codes, started: Codes, completed: Codes, enabled: Codes, pause: int) -> list[Codes]:
    """The rows of each run; a run ends where the officer pauses or a piece comes that was not there yet at its begin."""
    activity, officer = work.activity.codes[order], work.officer.codes[order]
    same = np.ones(len(order), np.bool_)
    same[1:] = (activity[1:] == activity[:-1]) & (officer[1:] == officer[:-1])
    edges: list[int] = []
    since, until = 0, 0
    for place, row in enumerate(order.tolist()):
        joins = place and same[place] and started[row] <= until + pause and enabled[row] <= since
        if not joins:
            edges.append(place)
            since, until = int(started[row]), int(completed[row])
        until = max(until, int(completed[row]))
    return np.split(order, edges[1:]) if edges else []


def mates(batch: Batches, one: Codes, other: Codes) -> Flags:
    """Whether the rows `one[k]` and `other[k]` lie in the same batch."""
    together: Flags = (batch.number[one] != UNKNOWN) & (batch.number[one] == batch.number[other])
    return together
