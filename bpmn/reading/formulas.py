"""Expressions of a file as FEEL: those of other languages are translated, and what they were is kept beside them."""

from __future__ import annotations

from bpmn.dialects import translated
from bpmn.errors import Untranslatable
from bpmn.expressions import feel, time_expression
from bpmn.reading.part import Part
from bpmn.reading.source import Source
from bpmn.vocabulary import OURS

ORIGINAL = f"{{{OURS}}}original"


def formula(source: Source, part: Part, tag: str, element: str, *, time: bool = False) -> str | None:
    """The expression in the child of that name, in FEEL where it can be; None where there is no such child."""
    child = part.open_expression(tag)
    if child is None:
        return None
    text = time_expression(child.text()) if time else feel(child.text())
    if child.has(ORIGINAL) or not text:
        return text
    try:
        ours = translated(text, child.look("language"))
    except Untranslatable as refusal:
        source.repaired("untranslated", element, f"An expression of {element} is kept as it is: {refusal}")
        return text
    if ours is None or ours == text:
        return text
    child.put(ORIGINAL, text)
    source.repaired("translated_expression", element, f"The expression {text} of {element} is {ours} in FEEL.")
    return ours
