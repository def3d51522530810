"""Diagnoses of procedures and imported logs, made in the background and kept until something new happened."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm
from flask import current_app

from event_logs import store
from event_logs.warehouse import Warehouse
from mining.diagnosis import Diagnosis, diagnose
from mining.filters import Filter, read, write
from mining.performance import ActivityTimes
from webui import catalogue, quality
from webui.answers import engine
from webui.database import reading_sessions
from webui.jobs import Job, Jobs, Progress
from webui.language import current_language
from webui.settings import Settings
from webui.subjects import Ran, subject

KEPT = 32
IMPORTED = quality.IMPORTED
FILTERED = "?"  # between the name of a log and the filter of its cases: no log is called so


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
    """The newest analysis of each name, in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Analysed] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Analysed | None:
        with self._lock:
            return self._kept.get(name)

    def put(self, analysed: Analysed) -> None:
        with self._lock:
            self._kept[analysed.name] = analysed
            self._kept.move_to_end(analysed.name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def latest(name: str) -> Analysed | None:
    found: Analysed | None = shelf().get(name)
    return found


def shelf() -> Shelf:
    found: Shelf = current_app.config["SHELF"]
    return found


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
    log, _, where = name.partition(FILTERED)
    return log, read(where) if where else None


def running(name: str) -> Job | None:
    return jobs().find(f"analyse:{name}")


def start(name: str, *, by: str, now: datetime) -> Job:
    """Analyse in the background; raises JobRunning."""
    settings, shelf_here, database = current_app.config["SETTINGS"], shelf(), engine()

    def work(progress: Progress) -> str:
        made = make(settings, database, name, now=now, progress=progress)
        shelf_here.put(made)
        return made.name

    return jobs().start(f"analyse:{name}", work, by=by, now=now)


def start_all(*, by: str, now: datetime) -> list[Job]:
    """Analyse every procedure that cases ran on, so that whoever opens the reports finds them there."""
    with reading_sessions(engine())() as session:
        keys = [
            version.key for version in catalogue.newest(session) if store.last_position(session, procedure=version.key)
        ]
    return [start(key, by=by, now=now) for key in keys]


def make(settings: Settings, database: sa.Engine, name: str, *, now: datetime, progress: Progress) -> Analysed:
    """The analysis of an imported log (`log:` before its name) or of a procedure's recorded events, or of some cases (`named`)."""
    of, where = parts(name)
    progress("snapshot", None)
    found = subject(settings, database, of, now=now)
    diagnosis = diagnose(
        found.log,
        found.models or None,
        limits=found.limits,
        calendar=found.hours,
        where=where,
        progress=lambda step: progress(step, None),
    )
    return Analysed(name=name, diagnosis=diagnosis, models=found.models, made_at=now, position=found.position)


def is_stale(session: sa.orm.Session, analysed: Analysed) -> bool:
    """Whether events were recorded since."""
    return not analysed.name.startswith(IMPORTED) and (
        store.last_position(session, procedure=parts(analysed.name)[0]) > analysed.position
    )
