"""What an execution asks of its surroundings while it steps: automatic work, decisions, and the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bpmn.model import Activity


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a decision: variables to set, and which rows fired."""

    value: Mapping[str, Any]
    rows: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The work is done elsewhere: the token waits until `Execution.complete` or `Execution.fail`."""


class Steps(Protocol):
    """The surroundings. Work may raise ServiceFailed (try again) or ProcedureFault (the drawing may catch it)."""

    @property
    def now(self) -> datetime: ...

    def perform(
        self, place: str, activity: Activity, inputs: Mapping[str, Any], *, attempt: int
    ) -> Mapping[str, Any] | HandedOut:
        """Run the registered service task of the activity at this place, or hand it out."""
        ...

    def decide(self, place: str, activity: Activity, context: Mapping[str, Any]) -> Verdict:
        """Ask the decision table of the activity at this place."""
        ...

    def due(self, place: str, value: Any, *, working: bool) -> datetime:
        """The moment that a timer's value means (a date, a duration, an ISO 8601 text); raises StepFailed."""
        ...

    def next_due(self, place: str, text: str, *, working: bool, after: datetime | None) -> datetime | None:
        """The time of a repetition (`R3/PT1H`) that follows `after`, or its first one; None when its end is over."""
        ...
