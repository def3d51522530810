"""What goes on with recorded facts beside the work on cases: into the warehouse, under seals, and kept in order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from event_logs.errors import EventLogError
from event_logs.ledger.sealing import Ledger, seal
from event_logs.warehouse import Warehouse
from event_logs.warehouse.upkeep import Policy, keep_up
from webui import analyses
from webui.settings import Settings
from workflows.database import reading

log = logging.getLogger(__name__)
TAKE_IN_SECONDS = 2
BRING_UP_SECONDS = 60
KEEP_UP_SECONDS = 600


def ledger(settings: Settings) -> Ledger:
    return Ledger(settings.home / "ledger", settings.ledger_key or settings.home / "keys" / "seals")


def policy(settings: Settings) -> Policy:
    return Policy(archive_months=settings.archive_months, keep_months=settings.keep_months)


def rounds(
    settings: Settings, engine: sa.Engine, now: Callable[[], datetime]
) -> tuple[tuple[Callable[[], None], int], ...]:
    """What is done again and again, and every how many seconds; each is safe in any number of processes."""
    store, book, database = analyses.warehouse(settings), ledger(settings), reading(engine)
    return (
        (_careful("taken into the warehouse", lambda: store.take_in(database)), TAKE_IN_SECONDS),
        (_careful("sealed", lambda: seal(database, book, now=now())), settings.seal_seconds),
        (_careful("brought up to date", lambda: bring_up(store, now())), BRING_UP_SECONDS),
        (_careful("kept in order", lambda: keep_up(store.lake, policy(settings), now=now())), KEEP_UP_SECONDS),
    )


def bring_up(store: Warehouse, now: datetime) -> None:
    """The performed work of every procedure, made current."""
    for procedure in store.lake.manifest().procedures():
        store.bring_up(procedure, now=now)


def _careful(what: str, work: Callable[[], object]) -> Callable[[], None]:
    def done() -> None:
        try:
            work()
        except (EventLogError, SQLAlchemyError, OSError):
            log.exception("Recorded events could not be %s; it is tried again.", what)

    return done
