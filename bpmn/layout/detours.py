"""Ways of five straight pieces around everything: where the search for the cheapest way would take too long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TypeAlias

from bpmn.layout.sizes import bottom, right
from bpmn.model import Bounds

Point: TypeAlias = tuple[float, float]
Span: TypeAlias = tuple[float, float]
_CLEAR = 4.0  # distance that a way keeps from shapes
_NEAREST = 6  # corridors that are tried on each side
_BEND = 30.0  # price of a corner, in pixels of way


@dataclass
class Corridors:
    """The upright and level lines between shapes, and what stands on them."""

    boxes: list[Bounds]
    _upright: dict[float, list[Span]] = field(default_factory=dict)
    _level: dict[float, list[Span]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        edges_x = {v for b in self.boxes for v in (b.x, right(b))}
        edges_y = {v for b in self.boxes for v in (b.y, bottom(b))}
        self.xs = sorted({x + d for x in edges_x for d in (-20.0, 20.0)})
        self.ys = sorted({y + d for y in edges_y for d in (-18.0, 18.0)})

    def is_free(self, a: Point, b: Point) -> bool:
        """Whether the straight piece between the points stays off all shapes; its own ends may touch one."""
        if a[0] == b[0]:
            low, high = sorted((a[1], b[1]))
            return not any(low < end and start < high for start, end in self._spans_at_x(a[0]))
        low, high = sorted((a[0], b[0]))
        return not any(low < end and start < high for start, end in self._spans_at_y(a[1]))

    def _spans_at_x(self, x: float) -> list[Span]:
        if x not in self._upright:
            on = (b for b in self.boxes if b.x - _CLEAR < x < right(b) + _CLEAR)
            self._upright[x] = [(b.y - _CLEAR, bottom(b) + _CLEAR) for b in on]
        return self._upright[x]

    def _spans_at_y(self, y: float) -> list[Span]:
        if y not in self._level:
            on = (b for b in self.boxes if b.y - _CLEAR < y < bottom(b) + _CLEAR)
            self._level[y] = [(b.x - _CLEAR, right(b) + _CLEAR) for b in on]
        return self._level[y]


def detour(corridors: Corridors, start: Point, end: Point) -> tuple[Point, ...] | None:
    """The shortest way that leaves to the right, changes corridors and comes in from the left; None where all are shut."""
    (x, y), (u, v) = start, end
    outs = [c for c in corridors.xs if c > x + _CLEAR and corridors.is_free((x + _CLEAR + 1, y), (c, y))][:_NEAREST]
    ins = [c for c in corridors.xs if c < u - _CLEAR and corridors.is_free((c, v), (u - _CLEAR - 1, v))][-_NEAREST:]
    levels = [y, *corridors.ys]
    found = [
        ((x, y), (one, y), (one, level), (two, level), (two, v), (u, v))
        for one, two in product(outs, ins)
        for level in levels
        if _middle_is_free(corridors, one, two, level, y, v)
    ]
    return min(found, key=_price, default=None)


def _middle_is_free(corridors: Corridors, one: float, two: float, level: float, y: float, v: float) -> bool:
    pieces = (((one, y), (one, level)), ((two, level), (two, v)), ((one, level), (two, level)))
    return all(a == b or corridors.is_free(a, b) for a, b in pieces)


def _price(way: Iterable[Point]) -> float:
    pieces = [(a, b) for a, b in pairwise(way) if a != b]
    return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pieces) + _BEND * len(pieces)
