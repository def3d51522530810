"""Facts about a case as they are recorded, gathered during one change and appended in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle, Scalar
from event_logs.prepared import Filled, send_all
from workflows.tables import Case, Task
from workflows.working_hours import calendar


def scalar(value: Any) -> Scalar:
    """A FEEL value as an attribute of an event: lists and contexts become readable text."""
    if isinstance(value, Scalar):
        return value
    if isinstance(value, timedelta):
        return f"PT{int(value.total_seconds())}S"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {scalar(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(str(scalar(item)) for item in value)
    return str(value)


def scalars(values: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: scalar(value) for name, value in values.items()}


@dataclass
class Journal:
    """The events of one change of one case, in order; `filled` appends them."""

    case: Case
    now: datetime
    zone: str  # of the office
    events: list[Event] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)  # calls that began, with the version that they run

    def record(
        self,
        activity: str,
        lifecycle: Lifecycle,
        *,
        instance: str | None = None,
        officer: str | None = None,
        post: str | None = None,
        office: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        if self.opened:
            attributes = self._with_called_version(activity, attributes)
        self.events.append(
            Event(
                procedure=self.case.procedure,
                case_id=self.case.number,
                activity=activity,
                lifecycle=lifecycle,
                at=self.now,
                instance=instance,
                version=self.case.version,
                officer=officer,
                post=post,
                office=office or self.case.office,
                zone=self.zone,
                attributes=scalars(attributes or {}),
            )
        )

    def _with_called_version(self, activity: str, attributes: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        for place in [place for place in self.opened if activity.startswith(place)]:
            attributes = {**(attributes or {}), "called_version": self.opened.pop(place)}
        return attributes

    def record_task(self, task: Task, lifecycle: Lifecycle, attributes: Mapping[str, Any] | None = None) -> None:
        """An event of a person's task, with the officer and post that it has now."""
        self.record(
            task.activity,
            lifecycle,
            instance=task.instance,
            officer=task.officer,
            post=task.post,
            office=task.office,
            attributes=attributes,
        )

    def close(self, attributes: Mapping[str, Any]) -> None:
        """Let the last event say how the case ended."""
        last = self.events[-1]
        self.events[-1] = replace(last, attributes={**last.attributes, **scalars(attributes)})

    def introduce(self, attributes: Mapping[str, Any]) -> None:
        """Let the first event carry the attributes of the case."""
        first = self.events[0]
        self.events[0] = replace(first, attributes={**scalars(attributes), **first.attributes})

    def write(self, session: Session) -> None:
        connection = session.connection()
        send_all(connection, self.filled(connection.dialect))

    def filled(self, dialect: Dialect) -> list[Filled]:
        """The statement that appends them, ready to be sent."""
        events, self.events = self.events, []
        return store.filled(dialect, events)


def journal(session: Session, case: Case, now: datetime) -> Journal:
    """The facts of a change of this case, which begins."""
    return Journal(case, now, calendar(session, case.office).zone)
