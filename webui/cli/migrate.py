"""`qiangji procedure migrate`: running cases go on with another version, looked at first."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select

from webui import migrating
from webui.cli.database import changing, now, open_database, reading
from webui.cli.given import PAIR
from webui.cli.output import as_json, print_facts, print_rows, progress
from webui.errors import Refused
from workflows import migration
from workflows.migration import Outlook
from workflows.tables import Migration

_LOOK = ("case", "migrates", "hindrances", "stands_at", "tasks", "times", "missing")
_LIST = ("id", "procedure", "from", "to", "by", "begun_at", "finished_at", "moved", "stayed", "undone", "left")


@click.command("migrate")
@click.argument("key", metavar="PROCEDURE")
@click.option("--from", "source", type=int, required=True, help="The version that the cases run on.")
@click.option("--to", "target", type=int, required=True, help="The version that they go on with.")
@click.option(
    "--map", "pairs", type=PAIR, multiple=True, help="An old element and the new one; OLD= where there is none."
)
@click.option("--by", help="Who answers for it; without it nothing is changed.")
@click.option("--reason", default="", help="Why; it is kept with every case.")
@as_json
def migrate(
    key: str,
    source: int,
    target: int,
    pairs: tuple[tuple[str, str], ...],
    by: str | None,
    reason: str,
    wants_json: bool,
) -> None:
    """Say case by case what a migration would do; with --by and --reason do it."""
    mapping = {old: new or None for old, new in pairs}
    if by is None:
        with reading() as session:
            plan = migration.plan(session, key, source, target, mapping)
            rows = [_look(found) for found in migration.dry_run(session, plan, now=now())]
        print_rows(rows, _LOOK, wants_json=wants_json, empty=f"No case of {key} runs on version {source}.")
        return
    if not reason.strip():
        raise Refused("A reason is needed; it becomes part of the record of every case. Add --reason.")
    with changing() as session:
        plan = migration.plan(session, key, source, target, mapping)
        number = migration.begin(session, plan, by=by, reason=reason, now=now()).id
    _carry_out(number, wants_json)


@click.command("migrations")
@click.option("--resume", type=int, metavar="ID", help="Take up one that was stopped.")
@click.option("--undo", type=int, metavar="ID", help="Take back what can be taken back; needs --by and --reason.")
@click.option("--by", help="Who answers for taking back.")
@click.option("--reason", default="", help="Why.")
@as_json
def migrations(resume: int | None, undo: int | None, by: str | None, reason: str, wants_json: bool) -> None:
    """The migrations that there were; take one up again, or take one back."""
    if resume is not None:
        _find(resume)
        _carry_out(resume, wants_json)
    elif undo is not None:
        if not by or not reason.strip():
            raise Refused("Taking back needs who does it and why: add --by and --reason.")
        _find(undo)
        _take_back(undo, by, reason, wants_json)
    else:
        with reading() as session:
            rows = [_facts(row, migration.counts(session, row)) for row in session.scalars(select(Migration))]
        print_rows(rows, _LIST, wants_json=wants_json, empty="No case was ever migrated.")


def _find(number: int) -> None:
    with reading() as session:
        if session.get(Migration, number) is None:
            raise Refused(f"There is no migration {number}; `qiangji procedure migrations` lists them.")


def _carry_out(number: int, wants_json: bool) -> None:
    engine = open_database()
    try:
        with progress("migrating") as tell:
            counts = migrating.carry_out(engine, number, now, lambda _, share: tell(share or 0.0))
    finally:
        engine.dispose()
    print_facts({"id": number, **counts}, wants_json=wants_json)


def _take_back(number: int, by: str, reason: str, wants_json: bool) -> None:
    engine = open_database()
    try:
        back = migrating.take_back(engine, number, now, by=by, reason=reason)
    finally:
        engine.dispose()
    print_facts({"id": number, "undone": len(back), "cases": back}, wants_json=wants_json)


def _look(found: Outlook) -> dict[str, Any]:
    return {
        "case": found.case,
        "migrates": found.migrates,
        "hindrances": list(found.hindrances),
        "stands_at": list(found.stands_at),
        "tasks": [
            {name: getattr(t, name) for name in ("task", "before", "after", "officer", "released")} for t in found.tasks
        ],
        "times": [{"node": t.node, "before": t.before, "after": t.after} for t in found.times],
        "missing": list(found.missing),
        "done_otherwise": list(found.done_otherwise),
    }


def _facts(row: Migration, counts: dict[str, int]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "procedure", "by", "reason", "begun_at", "finished_at")}
    return {**told, "from": row.source, "to": row.target, **counts}
