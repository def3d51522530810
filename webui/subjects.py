"""What an analysis is made of: the log of a procedure or an import, the models its cases ran on, time limits and office hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bpmn.model import ProcessModel
from bpmn.procedure import TimeLimit
from bpmn.procedure_costs import Costs
from event_logs import store
from event_logs.log import EventLog
from event_logs.quality import repaired
from event_logs.quality.records import accepted
from event_logs.warehouse import Warehouse
from event_logs.working_time import WorkingCalendar
from webui import catalogue, yardsticks
from webui.database import reading_sessions
from webui.quality import IMPORTED
from webui.settings import Settings
from workflows import working_hours
from workflows.database import reading

Ran = Mapping[int, ProcessModel]


@dataclass(frozen=True)
class Subject:
    """`position` is the last event that the log covers. An imported log has the model, limits and costs of the version that it is
    held against (`drawing`, as `yardsticks.written`), and no hours."""

    log: EventLog
    models: Ran | ProcessModel  # by version, or one for all cases
    limits: tuple[TimeLimit, ...] = ()
    hours: WorkingCalendar | None = None
    position: int = 0
    costs: Costs | None = None
    drawing: str = ""


def subject(settings: Settings, database: sa.Engine, name: str, *, now: datetime) -> Subject:
    """An imported log (`log:` before its name) or what was recorded of a procedure, as it reads with its accepted repairs."""
    kept = Warehouse(settings.home, settings.mining_engine)
    if name.startswith(IMPORTED):
        return _imported(database, name, kept.load(name.removeprefix(IMPORTED)))
    with reading_sessions(database)() as session:
        read = {v.number: catalogue.load(session, v) for v in catalogue.versions(session, name)}
        in_use = catalogue.load(session, catalogue.in_use(session, name))
        position = store.last_position(session, procedure=name)
        hours = working_hours.calendar(session)
        repairs = accepted(session, name)
    log = kept.take_snapshot(reading(database), name, now=now, zone=settings.zone.key, position=position)
    models = {number: procedure.model for number, procedure in read.items()}
    return Subject(repaired(log, repairs), models, in_use.time_limits, hours, position, in_use.costs)


def _imported(database: sa.Engine, name: str, log: EventLog) -> Subject:
    """An imported log with what the version that it is held against says of it; alone where it is held against none."""
    with reading_sessions(database)() as session:
        log, version = repaired(log, accepted(session, name)), yardsticks.chosen(session, name)
        if version is None:
            return Subject(log, {})
        procedure, drawing = catalogue.load(session, version), yardsticks.written(version)
    return Subject(log, procedure.model, procedure.time_limits, costs=procedure.costs, drawing=drawing)
