"""Events of other systems, pushed or fetched, each kept once by its source and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from event_logs.collecting.tables import CollectedEvent

_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as another system tells it; `key` is its own name for it, unique within the source."""

    key: str
    case_id: str
    activity: str
    at: datetime
    lifecycle: str = "complete"
    officer: str | None = None
    post: str | None = None
    office: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def keep(session: Session, log: str, source: str, events: Sequence[Told], *, now: datetime) -> int:
    """Keep the events of which none of that source and key is in the log yet; says how many were new."""
    new = 0
    for start in range(0, len(events), _AT_ONCE):
        rows = [_row(log, source, one, now) for one in events[start : start + _AT_ONCE]]
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(CollectedEvent)
        statement = insert.values(rows).on_conflict_do_nothing(index_elements=["log", "source", "key"])
        new += len(session.execute(statement.returning(CollectedEvent.position)).all())
    return new


def _row(log: str, source: str, told: Told, now: datetime) -> dict[str, Any]:
    return {
        "log": log,
        "source": source,
        "key": told.key,
        "case_id": told.case_id,
        "activity": told.activity,
        "lifecycle": told.lifecycle,
        "at": told.at,
        "officer": told.officer,
        "post": told.post,
        "office": told.office,
        "attributes": dict(told.attributes),
        "received": now,
    }


def collected_logs(session: Session) -> dict[str, int]:
    """The logs with collected events, and how many each has."""
    counted = select(CollectedEvent.log, func.count()).group_by(CollectedEvent.log).order_by(CollectedEvent.log)
    return {log: int(n) for log, n in session.execute(counted)}
