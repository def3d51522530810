"""Finds the rows whose interval holds a value, by the sorted ends of the intervals instead of one test a row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

from bpmn.feel.values import Value

End: TypeAlias = tuple[Value, bool]  # where an interval ends, and whether that point belongs to it
_BLOCK = 32  # ends between two kept sets of rows: a kept set for every end would need memory by the square of the rows


@dataclass(slots=True)
class Ends:
    """The ends on one side, sorted; `sums[n]` holds the rows of the first n blocks, as the bits of one integer."""

    keys: list[tuple[Value, int]]
    rows: list[int]
    sums: list[int]

    @classmethod
    def of(cls, ends: list[tuple[tuple[Value, int], int]]) -> Ends:
        ends = sorted(ends)
        rows = [row for _, row in ends]
        sums = [0]
        for start in range(0, len(rows), _BLOCK):
            sums.append(sums[-1] | _joined(rows[start : start + _BLOCK]))
        return cls([key for key, _ in ends], rows, sums)

    def first(self, count: int) -> int:
        """The rows of the first `count` ends."""
        block = count // _BLOCK
        return self.sums[block] | _joined(self.rows[block * _BLOCK : count])


def _joined(rows: list[int]) -> int:
    joined = 0
    for row in rows:
        joined |= row
    return joined


@dataclass(slots=True)
class Bounds:
    """Intervals of values of one type, each with the rows that have it; an end that is None is open."""

    intervals: list[tuple[End | None, End | None, int]] = field(default_factory=list)
    sides: tuple[Ends, Ends] | None = None
    open_below: int = 0

    def add(self, low: End | None, high: End | None, rows: int) -> None:
        self.intervals.append((low, high, rows))
        self.sides = None
        self.open_below |= 0 if low else rows

    def holding(self, value: Value) -> int:
        """The rows whose interval holds the value: begun at or before it, and not yet ended."""
        begins, ends = self.sides or self._sorted()
        begun = begins.first(bisect_right(begins.keys, (value, 0)))
        ended = ends.first(bisect_left(ends.keys, (value, 1)))
        return (begun | self.open_below) & ~ended

    def _sorted(self) -> tuple[Ends, Ends]:
        lows = [((low[0], 0 if low[1] else 1), rows) for low, _, rows in self.intervals if low]
        highs = [((high[0], 1 if high[1] else 0), rows) for _, high, rows in self.intervals if high]
        self.sides = Ends.of(lows), Ends.of(highs)
        return self.sides
