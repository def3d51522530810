"""Text in a drawing: broken between Chinese characters and between words, never wider than its box."""

from __future__ import annotations

import re

from bpmn.layout.sizes import text_width
from bpmn.xml_text import escaped

_PIECES = re.compile(r"[^\s\u2e80-\u9fff\uac00-\uffef\u3000-\u303f]+\s*|\s+|.", re.DOTALL)
_NOT_FIRST = "，。、；：？！）》」』】”’%,.;:?!)"
LINE_HEIGHT = 1.25


def wrap(text: str, width: float, *, size: float = 12.0, lines: int = 4) -> list[str]:
    """The text in lines of at most `width` pixels; what does not fit into so many lines ends with an ellipsis."""
    scale = size / 12.0
    found = [""]
    for piece in _pieces(" ".join(text.split()), width / scale):
        fits = text_width(found[-1] + piece.rstrip()) * scale <= width
        if fits or piece.strip() in _NOT_FIRST or not found[-1]:
            found[-1] += piece
        else:
            found.append(piece.lstrip())
    found = [line.strip() for line in found if line.strip()]
    return found if len(found) <= lines else [*found[: lines - 1], _shortened(found[lines - 1], width / scale)]


def _pieces(text: str, width: float) -> list[str]:
    """Words and single characters; words wider than the line are cut."""
    found: list[str] = []
    for piece in _PIECES.findall(text):
        if text_width(piece.strip()) <= width:
            found.append(piece)
            continue
        found += list(piece)
    return found


def _shortened(line: str, width: float) -> str:
    while line and text_width(line + "…") > width:
        line = line[:-1]
    return line + "…"


def block(lines: list[str], x: float, y: float, *, size: float = 12.0, anchor: str = "middle", kind: str = "") -> str:
    """The lines one below the other, around the middle (x, y)."""
    if not lines:
        return ""
    step = size * LINE_HEIGHT
    first = y - step * (len(lines) - 1) / 2 + size * 0.36
    spans = "".join(
        f'<tspan x="{x:g}" y="{first + i * step:.1f}">{escaped(line)}</tspan>' for i, line in enumerate(lines)
    )
    return f'<text class="{kind}" font-size="{size:g}" text-anchor="{anchor}">{spans}</text>'
