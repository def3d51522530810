"""Playing an execution by hand in tests: the surroundings it asks, and short ways to say what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bpmn.model import Activity, ProcessModel
from workflows.engine import Execution, HandedOut, Verdict, begin, facts, prepare, resume
from workflows.errors import ProcedureFault, ServiceFailed, StepFailed

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@dataclass
class Surroundings:
    """Services are plain functions by name; every call is noted."""

    services: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any] | HandedOut]] = field(default_factory=dict)
    now: datetime = MONDAY
    called: list[str] = field(default_factory=list)

    def perform(
        self, place: str, activity: Activity, inputs: Mapping[str, Any], *, attempt: int
    ) -> Mapping[str, Any] | HandedOut:
        self.called.append(place)
        return self.services.get(activity.service or "", lambda given: {})(inputs)

    def decide(self, place: str, activity: Activity, context: Mapping[str, Any]) -> Verdict:
        return Verdict({f"{activity.decision}": True}, (1,))

    def due(self, place: str, value: Any, *, working: bool) -> datetime:
        if isinstance(value, timedelta):
            return self.now + value
        if isinstance(value, str):
            return self.now + timedelta(hours=1)
        if isinstance(value, datetime):
            return value
        raise StepFailed(place, "no time")

    def next_due(self, place: str, text: str, *, working: bool, after: datetime | None) -> datetime | None:
        return self.now + timedelta(hours=1)


class Play:
    """An execution that is stored and read again after every step, as the product does it."""

    def __init__(
        self,
        model: ProcessModel,
        data: Mapping[str, Any] | None = None,
        called: Mapping[str, ProcessModel] | None = None,
        **services: Any,
    ) -> None:
        self.around = Surroundings({name.replace("__", "."): f for name, f in services.items()})
        self.plan = prepare(model, called)
        self.execution: Execution = begin(self.plan, data or {}, self.around)
        self.facts: list[facts.Fact] = []
        self._settle()

    def _settle(self) -> None:
        self.facts += self.execution.take()
        again = resume(self.plan, self.execution.dump(), dict(self.execution.data), self.around)
        assert json.loads(again.dump()) == json.loads(self.execution.dump())
        self.execution = again

    @property
    def data(self) -> Mapping[str, Any]:
        return self.execution.data

    @property
    def waiting(self) -> list[str]:
        return sorted(self.execution.waiting().values())

    @property
    def ended(self) -> bool:
        return self.execution.ended

    @property
    def path(self) -> list[str]:
        """The elements done so far, in order."""
        return [f.node for f in self.facts if isinstance(f, facts.Entered | facts.Performed | facts.Completed)]

    @property
    def withdrawn(self) -> list[str]:
        return [f.node for f in self.facts if isinstance(f, facts.Withdrawn)]

    def token(self, place: str) -> int:
        return next(token for token, at in self.execution.waiting().items() if at == place)

    def variables(self, place: str) -> dict[str, Any]:
        """The variables as the branch sees them that waits there."""
        return dict(self.execution.variables(self.token(place)))

    def complete(self, place: str, **values: Any) -> Play:
        self.execution.complete(self.token(place), values)
        self._settle()
        return self

    def fail(self, place: str, failure: ServiceFailed | ProcedureFault) -> Play:
        self.execution.fail(self.token(place), failure)
        self._settle()
        return self

    def fire(self, place: str, **values: Any) -> Play:
        self.execution.fire(self.token(place), values)
        self._settle()
        return self

    def signal(self, name: str) -> int:
        fired = self.execution.signal(name)
        self._settle()
        return fired

    def retry(self) -> Play:
        stuck = [f for f in self.facts if isinstance(f, facts.Stuck)]
        self.execution.retry(stuck[-1].token)
        self._settle()
        return self

    def correct(self, **values: Any) -> Play:
        """A person puts the data right and has it tried again."""
        self.execution.correct(values)
        return self.retry()

    def said(self, kind: type) -> list[Any]:
        return [f for f in self.facts if isinstance(f, kind)]
