"""What taking a migrated case back needs: its old state, and the rows that the migration changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.migration.outlook import Attempt
from workflows.tables import Case, Subscription, Task, Timer

TASK = ("activity", "form", "post", "posts", "due_at", "officer")
TIMER = ("kind", "procedure", "case", "node", "instance", "due_at", "attempts")
SUBSCRIPTION = ("kind", "procedure", "case", "node", "instance", "name", "correlation", "since")


def kept(session: Session, done: Attempt) -> dict[str, Any]:
    """The state of a case before it is put on the new version."""
    case, migrated = done.turn.case, done.migrated
    assert migrated is not None
    void = [str(token) for token in (*migrated.over, *migrated.replanned)]
    return {
        "execution": case.execution,
        "tasks": {str(task.id): _columns(task, TASK) for task in done.tasks.values()},
        "timers": [_columns(row, TIMER) for row in _rows(session, Timer, case, void)],
        "subscriptions": [_columns(row, SUBSCRIPTION) for row in _rows(session, Subscription, case, void)],
        "set": [str(token) for token in (*migrated.added, *migrated.replanned)],
        "places": {str(token): list(places) for token, places in migrated.places.items()},
        "beside": {str(token): list(places) for token, places in migrated.beside.items()},
    }


def restore(session: Session, before: Mapping[str, Any]) -> None:
    """Add the timers and subscriptions again that the migration had made void."""
    session.add_all(Timer(**values) for values in before["timers"])
    session.add_all(Subscription(**values) for values in before["subscriptions"])


def state_of(case: Case) -> str:
    """The digest of where a case stands: as long as it is the same, the case has not moved on."""
    return sha256(case.execution.encode()).hexdigest()


def _columns(row: Task | Timer | Subscription, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _rows(session: Session, table: type[Timer | Subscription], case: Case, instances: list[str]) -> Iterator[Any]:
    yield from session.scalars(select(table).where(table.case == case.number, table.instance.in_(instances)))
