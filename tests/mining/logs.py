"""Small logs for the tests of mining: pieces of work told as hours since a Monday morning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import pandas as pd

from bpmn.model import ProcessModel
from event_logs.activity_instances import ACTIVITY_INSTANCES
from event_logs.log import CASES, EVENTS, EventLog
from event_logs.working_time import WorkingCalendar
from mining.work import Work, read_work

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai, a working day


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@dataclass(frozen=True)
class Done:
    """A piece of work: when it was scheduled, started and completed (hours; None: not recorded)."""

    case: str
    activity: str
    completed: float | None
    started: float | None = None
    scheduled: float | None = None
    officer: str | None = None
    post: str | None = None
    office: str | None = None
    version: int | None = None
    attributes: str = "{}"
    withdrawn: float | None = None
    passed_over: float | None = None

    def events(self, instance: str | None) -> Iterable[dict[str, Any]]:
        for lifecycle, hours in (
            ("schedule", self.scheduled),
            ("start", self.started),
            ("complete", self.completed),
            ("withdraw", self.withdrawn),
            ("manualskip", self.passed_over),
        ):
            if hours is not None:
                known = lifecycle != "schedule"
                yield {
                    "case_id": self.case,
                    "activity": self.activity,
                    "lifecycle": lifecycle,
                    "at": at(hours),
                    "instance": instance,
                    "version": self.version,
                    "officer": self.officer if known else None,
                    "post": self.post if known else None,
                    "office": self.office,
                    "attributes": self.attributes if lifecycle == "complete" else "{}",
                }


def log_of(*work: Done, open_cases: Iterable[str] | None = None, instances: bool = True) -> EventLog:
    """The log of that work, recorded in order of time; `open_cases` None means that nothing is said about any case."""
    events = [event for n, done in enumerate(work) for event in done.events(f"i{n}" if instances else None)]
    rows = sorted(events, key=lambda event: event["at"])  # stable: the told order decides ties
    for position, row in enumerate(rows):
        row["position"] = position
    running = None if open_cases is None else set(open_cases)
    cases = [
        {"case_id": case, "closed": None if running is None else case not in running, "attributes": "{}"}
        for case in dict.fromkeys(done.case for done in work)
    ]
    return EventLog("small", _table("events", rows, EVENTS), _table("cases", cases, CASES))


def _table(name: str, rows: list[dict[str, Any]], schema: ibis.Schema) -> ibis.Table:
    frame = pd.DataFrame(rows, columns=list(schema.names))
    if "at" in frame:
        frame["at"] = pd.to_datetime(frame["at"], utc=True).astype("datetime64[us, UTC]")
    if "version" in frame:
        frame["version"] = frame["version"].astype("Int64")
    return ibis.memtable(frame, schema=schema)


def path(case: str, *activities: str, begin: float = 0, **more: Any) -> list[Done]:
    """Completions an hour apart."""
    return [Done(case, activity, begin + n, **more) for n, activity in enumerate(activities)]


def work_of(*work: Done, model: ProcessModel | None = None, calendar: WorkingCalendar | None = None) -> Work:
    """The same as reading the log of that work, without the pairing of events (which has tests of its own)."""
    rows = [
        {
            **{name: getattr(d, name) for name in ("activity", "officer", "post", "office", "version")},
            "case_id": d.case,
            "instance": f"i{n}",
            "position": n,
            **{
                name: None if (hours := getattr(d, name)) is None else at(hours)
                for name in ("scheduled", "started", "completed")
            },
            "suspended_us": 0,
            "withdrawn": False,
        }
        for n, d in enumerate(work)
    ]
    frame = pd.DataFrame(rows, columns=list(ACTIVITY_INSTANCES.names))
    for column in ("scheduled", "assigned", "started", "completed"):
        frame[column] = pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")
    frame["version"] = frame["version"].astype("Int64")
    instances = ibis.memtable(frame, schema=ACTIVITY_INSTANCES)
    cases = tuple(sorted({d.case for d in work}))
    return read_work(instances, cases, {None: model} if model else {}, calendar)


def work_of_rows(rows: pd.DataFrame, model: ProcessModel | None = None) -> Work:
    """The work of a table with case_id, activity, officer, start_time and end_time (ISO 8601), in the order of the table."""
    told = pd.DataFrame(dict.fromkeys(ACTIVITY_INSTANCES.names), index=rows.index)
    told[["case_id", "activity", "officer"]] = rows[["case_id", "activity", "officer"]].astype("string")
    told["started"], told["completed"] = rows["start_time"], rows["end_time"]
    told["instance"] = told["position"] = range(len(rows))
    told = told.assign(instance=told["instance"].astype("string"), suspended_us=0, withdrawn=False)
    for column in ("scheduled", "assigned", "started", "completed"):
        told[column] = pd.to_datetime(told[column], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    told["version"] = told["version"].astype("Int64")
    cases = tuple(sorted(set(told["case_id"])))
    return read_work(ibis.memtable(told, schema=ACTIVITY_INSTANCES), cases, {None: model} if model else {}, None)
