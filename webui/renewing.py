"""Reports made anew: when enough has happened since, or when somebody asks; each by one process at a time.

What a report is made from says its basis before anything is computed, so that the same one is not made twice.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version as version_of

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bpmn.procedure import TimeLimit
from bpmn.procedure_costs import Costs
from event_logs import store
from event_logs.quality import Repair
from event_logs.quality.records import accepted
from event_logs.warehouse import Warehouse
from event_logs.warehouse.collected import SOURCE as COLLECTED
from event_logs.working_time import WorkingCalendar
from mining.reports import kept as reports
from mining.reports.kept import Basis, KeptReport, ReportKind, ReportName
from webui import asking, catalogue, yardsticks
from webui.database import reading_sessions, transaction
from webui.jobs import Progress
from webui.mined import MINED
from webui.quality import IMPORTED
from webui.settings import Settings
from webui.subjects import Subject, subject

EVERY_SECONDS = 30
FILTERED = "?"  # between the name of a log and the filter of its cases: no log is called so
# A report is made anew with so many events since, also at least a hundredth of all, or when it is old and there are any.
ENOUGH_NEW, HUNDREDTH, OLD = 500, 100, timedelta(minutes=15)
SOME_NEW, THOUSANDTH = 100, 1000  # the bottlenecks alone, which take seconds, are brought up to less


def split(name: str) -> tuple[str, str]:
    """The log and the text of the filter in the name of a report; the filter is empty for all cases."""
    log, _, where = name.partition(FILTERED)
    return log, where


def text_of(name: ReportName) -> str:
    """What `split` takes apart: the name without its kind."""
    return f"{name.log}{FILTERED}{name.where}" if name.where else name.log


def named(kind: ReportKind | str, text: str) -> ReportName:
    return ReportName(ReportKind(kind), *split(text))


def product(kind: ReportKind = ReportKind.DIAGNOSIS) -> str:
    """The version of the program and of the form in which it keeps reports of that kind."""
    return f"{version_of('qiangji')} {reports.form_of(kind)}"


def ask(session: Session, name: ReportName, *, by: str, now: datetime) -> bool:
    """Have a report made once this transaction is committed; False where that waits or goes on already."""
    return asking.ask(session, name.kind.value, text_of(name), by=by, now=now)


def ask_anew(session: Session, log: str, *, by: str, now: datetime) -> int:
    """Have all reports that are kept of a log made anew, which was imported again; says how many."""
    return sum(ask(session, name, by=by, now=now) for name in reports.names(session, log))


def ask_due(settings: Settings, database: sa.Engine, now: datetime) -> int:
    """Have the reports made anew that are out of date, each once however many look; says how many were asked for."""
    with reading_sessions(database)() as session:
        due = [name for key in recorded(session) for name in _due(settings, session, key, now)]
        due += [name for log in _collected(settings) for name in _due_of_collected(settings, session, log, now)]
    asked = 0
    for name in due:
        with transaction(database) as session:
            asked += ask(session, name, by="", now=now)
    return asked


def _due(settings: Settings, session: Session, key: str, now: datetime) -> Iterator[ReportName]:
    """The diagnosis of a procedure, or else its bottlenecks alone."""
    whole, part = ReportName(ReportKind.DIAGNOSIS, key), ReportName(ReportKind.DELAYS, key)
    found = [report for report in (reports.newest(session, whole), reports.newest(session, part)) if report]
    if is_due(settings, session, whole, next((report for report in found if report.kind == whole.kind), None), now):
        yield whole
        return
    latest = max(found, key=lambda report: report.made_from.position)
    many = max(SOME_NEW, latest.made_from.position // THOUSANDTH)
    if new_events(session, latest, many) >= many:
        yield part


def _collected(settings: Settings) -> list[str]:
    """The logs that were laid down from what other systems told: they say so themselves, without a count of all those events."""
    kept = Warehouse(settings.home)
    return [log for log in kept.names() if kept.facts(log)["source"] == COLLECTED]


def _due_of_collected(settings: Settings, session: Session, log: str, now: datetime) -> Iterator[ReportName]:
    """What somebody once had made of a log that other systems fill."""
    for name in reports.names(session, f"{IMPORTED}{log}"):
        if is_due(settings, session, name, reports.newest(session, name), now):
            yield name


def recorded(session: Session) -> list[str]:
    return [v.key for v in catalogue.newest(session) if store.last_position(session, procedure=v.key)]


def is_due(settings: Settings, session: Session, name: ReportName, report: KeptReport | None, now: datetime) -> bool:
    """Whether enough has happened since the report of that name was made, or its form, drawing or (imported) source is another one now."""
    if report is None or report.made_from.product != product(name.kind):
        return True
    old = report.made_at <= now - OLD
    if name.log.startswith(IMPORTED):
        drawing = yardsticks.written(yardsticks.chosen(session, name.log))
        return report.made_from.drawing != drawing or (old and report.made_from.source != _source(settings, name.log))
    many = max(ENOUGH_NEW, report.made_from.position // HUNDREDTH)
    fresh = new_events(session, report, many)
    return fresh >= many or (fresh > 0 and old)


def _source(settings: Settings, log: str) -> str:
    """What an imported log says it was read from; that of a collected one changes with its events."""
    source: str = Warehouse(settings.home).facts(log.removeprefix(IMPORTED))["source_line"]
    return source


def new_events(session: Session, report: KeptReport, most: int = 1) -> int:
    """How many events were recorded since, counted no further than matters; an imported log has none."""
    found = store.facts(procedure=report.log, after=report.made_from.position).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def quiet(_step: str, _share: float | None = None) -> None:
    """The progress of those who do not look."""


def renew(
    settings: Settings, database: sa.Engine, name: ReportName, *, now: datetime, progress: Progress = quiet
) -> KeptReport:
    """Make the report of that name and keep it; where the one that is kept was made from the very same, it stays."""
    with _alone(settings, name):
        progress("snapshot", None)
        with reading_sessions(database)() as session:
            repairs, report = accepted(session, name.log), reports.newest(session, name)
        of = subject(settings, database, name.log, now=now)
        basis = _basis(of, repairs, name)
        if report is not None and report.made_from == basis:
            return report
        found = MINED[name.kind](settings, of, name, progress)
        with transaction(database) as session:
            return reports.keep(session, name, found, basis, now=now)


@contextmanager
def _alone(settings: Settings, name: ReportName) -> Iterator[None]:
    """One process at a time makes the report of that name; the lock lies beside the warehouse, which they share as well."""
    folder = settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name.digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _basis(of: Subject, repairs: Sequence[Repair], name: ReportName) -> Basis:
    return Basis(
        position=of.position,
        source=of.log.source,
        where=name.where,
        versions=tuple(sorted(of.models)) if isinstance(of.models, Mapping) else (),
        rules=_rules(repairs, of.limits, of.costs, of.hours),
        product=product(name.kind),
        drawing=of.drawing,
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
