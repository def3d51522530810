"""`qiangji incident`: automatic steps that failed and wait for a person."""

from __future__ import annotations

from typing import Any

import click

from webui import correcting
from webui.cli.database import changing, now, reading
from webui.cli.given import PAIR
from webui.cli.output import as_json, print_facts, print_rows
from workflows import cases
from workflows.tables import Incident

_SHOWN = ("id", "case", "node", "attempts", "occurred_at", "message")
by_officer = click.option("--by", required=True, help="The code of the manager who sees to it.")


@click.group()
def incident() -> None:
    """Faults: automatic steps that wait for a person."""


@incident.command("list")
@click.option("--case", "number", help="Of that case alone.")
@as_json
def list_(number: str | None, wants_json: bool) -> None:
    """What waits, oldest first."""
    with reading() as session:
        rows = [_facts(found) for found in cases.incidents(session, case=number)]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="No automatic step waits for a person.")


@incident.command("correct")
@click.argument("number", metavar="INCIDENT", type=int)
@click.option(
    "--set", "pairs", type=PAIR, multiple=True, required=True, help='A variable and its value in FEEL, as name="text".'
)
@click.option("--reason", required=True, help="Why; it becomes part of the record.")
@by_officer
@as_json
def correct(number: int, pairs: tuple[tuple[str, str], ...], reason: str, by: str, wants_json: bool) -> None:
    """Correct variables of the case that INCIDENT stopped; `retry` tries the step again."""
    with changing() as session:
        values = correcting.changed(dict(pairs), {})
        facts = _facts(cases.correct(session, number, values, by=by, reason=reason, now=now()))
    print_facts(facts, wants_json=wants_json)


@incident.command("retry")
@click.argument("number", metavar="INCIDENT", type=int)
@by_officer
@as_json
def retry(number: int, by: str, wants_json: bool) -> None:
    """Try the step again that INCIDENT stopped."""
    with changing() as session:
        facts = _facts(cases.retry(session, number, by=by, now=now()))
    print_facts(facts, wants_json=wants_json)


@incident.command("read")
@click.argument("number", metavar="INCIDENT", type=int)
@by_officer
@as_json
def read(number: int, by: str, wants_json: bool) -> None:
    """Note that INCIDENT, a message that came too late, was read."""
    with changing() as session:
        facts = _facts(cases.acknowledge(session, number, by=by, now=now()))
    print_facts(facts, wants_json=wants_json)


def _facts(found: Incident) -> dict[str, Any]:
    names = (*_SHOWN, "corrections", "reason", "resolved_at", "resolved_by")
    return {name: getattr(found, name) for name in names}
