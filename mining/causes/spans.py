"""Spans of time that belong to rows, as parallel arrays: their union, row by row, without a loop over rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.work import Codes, Flags


@dataclass(frozen=True)
class Spans:
    """`owner[k]` is the row that the span from `begin[k]` up to `end[k]` (microseconds since 1970) belongs to."""

    owner: Codes
    begin: Codes
    end: Codes

    @classmethod
    def of(cls, owner: Codes, begin: Codes, end: Codes) -> Spans:
        """Those of the spans that last."""
        lasting = end > begin
        return cls(owner[lasting], begin[lasting], end[lasting])

    @classmethod
    def none(cls) -> Spans:
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, nothing)

    def __len__(self) -> int:
        return len(self.owner)

    def __add__(self, other: Spans) -> Spans:
        return Spans(
            np.concatenate([self.owner, other.owner]),
            np.concatenate([self.begin, other.begin]),
            np.concatenate([self.end, other.end]),
        )

    def where(self, kept: Flags) -> Spans:
        return Spans(self.owner[kept], self.begin[kept], self.end[kept])

    def union(self) -> Spans:
        """The same time, each moment of a row once: disjoint spans, sorted by row and begin."""
        if not len(self):
            return self
        order = np.lexsort((self.begin, self.owner))
        owner, begin, end = self.owner[order], self.begin[order], self.end[order]
        # Ranks in place of instants: a row's instants then lie above all of the row before, and nothing overflows.
        instants = np.unique(np.concatenate([begin, end]))
        floor = owner * len(instants)
        reached = np.maximum.accumulate(floor + np.searchsorted(instants, end))
        opens = np.ones(len(owner), np.bool_)
        opens[1:] = floor[1:] + np.searchsorted(instants, begin[1:]) > reached[:-1]
        first = np.flatnonzero(opens)
        last = np.append(first[1:], len(owner)) - 1
        return Spans(owner[first], begin[first], instants[reached[last] - floor[last]])

    def total(self, rows: int) -> Codes:
        """Microseconds of each of `rows` rows, for disjoint spans."""
        return summed(self.owner, self.end - self.begin, rows)


def summed(owner: Codes, values: Codes, rows: int) -> Codes:
    """The sum of the values of each row, exact in integers."""
    sums = np.zeros(rows, np.int64)
    np.add.at(sums, owner, values)
    return sums
