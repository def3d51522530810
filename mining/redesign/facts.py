"""What the rules of redesign look at: the work of people with its outcome, and the attributes of the cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from bpmn.changes import Change, ChangeRefused, Materials, apply
from bpmn.model import Activity, ActivityKind, ProcessModel
from bpmn.procedure import Procedure
from event_logs import typed_json
from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import Diagnosis
from mining.findings import Kind
from mining.scenario.times import Clock

NOTICEABLE = 0.01  # of the mean working lead time: less is not worth a redesign
PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL, ActivityKind.TASK)


@dataclass(frozen=True)
class Facts:
    """What the rules look at. `work` has a row for each completed piece of work of officers: case_id, activity, officer,
    post, waiting and processing in working seconds, outcome; `cases` the attributes of each case."""

    model: ProcessModel
    materials: Materials
    work: pd.DataFrame
    cases: Mapping[str, Mapping[str, Any]]
    lead: float  # mean working seconds
    hours: float  # working seconds of the whole log
    ranks: Mapping[str, int] = field(default_factory=dict)

    def changed(self, *changes: Change) -> ProcessModel | None:
        try:
            return apply(self.model, *changes, materials=self.materials)
        except ChangeRefused:
            return None

    def of(self, activity: str) -> pd.DataFrame:
        return self.work[self.work.activity == activity]

    def noticeable(self, gain: float) -> bool:
        return gain >= NOTICEABLE * self.lead

    def name(self, activity: str) -> str:
        return f"“{self.model.label(activity, 'en')}”"

    @property
    def people(self) -> Iterator[Activity]:
        return (a for a in self.model.activities if a.kind in PEOPLE)


def facts_of(
    diagnosis: Diagnosis | None, log: EventLog, procedure: Procedure | ProcessModel, calendar: WorkingCalendar
) -> Facts:
    """Reads a log once for all rules of redesign; waiting and processing count in working time of the calendar."""
    model = procedure if isinstance(procedure, ProcessModel) else procedure.model
    materials = Materials() if isinstance(procedure, ProcessModel) else Materials(procedure.forms, procedure.decisions)
    clock = Clock(calendar)
    spans = log.events.group_by("case_id").agg(first=log.events["at"].min(), last=log.events["at"].max()).to_pandas()
    spans = spans.sort_values("case_id")
    first, last = (pd.to_datetime(spans[column], utc=True) for column in ("first", "last"))
    whole = pd.Series([first.min()]), pd.Series([last.max()])
    ranks = {f.subject[0]: f.rank for f in diagnosis.findings(Kind.WAITING_ACTIVITY)} if diagnosis is not None else {}
    return Facts(
        model=model,
        materials=materials,
        work=_work(log, clock),
        cases=_case_attributes(log),
        lead=float(np.mean(clock.working(first, last))),
        hours=float(clock.working(*whole)[0]),
        ranks=ranks,
    )


def _work(log: EventLog, clock: Clock) -> pd.DataFrame:
    pieces = activity_instances(log)
    known = pieces.filter(pieces.completed.notnull() & pieces.started.notnull() & pieces.officer.notnull())
    work = known.filter(~known.withdrawn.fill_null(False)).to_pandas()
    for column in ("scheduled", "started", "completed"):
        work[column] = pd.to_datetime(work[column], utc=True)
    work = work.assign(
        waiting=np.nan_to_num(clock.working(work.scheduled.fillna(work.started), work.started)),
        processing=clock.working(work.started, work.completed),
    )
    merged: pd.DataFrame = work.merge(_outcomes(log), how="left", on=["case_id", "activity", "instance"])
    return merged


def _outcomes(log: EventLog) -> pd.DataFrame:
    """The field `<activity>_outcome` of the answers with which a piece of work was completed."""
    events = log.events
    answered = events.filter(
        (events.lifecycle == "complete") & events.instance.notnull() & events.attributes.contains("_outcome")
    )
    frame = answered.select("case_id", "activity", "instance", "attributes").to_pandas()
    read = [typed_json.loads(text) for text in frame.attributes]
    values = [answers.get(f"{activity}_outcome") for activity, answers in zip(frame.activity, read, strict=True)]
    frame = frame.assign(outcome=pd.Series(values, index=frame.index, dtype=object)).drop(columns="attributes")
    last: pd.DataFrame = frame.drop_duplicates(["case_id", "activity", "instance"], keep="last")
    return last


def _case_attributes(log: EventLog) -> dict[str, Mapping[str, Any]]:
    events = log.events.filter(log.events.attributes.notnull())
    opening = events.group_by("case_id").agg(attributes=events.attributes.argmin(events.position)).to_pandas()
    return {
        str(id): typed_json.loads(text) if text else {}
        for id, text in zip(opening.case_id, opening.attributes, strict=True)
    }
