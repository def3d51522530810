"""The office on a virtual clock: what is still to happen, who sits at which desk, and what lies on it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from event_logs.working_time import WorkingCalendar
from workflows.rehearsal.plan import Demand, Plan


class Kind(StrEnum):
    """What a moment brings."""

    ARRIVAL = "arrival"
    LOOK = "look"  # an officer looks at the desk
    FINISH = "finish"  # an officer finishes a piece of work
    MESSAGE = "message"  # somebody outside answers
    TIMER = "timer"
    WITHDRAWAL = "withdrawal"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    MORNING = "morning"  # work that nobody was found for is looked at again


class Moment(NamedTuple):
    """`order` decides between moments of one instant: who was put down first comes first."""

    at: datetime
    order: int
    kind: Kind
    of: tuple[Any, ...]


class Piece(NamedTuple):
    """A task on a desk, in the order in which it is taken up."""

    due: datetime
    since: datetime
    task: int


@dataclass(frozen=True, slots=True)
class Taxpayer:
    number: str
    name: str
    office: str
    rating: str
    key: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """An officer is away; times are aware."""

    since: datetime
    until: datetime
    stand_in: str | None


@dataclass(slots=True)
class Desk:
    """An officer at work. `speed` multiplies the working minutes; `busy` is the task in hand."""

    officer: str
    speed: float
    leaves: tuple[Leave, ...] = ()
    pile: list[Piece] = field(default_factory=list)
    busy: int | None = None
    stands_in_for: set[str] = field(default_factory=set)

    def leave(self, at: datetime) -> Leave | None:
        return next((leave for leave in self.leaves if leave.since <= at < leave.until), None)


@dataclass
class Floor:
    """Everything that a rehearsal remembers between two moments."""

    plan: Plan
    seed: int
    calendar: WorkingCalendar
    end: datetime
    taxpayers: tuple[Taxpayer, ...]
    demands: Mapping[str, Demand]
    desks: dict[str, Desk]
    moments: list[Moment] = field(default_factory=list)
    lies: dict[int, str | None] = field(default_factory=dict)  # on whose desk each task lies
    held: dict[int, tuple[Any, Any]] = field(
        default_factory=dict
    )  # open tasks with their case: no need to read them again
    nobody: set[int] = field(default_factory=set)  # tasks for which no officer was found
    visits: dict[tuple[str, str], int] = field(default_factory=dict)  # how often a case came to a node
    put_down: int = 0
    started: int = 0
    completed: int = 0
    delivered: int = 0
    withdrawn: int = 0

    def put(self, at: datetime, kind: Kind, *of: Any) -> None:
        """Let that happen then; what lies after the end is left to a later rehearsal."""
        if at < self.end:
            self.put_down += 1
            heapq.heappush(self.moments, Moment(at, self.put_down, kind, of))

    def take(self, before: datetime) -> Moment | None:
        """The next moment before that instant."""
        if self.moments and self.moments[0].at < before:
            return heapq.heappop(self.moments)
        return None

    def visit(self, case: str, node: str) -> int:
        """The how-manieth time this case comes to this node."""
        self.visits[case, node] = count = self.visits.get((case, node), 0) + 1
        return count
