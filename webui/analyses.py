"""Reports of procedures and imported logs: made in the background, kept in the database, and read by every process.

A page reads what was found (`latest`); `renewing` makes it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm
from flask import current_app

from event_logs import store
from event_logs.warehouse import Warehouse
from mining.diagnosis import Diagnosis
from mining.filters import Filter, read, write
from mining.performance import ActivityTimes
from mining.reports import kept as reports
from mining.reports.kept import KeptReport
from webui import catalogue, quality, renewing
from webui.answers import db, engine
from webui.database import reading_sessions
from webui.jobs import Job, Jobs, Progress
from webui.language import current_language
from webui.settings import Settings
from webui.subjects import Ran

KEPT = 32
IMPORTED = quality.IMPORTED
FILTERED = renewing.FILTERED


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


class Shelf:
    """Reports as this process has read them, so that a page does not read the same one again."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, tuple[int, Analysed]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, report: KeptReport, read: Callable[[], Analysed]) -> Analysed:
        with self._lock:
            number, known = self._read.get(report.name_digest, (0, None))
        if known is None or number != report.number:
            known = read()
            with self._lock:
                self._read[report.name_digest] = (report.number, known)
                self._read.move_to_end(report.name_digest)
                while len(self._read) > KEPT:
                    self._read.popitem(last=False)
        return known


def latest(name: str) -> Analysed | None:
    """The newest report of that name; None where there is none, or it was written by another version of the product."""
    session = db()
    log, where = renewing.split(name)
    report = reports.newest(session, log, where)
    if report is None or report.made_from.product != renewing.product():
        return None
    shelf: Shelf = current_app.config["SHELF"]
    return shelf.get(report, lambda: _read(session, name, report))


def _read(session: sa.orm.Session, name: str, report: KeptReport) -> Analysed:
    basis = report.made_from
    wanted = (
        [v for v in catalogue.versions(session, report.log) if v.number in basis.versions] if basis.versions else []
    )
    models = {version.number: catalogue.load(session, version).model for version in wanted}
    return Analysed(
        name=name,
        diagnosis=report.diagnosis(),
        models=models,
        made_at=report.made_at,
        position=basis.position,
    )


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


def running(name: str) -> Job | None:
    return jobs().find(f"analyse:{name}")


def start(name: str, *, by: str, now: datetime) -> Job:
    """Analyse in the background; raises JobRunning."""
    settings, database = current_app.config["SETTINGS"], engine()

    def work(progress: Progress) -> str:
        renewing.renew(settings, database, name, now=now, progress=progress)
        return name

    return jobs().start(f"analyse:{name}", work, by=by, now=now)


def start_all(*, by: str, now: datetime) -> list[Job]:
    """Analyse every procedure of whose events there is no current report, so that whoever opens it finds it there."""
    with reading_sessions(engine())() as session:
        keys = [
            key for key in renewing.recorded(session) if renewing.new_events(session, key, reports.newest(session, key))
        ]
    return [start(key, by=by, now=now) for key in keys]


def is_stale(session: sa.orm.Session, analysed: Analysed) -> bool:
    """Whether events were recorded since."""
    return not analysed.name.startswith(IMPORTED) and (
        store.last_position(session, procedure=parts(analysed.name)[0]) > analysed.position
    )
