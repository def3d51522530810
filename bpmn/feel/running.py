"""One run of an expression: what it may still spend, what time it is, what went wrong, and the variables in sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from bpmn.feel.errors import TooExpensive
from bpmn.feel.values import Undefined, Value

MOST_STEPS = 100_000  # about 40 ms: a step is the evaluation of one node
MOST_WARNINGS = 50
DEEPEST_CALLS = 60
LONGEST_STRING = 100_000
LONGEST_LIST = 20_000


@dataclass(frozen=True, slots=True)
class Warned:
    """Why some part of an expression became null, and where in the text that part stands."""

    message: str
    position: int


class Run:
    """What all scopes of one evaluation share."""

    __slots__ = ("depth", "left", "now", "warnings")

    def __init__(self, now: dt.datetime | None = None, steps: int = MOST_STEPS) -> None:
        self.now = now
        self.left = steps
        self.depth = 0
        self.warnings: list[Warned] = []

    def charge(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooExpensive(
                f"The evaluation was stopped after {MOST_STEPS} steps; filter or shorten the lists that it walks."
            )

    def warn(self, message: str, position: int) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(Warned(message, position))

    def string(self, text: str) -> str:
        """The text, if it is not too long."""
        if len(text) > LONGEST_STRING:
            raise TooExpensive(f"A text of {len(text)} characters came about; at most {LONGEST_STRING} are allowed.")
        self.charge(len(text) >> 6)
        return text

    def list(self, items: list[Value]) -> list[Value]:
        """The list, if it is not too long; costs a step for every four items."""
        if len(items) > LONGEST_LIST:
            raise TooExpensive(f"A list of {len(items)} items came about; at most {LONGEST_LIST} are allowed.")
        self.charge(len(items) >> 2)
        return items

    def result(self, value: Value) -> Value:
        """The value, if it is not too large once parts that it holds several times are counted each time."""
        todo = [value] if type(value) in (list, dict) else []
        while todo:
            part = todo.pop()
            self.charge(len(part))
            parts = part.values() if type(part) is dict else part
            todo.extend(inner for inner in parts if type(inner) in (list, dict))
        return value

    def time(self) -> dt.datetime:
        if self.now is None:
            raise Undefined("The time of the evaluation was not given.")
        return self.now


class Scope:
    """The variables in sight: a dict of names, and the scope around it."""

    __slots__ = ("names", "outer", "run")

    def __init__(self, names: dict[str, Any], outer: Scope | None, run: Run) -> None:
        self.names = names
        self.outer = outer
        self.run = run


Closure: TypeAlias = Callable[[Scope], Value]  # what an expression is compiled to
