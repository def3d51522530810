"""Every error of the expression language: a tree under FeelError that points at the character."""

from __future__ import annotations

from bpmn.errors import BpmnError


class FeelError(BpmnError):
    """An expression that cannot be read or has no answer.

    `message` is the bare sentence, `text` the expression, `position` the offset of the character that it is about.
    """

    def __init__(self, message: str, text: str = "", position: int | None = None) -> None:
        self.message, self.text, self.position = message, text, position
        super().__init__(f"{message}{place(text, position)}")

    @property
    def pointer(self) -> str:
        """Two lines for a screen: the line of the expression, and a caret under the character."""
        if self.position is None:
            return self.text
        start = self.text.rfind("\n", 0, self.position) + 1
        line = self.text[start:].split("\n", 1)[0]
        return f"{line}\n{' ' * (self.position - start)}^"


class UnreadableExpression(FeelError):
    """The text is no FEEL."""


class TooExpensive(FeelError):
    """Reading or evaluating would take more steps, depth or memory than any expression may."""


class Undecided(FeelError):
    """A condition is neither true nor false; `missing` holds the names that have no value."""

    def __init__(self, message: str, text: str, position: int | None, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(message, text, position)


class ForeignValue(FeelError):
    """A value was given that FEEL does not have (a float, bytes, an object)."""


def place(text: str, position: int | None) -> str:
    """`` (at character 8 of `a + b`, before "b")``, or nothing where no position is known."""
    if position is None or not text:
        return ""
    rest = text[position : position + 20].split("\n", 1)[0]
    where = f'before "{rest}"' if rest else "at its end"
    shown = text if len(text) <= 80 else f"{text[:77]}…"
    return f" (character {position + 1} of `{shown}`, {where})"
