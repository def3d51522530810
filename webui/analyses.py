"""Reports of procedures and imported logs as pages read them: made by jobs, kept in the database, the same in every process.

A page reads what was found (`latest`, `kept`) and has made what is not there (`looked_at`); it computes nothing of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import sqlalchemy.orm
from flask import current_app

from event_logs import store
from event_logs.warehouse import Warehouse
from mining.diagnosis import Diagnosis
from mining.filters import Filter, read, write
from mining.performance import ActivityTimes
from mining.reports import kept as reports
from mining.reports.kept import Basis, KeptReport, ReportKind, ReportName
from webui import asking, catalogue, quality, renewing, yardsticks
from webui.answers import db, engine
from webui.asking import Asked, State
from webui.database import transaction
from webui.jobs import Jobs
from webui.language import current_language
from webui.settings import Settings
from webui.subjects import Ran
from workflows.tables import ProcedureVersion

KEPT = 32
IMPORTED = quality.IMPORTED
FILTERED = renewing.FILTERED
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """A diagnosis with the models that the cases ran on, by version; `position` is the last event that it covers."""

    name: str
    diagnosis: Diagnosis
    models: Ran
    made_at: datetime
    position: int = 0

    def label(self, activity: str) -> str:
        """What the screen calls an activity: by the newest model that has it."""
        for number in sorted(self.models, reverse=True):
            if self.models[number].has(activity):
                return self.models[number].label(activity, current_language())
        return activity

    def offices(self) -> list[str]:
        """The offices that did any of it, as far as the analysis tells them apart."""
        found = self.diagnosis.findings("handover", "workload")
        return sorted({key for f in found if f.measure == "office" for key in f.subject})

    def waiting_shares(self) -> dict[str, float]:
        """Activity → its part of all waiting, or of all time between completions where starts are unknown."""
        kinds = ("waiting_activity", "waiting_outside", "elapsed_activity")
        known = {a.subject[0]: 0.0 for a in self.diagnosis.performance.activities}
        return known | {f.subject[0]: f.share or 0.0 for f in self.diagnosis.findings(*kinds)}

    def by_activity(self, measure: str) -> dict[str, float]:
        """Activity → median waiting or processing in seconds, or how often it was done."""
        return {a.subject[0]: _measured(a, measure) for a in self.diagnosis.performance.activities}


def _measured(times: ActivityTimes, measure: str) -> float:
    if measure == "frequency":
        return float(times.count)
    sample = times.processing if measure == "processing" else times.waiting or times.between_completions
    return sample.median if sample else 0.0


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A report of any kind: `result` is of the type that its kind says, `position` the last event that it covers."""

    result: Any
    made_at: datetime
    position: int


class Shelf:
    """Reports as this process has read them, so that a page does not read the same one again."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, report: KeptReport, read: Callable[[], Found]) -> Found:
        with self._lock:
            number, known = self._read.get(report.name_digest, (0, None))
        if known is None or number != report.number:
            known = read()
            with self._lock:
                self._read[report.name_digest] = (report.number, known)
                self._read.move_to_end(report.name_digest)
                while len(self._read) > KEPT:
                    self._read.popitem(last=False)
        found: Found = known
        return found


def _shelf() -> Shelf:
    found: Shelf = current_app.config["SHELF"]
    return found


def _newest(name: ReportName) -> KeptReport | None:
    """None where there is no report of that name, or it was written by another version of the product."""
    report = reports.newest(db(), name)
    return None if report is None or report.made_from.product != renewing.product(name.kind) else report


def latest(name: str) -> Analysed | None:
    """The newest diagnosis of a log or those cases of it (`named`); None where there is none."""
    report = _newest(diagnosis_of(name))
    return None if report is None else _shelf().get(report, lambda: _analysed(db(), name, report))


def kept(name: ReportName) -> Kept | None:
    """The newest report of that name, of any kind; None where there is none."""
    report = _newest(name)
    return None if report is None else _shelf().get(report, lambda: _kept(report))


def current_delays(found: Analysed) -> Kept | None:
    """The bottlenecks as of later than the diagnosis (`result` is a `Delays`); None where it is of some cases or there are none."""
    log, where = renewing.split(found.name)
    known = None if where else kept(ReportName(ReportKind.DELAYS, log))
    return known if known is not None and known.position > found.position else None


def _kept(report: KeptReport) -> Kept:
    return Kept(result=report.result(), made_at=report.made_at, position=report.made_from.position)


def _analysed(session: sa.orm.Session, name: str, report: KeptReport) -> Analysed:
    basis = report.made_from
    models = {version.number: catalogue.load(session, version).model for version in _wanted(session, report.log, basis)}
    return Analysed(
        name=name,
        diagnosis=report.result(),
        models=models,
        made_at=report.made_at,
        position=basis.position,
    )


def _wanted(session: sa.orm.Session, log: str, basis: Basis) -> list[ProcedureVersion]:
    held = yardsticks.read(session, basis.drawing)
    if held is not None:
        return [held]
    return [v for v in catalogue.versions(session, log) if v.number in basis.versions] if basis.versions else []


def jobs() -> Jobs:
    found: Jobs = current_app.config["JOBS"]
    return found


def warehouse(settings: Settings) -> Warehouse:
    return Warehouse(settings.home, settings.mining_engine)


def named(name: str, where: Filter | None) -> str:
    """The name under which the analysis of those cases of a log is kept."""
    return name if where is None else f"{name}{FILTERED}{write(where)}"


def parts(name: str) -> tuple[str, Filter | None]:
    """The name of the log and the filter; raises UnreadableFilter."""
    log, where = renewing.split(name)
    return log, read(where) if where else None


def diagnosis_of(name: str) -> ReportName:
    return ReportName(ReportKind.DIAGNOSIS, *renewing.split(name))


def asked(name: ReportName) -> Asked | None:
    """Who has that report made, since when, and how it goes; None where nobody ever asked."""
    return asking.find(db(), name.kind.value, renewing.text_of(name))


def looked_at(name: ReportName, *, by: str, now: datetime) -> Asked | None:
    """As `asked`; but where the report is not there, or so much is new that it is due, it is asked for now.

    What failed is not asked for again by looking. For requests that read alone: the asking is a transaction of its own.
    """
    known = asked(name)
    if known is not None and (known.going or known.state == State.FAILED):
        return known
    if not renewing.is_due(current_app.config["SETTINGS"], db(), name, reports.newest(db(), name), now):
        return None
    with transaction(engine()) as session:
        renewing.ask(session, name, by=by, now=now)
        found = asking.find(session, name.kind.value, renewing.text_of(name))
        session.expunge_all()
    return found


def is_stale(session: sa.orm.Session, log: str, position: int) -> bool:
    """Whether events of the log were recorded since."""
    return not log.startswith(IMPORTED) and store.last_position(session, procedure=log) > position
