"""`qiangji task`: the work of officers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from webui.cli.database import changing, now, reading
from webui.cli.given import PAIR, values_of
from webui.cli.output import as_json, print_facts, print_rows
from workflows import staff, tasks
from workflows.tables import Task, TaskState

_SHOWN = ("id", "case", "procedure", "activity", "state", "officer", "post", "office", "due_at")
_DONE = (TaskState.COMPLETED, TaskState.WITHDRAWN)
by_officer = click.option("--officer", required=True, help="The code of the officer who does it.")


@click.group()
def task() -> None:
    """Tasks: pieces of work that wait for a person."""


@task.command("list")
@click.option("--officer", help="What lies on the desk of that officer, and what the officer may claim.")
@click.option("--case", "number", help="Of that case alone.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@as_json
def list_(officer: str | None, number: str | None, limit: int, wants_json: bool) -> None:
    """Open tasks, the most urgent first."""
    with reading() as session:
        if officer is not None:
            staff.find_officer(session, officer)
            found = [*tasks.inbox(session, officer, now()), *tasks.pool(session, officer, now())]
        else:
            query = select(Task).where(Task.state.not_in(_DONE)).order_by(Task.due_at.is_(None), Task.due_at, Task.id)
            found = list(session.scalars(query if number is None else query.where(Task.case == number)))
        rows = [_facts(one) for one in found if number in (None, one.case)][:limit]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="There is no open task.")


@task.command("claim")
@click.argument("number", metavar="TASK", type=int)
@by_officer
@as_json
def claim(number: int, officer: str, wants_json: bool) -> None:
    """Take TASK from the pool."""
    with changing() as session:
        staff.find_officer(session, officer)
        facts = _facts(tasks.claim(session, number, officer, now=now()))
    print_facts(facts, wants_json=wants_json)


@task.command("complete")
@click.argument("number", metavar="TASK", type=int)
@by_officer
@click.option("--set", "pairs", type=PAIR, multiple=True, help="A field of the form and its value.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A JSON object with the answers.")
@as_json
def complete(
    number: int, officer: str, pairs: tuple[tuple[str, str], ...], file: Path | None, wants_json: bool
) -> None:
    """Fill in the form of TASK and pass the case on."""
    with changing() as session:
        staff.find_officer(session, officer)
        facts = _facts(tasks.complete(session, number, officer, values_of(pairs, file), now=now()))
    print_facts(facts, wants_json=wants_json)


def _facts(found: Task) -> dict[str, Any]:
    names = (*_SHOWN, "form", "scheduled_at", "started_at", "completed_at")
    return {name: getattr(found, name) for name in names}
