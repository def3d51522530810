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

    value: Any
    rows: Sequence[Any] = ()


class Steps(Protocol):
    """The surroundings. Both calls may raise ServiceFailed (try again) or ProcedureFault (the drawing may catch it)."""

    @property
    def now(self) -> datetime: ...

    def perform(self, activity: Activity, inputs: Mapping[str, Any], *, attempt: int) -> Mapping[str, Any]:
        """Run the registered service task of this activity."""
        ...

    def decide(self, activity: Activity, context: Mapping[str, Any]) -> Verdict:
        """Ask the decision table of this activity."""
        ...
