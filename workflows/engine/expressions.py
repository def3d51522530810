"""The engine's only script language: FEEL, compiled once for each version, with failures that name the element."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from bpmn import feel
from bpmn.errors import BpmnError
from workflows.errors import StepFailed

KEPT = (str, bool, int, Decimal, date, time, timedelta)


class Expression:
    """A compiled FEEL expression of one element."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("=").strip()
        self.compiled = feel.compile(self.text)

    @cached_property
    def fixed(self) -> Any:
        """The value of one that reads neither variables nor the time, as most durations do; None where it may change."""
        if self.compiled.names:
            return None
        found = self.compiled.examine({})  # who asks for the time, which is not given, is warned
        return None if found.warnings or isinstance(found.value, list | dict) else found.value

    def value(self, place: str, data: Mapping[str, Any], now: datetime) -> Any:
        """Its value; raises StepFailed with the element's name."""
        try:
            if self.fixed is not None:
                return self.fixed
            return self.compiled(data, now=now)
        except BpmnError as error:
            raise StepFailed(place, f"the expression {self.text!r} has no value: {error}") from error

    def kept(self, place: str, data: Mapping[str, Any], now: datetime) -> Any:
        """Its value for a variable of the case; a function or a range is no such value, so StepFailed says so."""
        value = self.value(place, data, now)
        if not _is_kept(value):
            raise StepFailed(place, f"{self.text!r} gives a {type(value).__name__}, which no variable can hold.")
        return value


def _is_kept(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_kept(item) for item in value)
    if isinstance(value, Mapping):
        return all(_is_kept(item) for item in value.values())
    return value is None or isinstance(value, KEPT)


class Condition(Expression):
    """A FEEL condition: neither true nor false is a failure, not a silent no."""

    def holds(self, place: str, data: Mapping[str, Any], now: datetime) -> bool:
        try:
            return bool(self.compiled.truth(data, now=now))
        except BpmnError as error:
            raise StepFailed(place, f"the condition {self.text!r} cannot be decided: {error}") from error

    def is_true(self, data: Mapping[str, Any], now: datetime) -> bool:
        """For events that wait for a condition: undecided means not yet."""
        try:
            return bool(self.compiled.truth(data, now=now))
        except BpmnError:
            return False


def correlated(expression: Expression | None, place: str, data: Mapping[str, Any], now: datetime) -> str | None:
    """The correlation as text; a message that should be correlated but has no value to go by is a failure."""
    if expression is None:
        return None
    value = expression.kept(place, data, now)
    if value is None:
        raise StepFailed(place, f"its correlation {expression.text!r} has no value.")
    return str(value)
