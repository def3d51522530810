"""What the officer of a waiting piece of work did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mining.work import UNKNOWN, Codes, Flags, Work

AT_ONCE = 4_000_000  # pairs held in memory at a time


def meanwhile(work: Work, waiting: Flags) -> Iterator[tuple[Codes, Codes]]:
    """Pairs (waiting row, other row) where the same officer was at work on the other during the wait, in blocks of bounded size."""
    started, completed = work.started.astype(np.int64), work.completed.astype(np.int64)
    enabled = work.enabled.astype(np.int64)
    busy = np.flatnonzero(~np.isnat(work.started) & (work.officer.codes != UNKNOWN))
    busy = busy[np.lexsort((started[busy], work.officer.codes[busy]))]
    rows = np.flatnonzero(waiting & (work.officer.codes != UNKNOWN))
    first, last = _candidates(work, busy, rows, started, completed, enabled)
    for block in _blocks(last - first):
        one = np.repeat(rows[block], (last - first)[block])
        offsets = np.arange(len(one)) - np.repeat(
            np.cumsum((last - first)[block]) - (last - first)[block], (last - first)[block]
        )
        other = busy[np.repeat(first[block], (last - first)[block]) + offsets]
        overlap = (completed[other] > enabled[one]) & (started[other] < started[one]) & (other != one)
        yield one[overlap], other[overlap]


def _candidates(
    work: Work, busy: Codes, rows: Codes, started: Codes, completed: Codes, enabled: Codes
) -> tuple[Codes, Codes]:
    """For each waiting row the range in `busy` that can overlap its wait: begun before it ended, not all over before it began."""
    instants = np.unique(np.concatenate([started[busy], completed[busy], enabled[rows], started[rows]]))
    officer, width = work.officer.codes, len(instants)
    begun = officer[busy] * width + np.searchsorted(instants, started[busy])
    reached = np.maximum.accumulate(officer[busy] * width + np.searchsorted(instants, completed[busy]))
    last = np.searchsorted(begun, officer[rows] * width + np.searchsorted(instants, started[rows]), side="left")
    first = np.searchsorted(reached, officer[rows] * width + np.searchsorted(instants, enabled[rows]), side="right")
    return np.minimum(first, last), last


def _blocks(counts: Codes) -> Iterator[slice]:
    """Slices of the rows with at most AT_ONCE pairs each, single rows with more excepted."""
    total = np.cumsum(counts)
    place = 0
    while place < len(counts):
        before = total[place - 1] if place else 0
        stop = max(int(np.searchsorted(total, before + AT_ONCE, side="right")), place + 1)
        yield slice(place, stop)
        place = stop
