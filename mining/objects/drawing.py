"""The object-centric graph as one picture: a colour for each type of object."""

from __future__ import annotations

from collections.abc import Mapping

from mining.dfg_drawing import STYLE, Duration, Label, escaped, laid_out, mixed, width_of, wrapped
from mining.objects.graph import Edge, Node, ObjectGraph

NODES, EDGES_OF_A_TYPE = 18, 14
COLOURS = ("#1c5fa8", "#c2410c", "#17643e", "#7c3aed", "#9d174d", "#0e7490", "#4d7c0f", "#5c4033")


def colours(graph: ObjectGraph) -> dict[str, str]:
    """The colour of each type in the graph."""
    types = sorted({name for node in graph.nodes for name, _count in node.objects})
    return {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(types)}


def draw_objects(graph: ObjectGraph, *, label: Label, duration: Duration, called: Label = str, title: str = "") -> str:
    """An `<svg>` element of the commonest activities and, of every type, the commonest steps; raises LayoutFailed.

    `label` names activities, `called` types.
    """
    return laid_out(dot(graph, label=label, duration=duration, called=called), title=title)


def dot(graph: ObjectGraph, *, label: Label, duration: Duration, called: Label = str) -> str:
    """The picture in Graphviz' language."""
    colour = colours(graph)
    nodes = {node.activity: f"n{at}" for at, node in enumerate(graph.nodes[:NODES])}
    inside = [edge for edge in graph.edges if edge.source in nodes and edge.target in nodes]
    kept = [edge for name in colour for edge in [e for e in inside if e.type == name][:EDGES_OF_A_TYPE]]
    most = max((node.events for node in graph.nodes), default=1)
    lines = [
        *STYLE,
        *(_box(node, nodes[node.activity], most, label=label, called=called) for node in graph.nodes[:NODES]),
        *(_arrow(edge, nodes, colour, duration, max(e.count for e in kept)) for edge in kept),
    ]
    return "digraph {\n" + "\n".join(lines) + "\n}\n"


def _box(node: Node, name: str, most: int, *, label: Label, called: Label) -> str:
    told = [f"{called(kind)} {count:,}" for kind, count in sorted(node.objects, key=lambda item: -item[1])[:4]]
    lines = [*wrapped(label(node.activity)), f"{node.events:,}", *told]
    width = max(width_of(line) for line in lines) * 11 / 72 + 0.3
    text = "\\n".join(map(escaped, lines))
    fill = mixed((0xFF, 0xFF, 0xFF), (0xC5, 0xD3, 0xE2), 0.2 + 0.8 * node.events / most)
    return f'{name} [label="{text}", width={width:.2f}, fillcolor="{fill}"];'


def _arrow(edge: Edge, nodes: Mapping[str, str], colour: Mapping[str, str], duration: Duration, most: int) -> str:
    text = escaped(f"{edge.count:,} · {duration(edge.median)}")
    shade, width = colour[edge.type], 0.6 + 3 * (edge.count / most) ** 0.5
    return (
        f'{nodes[edge.source]} -> {nodes[edge.target]} [label="{text}", color="{shade}", fontcolor="{shade}", '
        f"penwidth={width:.2f}];"
    )
