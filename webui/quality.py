"""Checks of data quality: on every import, every day and when somebody asks; and logs as they read with the repairs that were accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.log import EventLog
from event_logs.quality import Assessment, assess, repaired
from event_logs.quality.records import accepted, checks_of, keep
from event_logs.warehouse import Warehouse
from webui import catalogue
from webui.database import reading_sessions, transaction
from webui.settings import Settings
from workflows import jobs
from workflows.database import reading

CHECK = "quality.check"
IMPORTED = "log:"  # before the name of an imported log; the key of a procedure stands alone
EVERY = timedelta(days=1)


def load(settings: Settings, database: sa.Engine, name: str, *, now: datetime) -> EventLog:
    """An imported log (`log:` before its name) or what was recorded of a procedure, with the repairs that were accepted for it."""
    with reading_sessions(database)() as session:
        repairs = accepted(session, name)
    kept = Warehouse(settings.home)
    if name.startswith(IMPORTED):
        return repaired(kept.load(name.removeprefix(IMPORTED)), repairs)
    return repaired(kept.take_snapshot(reading(database), name, now=now, zone=settings.zone.key), repairs)


def check(settings: Settings, database: sa.Engine, name: str, *, occasion: str, now: datetime) -> Assessment:
    """Assess a log as it reads now, and remember the result with the repairs that it proposes."""
    made = assess(load(settings, database, name, now=now), now=now)
    with transaction(database) as session:
        keep(session, name, made, occasion)
    return made


def work(settings: Settings) -> Callable[[sa.Engine, Mapping[str, Any], datetime], None]:
    """What the job `quality.check` does; a log that was removed meanwhile is not checked."""

    def run(database: sa.Engine, payload: Mapping[str, Any], now: datetime) -> None:
        if payload["log"] in names(settings, database):
            check(settings, database, payload["log"], occasion=payload["occasion"], now=now)

    return run


def ask(session: Session, name: str, *, occasion: str, now: datetime) -> bool:
    """Have a log checked once this transaction is committed; False where a check of it waits already."""
    return jobs.defer(session, CHECK, {"log": name, "occasion": occasion}, now=now, key=f"{CHECK}:{name}")


def names(settings: Settings, database: sa.Engine) -> list[str]:
    """Every log that can be checked: procedures of which something was recorded, and imported ones."""
    with reading_sessions(database)() as session:
        keys = {version.key for version in catalogue.newest(session)}
        recorded = sorted(key for key in keys if store.last_position(session, procedure=key))
    return [*recorded, *(f"{IMPORTED}{name}" for name in Warehouse(settings.home).names())]


def ask_daily(settings: Settings, database: sa.Engine, now: datetime) -> int:
    """Have every log checked whose last check is a day old, and never before a first one was asked for; says how many."""
    asked = 0
    for name in names(settings, database):
        with transaction(database) as session:
            last = checks_of(session, name, 1)
            if not last or last[0].at <= now - EVERY:
                asked += ask(session, name, occasion="schedule", now=now)
    return asked
