"""`qiangji case`: cases started, shown and listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs import store
from webui.cli.database import changing, now, reading
from webui.cli.given import PAIR, values_of
from webui.cli.output import as_json, print_facts, print_json, print_rows
from webui.errors import Refused
from workflows import cases, moving
from workflows.tables import Case, CaseState, Task

_SHOWN = (
    "number",
    "procedure",
    "version",
    "state",
    "office",
    "taxpayer_id",
    "title",
    "opened_at",
    "due_at",
    "closed_at",
)
_TASKS = ("id", "activity", "state", "officer", "post", "due_at")
_EVENTS = ("at", "activity", "lifecycle", "officer")


@click.group()
def case() -> None:
    """Cases: runs of procedures."""


@case.command("start")
@click.argument("key", metavar="PROCEDURE")
@click.option("--set", "pairs", type=PAIR, multiple=True, help="A field of the application and its value.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A JSON object with the application.")
@click.option("--office", help="The office in charge.")
@click.option("--by", help="The officer who opens it.")
@click.option("--event", help="The start event, where the drawing has several.")
@as_json
def start(
    key: str,
    pairs: tuple[tuple[str, str], ...],
    file: Path | None,
    office: str | None,
    by: str | None,
    event: str | None,
    wants_json: bool,
) -> None:
    """Start a case of PROCEDURE with an application."""
    with changing() as session:
        opened = cases.start(session, key, values_of(pairs, file), now=now(), office=office, by=by, event=event)
        facts = _facts(opened)
    print_facts(facts, wants_json=wants_json)


@case.command("show")
@click.argument("number")
@as_json
def show(number: str, wants_json: bool) -> None:
    """A case: how it stands, its tasks, its values, and all that happened."""
    with reading() as session:
        found = cases.find(session, number)
        facts = _facts(found)
        values = dict(found.data)
        tasks = [_task(task) for task in session.scalars(select(Task).where(Task.case == number).order_by(Task.id))]
        events = [_event(fact) for fact in store.read(session, case_id=number)]
    if wants_json:
        print_json({**facts, "values": values, "tasks": tasks, "events": events})
        return
    print_facts(facts, wants_json=False)
    for heading, rows, columns in (("Tasks", tasks, _TASKS), ("Events", events, _EVENTS)):
        click.echo(f"\n{heading}")
        print_rows(rows, columns, wants_json=False, empty="none")


@case.command("list")
@click.option("--procedure", help="Of that procedure alone.")
@click.option("--state", type=click.Choice([str(state) for state in CaseState]), help="In that state alone.")
@click.option("--office", help="Of that office alone.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many, newest first.")
@as_json
def list_(procedure: str | None, state: str | None, office: str | None, limit: int, wants_json: bool) -> None:
    """The newest cases."""
    query = select(Case).order_by(Case.opened_at.desc(), Case.number.desc()).limit(limit)
    for column, wanted in ((Case.procedure, procedure), (Case.state, state), (Case.office, office)):
        if wanted is not None:
            query = query.where(column == wanted)
    with reading() as session:
        rows = [_facts(found) for found in session.scalars(query)]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="There is no such case.")


BY = click.option("--by", required=True, help="The manager who answers for it.")
REASON = click.option("--reason", required=True, help="Why; it becomes part of the record.")


@case.command("suspend")
@click.argument("number")
@BY
@REASON
def suspend(number: str, by: str, reason: str) -> None:
    """Stop the clock of a case until it is resumed."""
    with changing() as session:
        cases.suspend(session, number, by=by, reason=reason, now=now())


@case.command("resume")
@click.argument("number")
@BY
@REASON
def resume(number: str, by: str, reason: str) -> None:
    """Let a suspended case go on."""
    with changing() as session:
        cases.resume(session, number, by=by, reason=reason, now=now())


@case.command("withdraw")
@click.argument("number")
@BY
@REASON
def withdraw(number: str, by: str, reason: str) -> None:
    """End a case before its time."""
    with changing() as session:
        cases.withdraw(session, number, by=by, reason=reason, now=now())


@case.command("move")
@click.argument("number")
@click.option("--to", help="The step to go on with; without it, where the case can be moved is listed.")
@click.option("--from", "place", help="The step that is left, where the case stands at several.")
@click.option("--alone", is_flag=True, help="End the parallel branches, too.")
@click.option("--by", help="The manager who answers for it.")
@click.option("--reason", default="", help="Why; it becomes part of the record.")
@as_json
def move(
    number: str, to: str | None, place: str | None, alone: bool, by: str | None, reason: str, wants_json: bool
) -> None:
    """Move a case to another step; its data and its parallel branches stay."""
    if to is None:
        with reading() as session:
            rows = _places(session, number)
        print_rows(rows, ("at", "failed", "to"), wants_json=wants_json, empty="The case does not run.")
        return
    if not by or not reason.strip():
        raise Refused("Moving a case needs who does it and why: add --by and --reason.")
    with changing() as session:
        found = cases.find(session, number)
        known = {position.place: position.token for position in moving.positions(session, found, now=now())}
        token = known.get(place) if place else None
        moving.move(session, found, to, token=token, alone=alone, by=by, reason=reason, now=now())
        facts = _facts(found)
    print_facts(facts, wants_json=wants_json)


def _places(session: Session, number: str) -> list[dict[str, Any]]:
    found, at = cases.find(session, number), now()
    return [
        {
            "at": position.place,
            "failed": position.failed,
            "to": moving.destinations(session, found, position.token, now=at),
        }
        for position in moving.positions(session, found, now=at)
    ]


def _facts(found: Case) -> dict[str, Any]:
    shown = (*_SHOWN, "arm", "taxpayer_name", "key_taxpayer")
    return {name: getattr(found, name) for name in shown}


def _task(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in (*_TASKS, "office", "scheduled_at", "completed_at", "answers")}


def _event(fact: Any) -> dict[str, Any]:
    names = ("at", "activity", "lifecycle", "instance", "officer", "post", "office", "version", "attributes")
    return {name: getattr(fact, name) for name in names}
