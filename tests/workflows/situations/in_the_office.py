"""Cases as the database keeps them: the clock of one stands, one waits for a person to mend it, one is suspended.

`kept` plays them at a fixed time and tells all their rows; `put_back` writes such rows into a database of today. Both within `noting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from bpmn.model import Lane, Trigger
from bpmn.procedure import Procedure, procedure_from_sources
from event_logs.store import RecordedEvent
from tests.builders import after, boundary, catch, end, model, procedure, service, start, user
from workflows import cases, deployment, messages, tasks
from workflows.automation import SERVICE_TASKS
from workflows.errors import ProcedureFault
from workflows.tables import OPEN_TASK, Base, Case, Task

BEGUN = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai
KEPT = ("cases", "tasks", "timers", "subscriptions", "clock_stops", "incidents")
STANDS, FAULTY, RESTS = "K-1", "K-2", "K-3"


def drawn() -> Procedure:
    late = boundary("late", "decide", Trigger.TIMER, timer=after('duration("P5D")', working=True), interrupting=False)
    return procedure(
        model(
            start(lane="desk"), user("check", lane="desk", due=after('duration("P2D")', working=True)),
            catch("papers", Trigger.MESSAGE, message="papers", correlation="case_number", stops_clock=True),
            service("note", "kept.note"), user("decide", lane="desk", four_eyes=("check",)), late, end(lane="desk"), end("noted"),
            paths=["start > check > papers > note > decide > end", "late > noted"],
            key="kept", lanes=(Lane(id="desk", posts=("clerk",)),),
        ),
        posts=["clerk"],
        more='[[time_limit]]\nkind = "promised"\ndays = 10\nunit = "working_days"\nbasis = "b"\nconfirmed = true\n',
    )  # fmt: skip


@contextmanager
def noting() -> Iterator[None]:
    """The service of these cases: without an account it is a business error that the drawing does not catch."""

    def note(inputs: Mapping[str, Any], *, now: datetime) -> Mapping[str, Any]:
        if "account" not in inputs:
            raise ProcedureFault("no_account", "There is no account.")
        return {"noted": now}

    SERVICE_TASKS["kept.note"] = note
    try:
        yield
    finally:
        del SERVICE_TASKS["kept.note"]


def complete(session: Session, case: str, now: datetime) -> None:
    """The one task that is open."""
    task = session.scalars(select(Task).where(Task.case == case, Task.state.in_(OPEN_TASK))).one()
    tasks.complete(session, task, task.officer or "", {}, now=now)


def kept(session: Session, version: str) -> dict[str, Any]:
    """The cases brought to where they stand, as rows by table, with the sources of their procedure."""
    found, now = drawn(), BEGUN
    deployment.activate(session, deployment.deploy(session, found, now=BEGUN), now=BEGUN)
    for number in (STANDS, FAULTY, RESTS):
        now += timedelta(hours=1)
        cases.start(session, "kept", {"taxpayer_id": "91"}, now=now, office="east", number=number)
        complete(session, number, now)
    messages.deliver(session, "papers", FAULTY, {}, now=now)
    messages.deliver(session, "papers", RESTS, {"account": "7"}, now=now + timedelta(days=1))
    cases.suspend(session, RESTS, by="h1", reason="court", now=now + timedelta(days=2))
    session.flush()
    rows = {name: _rows(session, Base.metadata.tables[name]) for name in KEPT}
    events = _rows(session, RecordedEvent.__table__)  # type: ignore[arg-type]
    sources = {path: content.decode() for path, content in found.sources.items()}
    return {"written_by": version, "sources": sources, "rows": rows, "events": [_plain(row) for row in events]}


def _rows(session: Session, table: Table) -> list[dict[str, Any]]:
    rows = session.execute(select(table).order_by(*table.primary_key)).mappings()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def put_back(session: Session, told: Mapping[str, Any]) -> None:
    """The rows, in a database that has the staff; columns that came later have their defaults."""
    found = procedure_from_sources({path: text.encode() for path, text in told["sources"].items()})
    deployment.activate(session, deployment.deploy(session, found, now=BEGUN), now=BEGUN)
    for name in KEPT:
        for row in told["rows"][name]:
            session.execute(insert(Base.metadata.tables[name]), row)
    for row in told["events"]:
        digests = {name: bytes.fromhex(row[name]) for name in ("digest", "previous")}
        session.execute(insert(RecordedEvent), {**row, **digests})


def of(session: Session, number: str) -> Case:
    return session.get_one(Case, number)
