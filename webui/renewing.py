"""Reports made anew: when enough has happened since, or when somebody asks; each by one process at a time.

What a report is made from says its basis before anything is computed, so that the same one is not made twice.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version as version_of
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bpmn.procedure import TimeLimit
from bpmn.procedure_costs import Costs
from event_logs import store
from event_logs.quality import Repair
from event_logs.quality.records import accepted
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import Diagnosis, diagnose
from mining.filters import read as read_filter
from mining.reports import kept as reports
from mining.reports.kept import Basis, KeptReport
from mining.reports.written import form
from webui import catalogue
from webui.database import reading_sessions, transaction
from webui.jobs import Progress
from webui.settings import Settings
from webui.subjects import Subject, subject
from workflows import jobs

REPORT = "report.make"
EVERY_SECONDS = 30
FILTERED = "?"  # between the name of a log and the filter of its cases: no log is called so
# A report is made anew with so many events since, also at least a hundredth of all, or when it is old and there are any.
ENOUGH_NEW, HUNDREDTH, OLD = 500, 100, timedelta(minutes=15)


def split(name: str) -> tuple[str, str]:
    """The log and the text of the filter in the name of a report; the filter is empty for all cases."""
    log, _, where = name.partition(FILTERED)
    return log, where


def product() -> str:
    """The version of the program and of the form in which it keeps reports."""
    return f"{version_of('qiangji')} {form()}"


def ask_due(database: sa.Engine, now: datetime) -> int:
    """Have the reports made anew that are out of date, each once however many look; says how many were asked for."""
    with reading_sessions(database)() as session:
        found = [(key, reports.newest(session, key)) for key in recorded(session)]
        due = [key for key, report in found if _is_due(session, key, report, now)]
    asked = 0
    for key in due:
        with transaction(database) as session:
            asked += jobs.defer(session, REPORT, {"log": key}, now=now, key=f"{REPORT}:{key}")
    return asked


def recorded(session: Session) -> list[str]:
    return [v.key for v in catalogue.newest(session) if store.last_position(session, procedure=v.key)]


def _is_due(session: Session, key: str, report: KeptReport | None, now: datetime) -> bool:
    if report is None or report.made_from.product != product():
        return True
    many = max(ENOUGH_NEW, report.made_from.position // HUNDREDTH)
    fresh = new_events(session, key, report, many)
    return fresh >= many or (fresh > 0 and report.made_at <= now - OLD)


def new_events(session: Session, key: str, report: KeptReport | None, most: int = 1) -> int:
    """How many events were recorded since, counted no further than matters."""
    after = 0 if report is None else report.made_from.position
    found = store.facts(procedure=key, after=after).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def work(settings: Settings) -> Callable[[sa.Engine, Mapping[str, Any], datetime], None]:
    """What the job `report.make` does; safe to do twice, and what has been made meanwhile is not made again."""

    def run(database: sa.Engine, payload: Mapping[str, Any], now: datetime) -> None:
        renew(settings, database, payload["log"], now=now)

    return run


def quiet(_step: str, _share: float | None = None) -> None:
    """The progress of those who do not look."""


def renew(
    settings: Settings, database: sa.Engine, name: str, *, now: datetime, progress: Progress = quiet
) -> KeptReport:
    """Make the report of an imported log (`log:` before its name) or of a procedure's recorded events, and keep it.

    The name can go on with a filter (`FILTERED`). Where the report that is kept was made from the very same, it stays.
    """
    log, where = split(name)
    with _alone(settings, name):
        progress("snapshot", None)
        with reading_sessions(database)() as session:
            repairs, report = accepted(session, log), reports.newest(session, log, where)
        of = subject(settings, database, log, now=now)
        basis = _basis(of, repairs, where)
        if report is not None and report.made_from == basis:
            return report
        found = _diagnosed(of, where, progress)
        with transaction(database) as session:
            return reports.keep(session, log, found, basis, now=now)


def _diagnosed(of: Subject, where: str, progress: Progress) -> Diagnosis:
    return diagnose(
        of.log,
        of.models or None,
        limits=of.limits,
        costs=of.costs,
        calendar=of.hours,
        where=read_filter(where) if where else None,
        progress=lambda step: progress(step, None),
    )


@contextmanager
def _alone(settings: Settings, name: str) -> Iterator[None]:
    """One process at a time makes the report of that name; the lock lies beside the warehouse, which they share as well."""
    folder = settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{hashlib.sha256(name.encode()).hexdigest()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _basis(of: Subject, repairs: Sequence[Repair], where: str) -> Basis:
    return Basis(
        position=of.position,
        source=of.log.source,
        where=where,
        versions=tuple(sorted(of.models)),
        rules=_rules(repairs, of.limits, of.costs, of.hours),
        product=product(),
    )


def _rules(
    repairs: Sequence[Repair], limits: Sequence[TimeLimit], costs: Costs | None, hours: WorkingCalendar | None
) -> str:
    """The digest of what else decides; sets are sorted, since their order is another in every process."""
    told = [repr([*repairs]), repr(limits), repr(costs)]
    if hours is not None:
        days = [sorted(map(str, part)) for part in (hours.closed, hours.opened, hours.weekend)]
        told.append(repr([hours.zone, hours.hours, hours.country, days]))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
