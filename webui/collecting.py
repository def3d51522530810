"""What other systems tell, on its way into logs: queries that are due are asked, and what came is laid down for the analyses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from event_logs.collecting import collected_logs, queries
from event_logs.errors import EventLogError
from event_logs.warehouse import Warehouse
from event_logs.warehouse.collected import shelve
from webui.database import reading_sessions
from webui.settings import Settings
from workflows.database import run

log = logging.getLogger(__name__)
EVERY_SECONDS = 5


def tick(engine: sa.Engine, settings: Settings, now: Callable[[], datetime]) -> None:
    """Ask what is due, each in a transaction of its own, and bring the logs up to what was collected."""
    try:
        with reading_sessions(engine)() as session:
            names = queries.due(session, now())
        for name in names:
            run(engine, partial(queries.collect, name=name, now=now()))
        lay_down(engine, settings, now())
    except (SQLAlchemyError, EventLogError, OSError):
        log.exception("Collecting did not go through; it is tried again in %s seconds.", EVERY_SECONDS)


def lay_down(engine: sa.Engine, settings: Settings, now: datetime) -> list[str]:
    """The logs that were written anew because events had come."""
    store = Warehouse(settings.home)
    with reading_sessions(engine)() as session:
        return [name for name in collected_logs(session) if shelve(session, store, name, now=now)]
