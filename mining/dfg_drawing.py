"""The directly-follows graph as an SVG picture: thicker is more frequent, redder is more time in all."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from math import sqrt

from mining.dfg import Edge, Graph, Node
from mining.errors import LayoutFailed

SECONDS = 20  # Graphviz may think that long about a picture
_DRAW = (
    "import sys, pygraphviz; "
    "sys.stdout.buffer.write(pygraphviz.AGraph(string=sys.stdin.buffer.read().decode()).draw(format='svg', prog='dot'))"
)
_FONT = "Noto Sans CJK SC,Microsoft YaHei,PingFang SC,Segoe UI,sans-serif"
_CALM, _HOT = (0x9A, 0xA5, 0xB1), (0xC9, 0x2A, 0x2A)

STYLE = (
    f'graph [rankdir=TB, nodesep=0.35, ranksep=0.45, bgcolor="transparent", fontname="{_FONT}"];',
    f'node [shape=box, style="rounded,filled", fontname="{_FONT}", fontsize=11, color="#5c6b7a", penwidth=0.8];',
    f'edge [fontname="{_FONT}", fontsize=9, arrowsize=0.6, fontcolor="#3a4550"];',
)

Label = Callable[[str], str]
Duration = Callable[[float], str]


def draw(graph: Graph, *, label: Label, duration: Duration, title: str = "", timeout: float = SECONDS) -> str:
    """An `<svg>` element of the graph; filter it first (`dfg.readable`). Raises LayoutFailed.

    `label` names an activity, `duration` writes seconds. Graphviz runs in a process of its own, which is stopped after
    `timeout` seconds: layouts of large graphs can take hours.
    """
    return laid_out(dot(graph, label=label, duration=duration), title=title, timeout=timeout)


def laid_out(text: str, *, title: str = "", timeout: float = SECONDS) -> str:
    """An `<svg>` element of a graph in Graphviz' language. Raises LayoutFailed."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _DRAW],
            input=text.encode(),
            capture_output=True,
            timeout=timeout,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise LayoutFailed(f"Graphviz had not finished after {timeout:g} seconds.") from error
    except subprocess.CalledProcessError as error:
        raise LayoutFailed(f"Graphviz stopped with: {error.stderr.decode(errors='replace').strip()[-200:]}.") from error
    return _element(done.stdout.decode(), title)


def dot(graph: Graph, *, label: Label, duration: Duration) -> str:
    """The graph in Graphviz' language."""
    number = {node.activity: f"n{at}" for at, node in enumerate(graph.nodes)}
    most = max((node.count for node in graph.nodes), default=1)
    heaviest = max((edge.total for edge in graph.edges), default=0.0)
    busiest = max((edge.count for edge in graph.edges), default=1)
    lines = [
        *STYLE,
        *(_box(node, number[node.activity], label, most) for node in graph.nodes),
        *(_arrow(edge, number, duration, busiest, heaviest) for edge in graph.edges),
        *_ends(graph, number),
    ]
    return "digraph {\n" + "\n".join(lines) + "\n}\n"


def _box(node: Node, name: str, label: Label, most: int) -> str:
    lines = [*wrapped(label(node.activity)), f"{node.count:,}"]
    width = max(width_of(line) for line in lines) * 11 / 72 + 0.3
    shade = 0.10 + 0.45 * sqrt(node.count / most)
    fill = mixed((0xFF, 0xFF, 0xFF), (0x6F, 0xA8, 0xDC), shade)
    text = "\\n".join(escaped(line) for line in lines)
    return f'{name} [label="{text}", width={width:.2f}, fillcolor="{fill}"];'


def _arrow(edge: Edge, number: dict[str, str], duration: Duration, busiest: int, heaviest: float) -> str:
    width = 0.6 + 4 * sqrt(edge.count / busiest)
    colour = mixed(_CALM, _HOT, edge.total / heaviest if heaviest else 0)
    text = escaped(f"{edge.count:,} · {duration(edge.median)}")
    return (
        f'{number[edge.source]} -> {number[edge.target]} [label="{text}", penwidth={width:.2f}, color="{colour}", '
        f"weight={1 + round(9 * edge.count / busiest)}];"
    )


def _ends(graph: Graph, number: dict[str, str]) -> list[str]:
    """A green beginning and a red end, joined to the activities where cases begin and end most."""
    starts = [node for node in graph.nodes if node.starts]
    ends = [node for node in graph.nodes if node.ends]
    style = 'shape=circle, label="", width=0.22, fixedsize=true, style=filled, penwidth=0'
    lines = [f'begin [{style}, fillcolor="#2f9e44"];'] if starts else []
    lines += [f'finish [{style}, fillcolor="#c92a2a"];'] if ends else []
    for node in sorted(starts, key=lambda n: -n.starts)[:4]:
        lines.append(f'begin -> {number[node.activity]} [label="{node.starts:,}", color="#2f9e44", style=dashed];')
    for node in sorted(ends, key=lambda n: -n.ends)[:6]:
        lines.append(f'{number[node.activity]} -> finish [label="{node.ends:,}", color="#c92a2a", style=dashed];')
    return lines


def wrapped(text: str, most: float = 16) -> list[str]:
    """Lines of at most that many Chinese characters' width."""
    lines, line = [], ""
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        if line.strip() and width_of(line + word) > most:
            lines.append(line.strip())
            line = ""
        line += word
    return [*lines, line.strip()][:4]


def width_of(text: str) -> float:
    """In ems: a Chinese character is one wide, a Latin one about 0.56."""
    return sum(1.0 if ord(character) >= 0x2E80 else 0.56 for character in text)


def escaped(text: str) -> str:
    """A text between quotes of the language of Graphviz."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def mixed(low: tuple[int, int, int], high: tuple[int, int, int], share: float) -> str:
    """A colour between two, in the share of the second."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(low, high, strict=True))


def _element(svg: str, title: str) -> str:
    """The element alone, with its width but to be scaled: no prolog, no comments, no tooltips of Graphviz' own names."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<svg width="(\d+)[^"]*" height="[^"]*"', r'<svg role="img" width="\1"', svg, count=1)
    name = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return svg.replace(">", f"><title>{name}</title>", 1) if name else svg
