"""What follows what in two groups of cases as one picture: red is done in more cases than before, blue in fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from mining.change import Change
from mining.dfg_drawing import STYLE, Label, escaped, laid_out, mixed, width_of, wrapped

NODES, EDGES = 14, 26
_CALM, _MORE, _FEWER = (0x9A, 0xA5, 0xB1), (0xC9, 0x2A, 0x2A), (0x1C, 0x5F, 0xA8)
_STRONG = 0.3  # a difference of shares that is drawn in full colour
Shares = tuple[float, float]
Key = TypeVar("Key")


def draw_change(change: Change, *, label: Label, title: str = "") -> str:
    """An `<svg>` element of the commonest and the most changed steps; raises LayoutFailed."""
    return laid_out(dot(change, label=label), title=title)


def dot(change: Change, *, label: Label) -> str:
    """The picture in Graphviz' language: shares of the cases before → after."""
    steps = _shares(change, [{n.activity: n.cases for n in graph.nodes} for graph in change.graphs])
    ways = _shares(change, [{(e.source, e.target): e.cases for e in graph.edges} for graph in change.graphs])
    kept = _foremost(steps, NODES)
    inside = {way: shares for way, shares in ways.items() if way[0] in kept and way[1] in kept}
    number = {activity: f"n{at}" for at, activity in enumerate(kept)}
    boxes = (_box(number[activity], label(activity), shares) for activity, shares in kept.items())
    arrows = (_arrow(number[a], number[b], shares) for (a, b), shares in _foremost(inside, EDGES).items())
    return "digraph {\n" + "\n".join([*STYLE, *boxes, *arrows]) + "\n}\n"


def _shares(change: Change, counts: Sequence[Mapping[Key, int]]) -> dict[Key, Shares]:
    one, other = counts
    keys = dict.fromkeys([*one, *other])
    return {key: (one.get(key, 0) / change.cases[0], other.get(key, 0) / change.cases[1]) for key in keys}


def _foremost(shares: Mapping[Key, Shares], most: int) -> dict[Key, Shares]:
    """Half by how common they are, half by how much they changed."""

    def first(by: Callable[[Shares], float], number: int) -> Iterator[Key]:
        yield from sorted(shares, key=lambda key: (-by(shares[key]), str(key)))[:number]

    chosen = dict.fromkeys([*first(max, most // 2), *first(lambda s: abs(s[1] - s[0]), most - most // 2)])
    return {key: shares[key] for key in shares if key in chosen}


def _box(name: str, text: str, shares: Shares) -> str:
    lines = [*wrapped(text), _told(shares)]
    width = max(width_of(line) for line in lines) * 11 / 72 + 0.3
    fill = mixed((0xFF, 0xFF, 0xFF), _MORE if shares[1] > shares[0] else _FEWER, 0.5 * _strength(shares))
    text = "\\n".join(map(escaped, lines))
    return f'{name} [label="{text}", width={width:.2f}, fillcolor="{fill}"];'


def _arrow(source: str, target: str, shares: Shares) -> str:
    colour = mixed(_CALM, _MORE if shares[1] > shares[0] else _FEWER, _strength(shares))
    return f'{source} -> {target} [label="{_told(shares)}", penwidth={0.6 + 4 * max(shares):.2f}, color="{colour}"];'


def _told(shares: Shares) -> str:
    return f"{shares[0]:.0%} → {shares[1]:.0%}"


def _strength(shares: Shares) -> float:
    return min(1.0, abs(shares[1] - shares[0]) / _STRONG)
