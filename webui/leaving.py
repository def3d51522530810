"""Who leaves or loses a post: the open work goes to others, at once and once more a little later.

Whoever gave that officer work in the very same moment may have looked before the change and written after it; the second look finds
what slipped through so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows import jobs, tasks
from workflows.database import run
from workflows.tables import Task

REROUTE = "staff.reroute"
SECOND_LOOK = timedelta(minutes=1)  # by then every transaction of that moment has ended


def give_away(session: Session, officer: str, *, by: str, why: str, now: datetime) -> list[Task]:
    """The tasks that the officer may not do any more go to others, or to the pool; says which."""
    moved = tasks.reroute(session, officer, by=by, now=now, why=why)
    again = {"officer": officer, "by": by, "why": why}
    jobs.defer(session, REROUTE, again, now=now, at=now + SECOND_LOOK, key=f"{REROUTE} {officer}")
    return moved


def look_again(engine: sa.Engine, payload: Mapping[str, Any], now: datetime) -> None:
    """The job of the second look; doing it twice changes nothing."""
    officer, by, why = payload["officer"], payload["by"], payload["why"]
    run(engine, lambda session: tasks.reroute(session, officer, by=by, why=why, now=now))
