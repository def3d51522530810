"""A change of one case while it goes on: what is known of the case, and what of it has yet to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from event_logs.working_time import WorkingCalendar
from workflows import working_hours
from workflows.engine import facts
from workflows.recording import Journal
from workflows.routing import People
from workflows.rows import Rows
from workflows.tables import Case, CaseState, Task
from workflows.versions import Runnable


@dataclass
class Change:
    """What the facts of one turn become, gathered until the turn is closed."""

    session: Session
    case: Case
    runnable: Runnable
    now: datetime
    journal: Journal = field(init=False)
    tasks: dict[str, Task] = field(default_factory=dict)  # known rows, by instance
    remarks: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)  # why a token is withdrawn, for its event
    rows: Rows = field(init=False)  # what it adds to the tables, and takes from them
    people: People | None = None  # whom its new tasks may go to
    given_up: list[str] = field(default_factory=list)  # failed steps that are not needed any more, by instance
    sent: list[facts.Sent] = field(default_factory=list)
    awaited: list[facts.Awaited] = field(default_factory=list)  # messages that this turn began to wait for
    signalled: list[str] = field(default_factory=list)
    clock_moved: bool = False  # the statutory clock began to stand, or to run, at a place of the drawing
    introduction: Mapping[str, Any] | None = None  # attributes of the case, on its first event
    closing: Mapping[str, Any] = field(default_factory=dict)  # why it ended before its time, on its last one

    def __post_init__(self) -> None:
        resting = self.now if self.case.state == CaseState.SUSPENDED else None
        self.rows = Rows(self.case.number, self.case.procedure, resting)
        self.journal = Journal(self.case, self.now, self.hours.zone)

    @cached_property
    def hours(self) -> WorkingCalendar:
        """When the office of the case works."""
        return working_hours.calendar(self.session, self.case.office)

    def is_task(self, place: str) -> bool:
        """Whether a person does what stands at this place."""
        return place in self.runnable.posts

    def node(self, place: str) -> Any:
        return self.runnable.plan.nodes[place]
