"""What other engines call at the events of an element."""

from __future__ import annotations

from bpmn.model import Listener
from bpmn.reading.part import Part


def listeners_of(part: Part) -> tuple[Listener, ...] | None:
    """Our own listeners; None where the file has none of ours, an empty one says that there are none."""
    found = part.extension_children("listener")
    lines = [Listener(line.text_of("event"), line.text_of("call"), line.take("language")) for line in found]
    return tuple(line for line in lines if line.call) if found else None
