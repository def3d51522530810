"""`qiangji deviation`: kinds of deviations that are accepted for a time."""

from __future__ import annotations

from datetime import datetime

import click

from mining.acceptances import accept, take_back
from mining.deviations import Word
from webui.accepting import fact, record, through
from webui.cli.database import changing, now, reading
from webui.cli.output import as_json, print_facts, print_rows
from webui.settings import read_settings

_SHOWN = (
    "id",
    "deviation",
    "activity",
    "version_from",
    "version_to",
    "standing",
    "expires_at",
    "accepted_by",
    "reason",
)
because = click.option("--reason", required=True, help="Why; it becomes part of the record.")
by_officer = click.option("--by", required=True, help="The code of the manager who decides.")


@click.group()
def deviation() -> None:
    """Deviations that are accepted for a time."""


@deviation.command("list")
@click.argument("procedure", metavar="PROCEDURE|log:NAME")
@as_json
def list_(procedure: str, wants_json: bool) -> None:
    """Everything that was ever accepted, newest first, with how it stands."""
    with reading() as session:
        rows = record(session, procedure, now())
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="No deviation was ever accepted.")


@deviation.command("accept")
@click.argument("procedure", metavar="PROCEDURE|log:NAME")
@click.argument("word", metavar="DEVIATION", type=click.Choice([word.value for word in Word]))
@click.argument("activity", metavar="ACTIVITY")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day on which it is accepted.")
@click.option("--from-version", type=int, help="By default every version.")
@click.option("--to-version", type=int, help="By default every version.")
@because
@by_officer
@as_json
def accept_(
    procedure: str,
    word: str,
    activity: str,
    until: datetime,
    from_version: int | None,
    to_version: int | None,
    reason: str,
    by: str,
    wants_json: bool,
) -> None:
    """Accept that ACTIVITY deviates so; it is listed apart, and counts again after that day."""
    with changing() as session:
        made = accept(
            session,
            procedure,
            word,
            activity,
            versions=(from_version, to_version),
            reason=reason,
            by=by,
            until=through(until.date(), read_settings().zone),
            now=now(),
        )
        facts = fact(made, now())
    print_facts(facts, wants_json=wants_json)


@deviation.command("take-back")
@click.argument("number", metavar="ACCEPTANCE", type=int)
@because
@by_officer
@as_json
def take_back_(number: int, reason: str, by: str, wants_json: bool) -> None:
    """End an acceptance before its time."""
    with changing() as session:
        facts = fact(take_back(session, number, reason=reason, by=by, now=now()), now())
    print_facts(facts, wants_json=wants_json)
