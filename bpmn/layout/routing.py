"""Orthogonal ways between shapes that go around everything else (A* on the lines beside the shapes)."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bpmn.layout.detours import Corridors, detour
from bpmn.layout.sizes import bottom, centre, right
from bpmn.model import Bounds

Point = tuple[float, float]
Way = tuple[Point, ...]
_STUBS = (12.0, 22.0, 32.0)  # distances from a shape at which edges may run
_MARGIN = 8.0
_BEND, _ALONG, _ACROSS = 40.0, 6.0, 25.0  # prices: a bend, a pixel on top of another edge, crossing one
_EFFORT = 60_000  # steps of search for all edges of a board, about a second; then the plain way is taken
_EFFORT_PER_EDGE = 4_000


@dataclass(frozen=True, slots=True)
class Port:
    """Where an edge may touch a shape, and its price."""

    point: Point
    direction: Point
    price: float


@dataclass
class Board:
    """The grid of lines and what is in the way."""

    obstacles: dict[str, Bounds]
    used: dict[tuple[int, int, bool], str] = field(default_factory=dict)  # step → an edge that runs there
    crossed: dict[tuple[int, int], str] = field(default_factory=dict)
    effort: int = _EFFORT

    def __post_init__(self) -> None:
        boxes = list(self.obstacles.values())
        self.xs = sorted({v for b in boxes for v in _lines(b.x, centre(b)[0], right(b))})
        self.ys = sorted({v for b in boxes for v in _lines(b.y, centre(b)[1], bottom(b))})
        self.corridors = Corridors(boxes)
        self.blocked = {cell for box in boxes for cell in self._cells(box)}

    def _cells(self, box: Bounds) -> Iterator[tuple[int, int]]:
        columns = range(bisect_right(self.xs, box.x - _MARGIN), bisect_left(self.xs, right(box) + _MARGIN))
        rows = range(bisect_right(self.ys, box.y - _MARGIN), bisect_left(self.ys, bottom(box) + _MARGIN))
        return ((i, j) for i in columns for j in rows)

    def cell(self, point: Point) -> tuple[int, int]:
        return bisect_left(self.xs, point[0]), bisect_left(self.ys, point[1])

    def point(self, cell: tuple[int, int]) -> Point:
        return self.xs[cell[0]], self.ys[cell[1]]


def _lines(low: float, middle: float, high: float) -> Iterator[float]:
    yield middle
    for distance in _STUBS:
        yield low - distance
        yield high + distance


def leaving(box: Bounds, *, border: bool = False, diamond: bool = False) -> list[Port]:
    """The ways out of a shape: to the right; from gateways also up and down; from boundary events down."""
    x, y = centre(box)
    down = Port((x, bottom(box)), (0, 1), 0.0 if border else 15.0 if diamond else 60.0)
    up = Port((x, box.y), (0, -1), 15.0 if diamond else 60.0)
    ahead = Port((right(box), y), (1, 0), 30.0 if border else 0.0)
    return [down, ahead] if border else [ahead, down, up]


def entering(box: Bounds, *, diamond: bool = False) -> list[Port]:
    """The ways into a shape: from the left; from above and below, which joins prefer as much."""
    x, y = centre(box)
    price = 10.0 if diamond else 50.0
    return [
        Port((box.x, y), (-1, 0), 0.0),
        Port((x, box.y), (0, -1), price),
        Port((x, bottom(box)), (0, 1), price),
    ]


def route(board: Board, id: str, outs: list[Port], ins: list[Port]) -> Way:
    """The cheapest way from one of the ports to one of the others; one of few pieces where the search finds none in time."""
    path = _search(board, id, outs, ins) if board.effort > 0 else None
    return path or _around(board, outs, ins) or plain(outs[0], ins[0])


def _around(board: Board, outs: list[Port], ins: list[Port]) -> Way | None:
    ahead = next(port for port in outs if port.direction == (1, 0))
    way = detour(board.corridors, ahead.point, ins[0].point)
    return straightened(way) if way else None


def plain(out: Port, into: Port) -> Way:
    """A way of three straight pieces that looks at nothing."""
    (x, y), (u, v) = out.point, into.point
    if y == v:
        return ((x, y), (u, v))
    middle = (x + u) / 2
    return ((x, y), (middle, y), (middle, v), (u, v))


def _stub(board: Board, port: Port) -> tuple[int, int]:
    x, y = port.point
    return board.cell((x + port.direction[0] * _STUBS[0], y + port.direction[1] * _STUBS[0]))


State = tuple[tuple[int, int], bool]  # cell, and whether the last step was horizontal


def _search(board: Board, id: str, outs: list[Port], ins: list[Port]) -> Way | None:
    goals = {(_stub(board, port), port.direction[0] != 0): port for port in reversed(ins)}
    targets = [board.point(cell) for cell, _ in goals]
    costs: dict[State, float] = {}
    origin: dict[State, State | Port] = {}
    queue: list[tuple[float, int, State]] = []
    for number, port in enumerate(outs):
        state = (_stub(board, port), port.direction[0] != 0)
        if port.price < costs.get(state, 1e12):
            costs[state], origin[state] = port.price, port
            heapq.heappush(queue, (port.price, number, state))
    best: tuple[float, State, Port] | None = None
    count = len(outs)
    limit = min(board.effort, _EFFORT_PER_EDGE)
    while queue and limit > 0:
        limit, board.effort = limit - 1, board.effort - 1
        estimate, _, state = heapq.heappop(queue)
        if best is not None and estimate >= best[0]:
            break
        cell, horizontal = state
        for (goal, sideways), port in goals.items():
            if goal == cell:
                total = costs[state] + port.price + (_BEND if sideways != horizontal else 0.0)
                if best is None or total < best[0]:
                    best = (total, state, port)
        for following, price in _steps(board, id, state):
            cost = costs[state] + price
            if cost < costs.get(following, 1e12):
                costs[following], origin[following] = cost, state
                count += 1
                heapq.heappush(queue, (cost + _distance(board.point(following[0]), targets), count, following))
    return _walked(board, id, best[1], best[2], origin) if best else None


def _steps(board: Board, id: str, state: State) -> Iterator[tuple[State, float]]:
    (i, j), horizontal = state
    for di, dj in ((1, 0), (0, 1), (0, -1), (-1, 0)):
        cell = (i + di, j + dj)
        if not (0 <= cell[0] < len(board.xs) and 0 <= cell[1] < len(board.ys)) or cell in board.blocked:
            continue
        sideways = di != 0
        length = abs(board.xs[cell[0]] - board.xs[i]) + abs(board.ys[cell[1]] - board.ys[j])
        price = length + (_BEND if sideways != horizontal else 0.0)
        if (min(i, cell[0]), min(j, cell[1]), sideways) in board.used:
            price += length * _ALONG
        if cell in board.crossed:
            price += _ACROSS
        yield (cell, sideways), price


def _distance(point: Point, targets: list[Point]) -> float:
    return min(abs(point[0] - x) + abs(point[1] - y) for x, y in targets)


def _walked(board: Board, id: str, state: State, into: Port, origin: Mapping[State, State | Port]) -> Way:
    cells: list[tuple[int, int]] = []
    step: State | Port = state
    while not isinstance(step, Port):
        cells.append(step[0])
        step = origin[step]
    cells.reverse()
    occupy(board, id, cells)
    return straightened((step.point, *(board.point(cell) for cell in cells), into.point))


def occupy(board: Board, id: str, cells: list[tuple[int, int]]) -> None:
    """Remember where an edge runs, so that later ones keep away from it."""
    for one, two in pairwise(cells):
        board.used[min(one[0], two[0]), min(one[1], two[1]), one[1] == two[1]] = id
    board.crossed.update(dict.fromkeys(cells, id))


def straightened(points: Way) -> Way:
    """The way without points that lie between two others on one line."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        while len(kept) >= 2 and _in_line(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple((round(x, 1), round(y, 1)) for x, y in kept)


def _in_line(a: Point, b: Point, c: Point) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])
