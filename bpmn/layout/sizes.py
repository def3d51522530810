"""How large each element is drawn, in pixels: the sizes that bpmn.io gives them."""

from __future__ import annotations

from bpmn.model import Activity, AnyNode, Bounds, Gateway

TASK = (100.0, 80.0)
EVENT = (36.0, 36.0)
GATEWAY = (50.0, 50.0)
GAP = 60.0  # between columns
ROW_GAP = 50.0  # between rows: room for the label of an event or gateway
PADDING = 30.0  # inside lanes and subprocesses
HEADER = 30.0  # of pools and lanes, where their names stand
LABEL_WIDTH = 96.0
LINE = 14.0


def size(node: AnyNode) -> tuple[float, float]:
    """Width and height of a node that has nothing drawn inside."""
    if isinstance(node, Activity):
        return TASK
    return GATEWAY if isinstance(node, Gateway) else EVENT


def right(box: Bounds) -> float:
    return box.x + box.width


def bottom(box: Bounds) -> float:
    return box.y + box.height


def centre(box: Bounds) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def moved(box: Bounds, dx: float, dy: float) -> Bounds:
    return Bounds(box.x + dx, box.y + dy, box.width, box.height)


def around(boxes: list[Bounds], padding: float = 0.0) -> Bounds:
    """The smallest rectangle around all of them, with padding."""
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    width, height = max(right(b) for b in boxes) - x, max(bottom(b) for b in boxes) - y
    return Bounds(x - padding, y - padding, width + 2 * padding, height + 2 * padding)


def text_width(text: str) -> float:
    """About how wide a text is at 12 pixels: a Chinese character is as wide as two Latin ones."""
    return sum(12.0 if ord(character) > 0x2E7F else 6.6 for character in text)


def label_box(text: str, x: float, y: float) -> Bounds:
    """A label of that text, centred on x, with its top at y."""
    width = min(text_width(text), LABEL_WIDTH)
    lines = max(1, -(-int(text_width(text)) // int(LABEL_WIDTH)))
    return Bounds(round(x - width / 2), round(y), round(width), LINE * lines)
