"""`qiangji log`: event logs into the warehouse and out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from event_logs.reading.mapping import COLUMNS, OPTIONS
from event_logs.warehouse import Warehouse, repairing
from event_logs.writing import write_log
from event_logs.writing.objects import ENDINGS, form_of, write_objects
from webui import predicting, renewing, yardsticks
from webui import quality as checks
from webui.cli.collect import collect
from webui.cli.database import changing, now, open_database
from webui.cli.given import PAIR
from webui.cli.ledger import COMMANDS, export_with_proofs
from webui.cli.output import as_json, print_facts, print_json, print_rows, progress, steps
from webui.cli.quality import quality, repairs
from webui.database import transaction
from webui.errors import Refused
from webui.settings import read_settings

MEANINGS = f"A column and what it means; meanings: {', '.join(COLUMNS)}; also {', '.join(OPTIONS)}."
_SHOWN = ("name", "cases", "events", "activities", "variants", "set_aside")


def warehouse() -> Warehouse:
    settings = read_settings()
    return Warehouse(settings.home, settings.mining_engine)


@click.group()
def log() -> None:
    """Event logs: XES, CSV of any dialect, Parquet, Excel and object-centric logs (OCEL)."""


log.add_command(collect)


@log.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it; by default what the file is called.")
@click.option("--map", "pairs", type=PAIR, multiple=True, help=MEANINGS)
@click.option("--replace", is_flag=True, help="Take the place of a log of that name.")
@click.option(
    "--repair", metavar="NAME", help="FILE is the corrected set_aside.csv of the log NAME; add its good rows."
)
@click.option("--unchecked", is_flag=True, help="Leave the check of data quality to the daily one.")
@as_json
def import_(
    file: Path,
    *,
    name: str | None,
    pairs: tuple[tuple[str, str], ...],
    replace: bool,
    repair: str | None,
    unchecked: bool,
    wants_json: bool,
) -> None:
    """Read FILE, keep it, and check its quality. Rows that cannot go in are set aside with the reason."""
    if repair is not None:
        if name or pairs or replace:
            raise Refused("Rows are repaired as their log was imported; leave out --name, --map and --replace.")
        facts = repairing.repair(warehouse(), repair, file, now=datetime.now(UTC)).as_dict()
    else:
        with progress(f"Reading {file.name}") as share:
            report = warehouse().import_log(
                file, name, dict(pairs) or None, share, replace=replace, now=datetime.now(UTC)
            )
        facts = report.as_dict()
    _tell(facts if unchecked else {**facts, **_checked(facts["name"])}, wants_json)


def _checked(name: str) -> dict[str, Any]:
    """The score of the log as it reads now, with the rules that it breaks and how often."""
    settings = read_settings()
    database = open_database(settings)
    with steps(f"Checking {name}"):
        made = checks.check(settings, database, f"{checks.IMPORTED}{name}", occasion="import", now=datetime.now(UTC))
    with transaction(database) as session:
        predicting.ask(session, f"{checks.IMPORTED}{name}", now=datetime.now(UTC))
        renewing.ask_anew(session, f"{checks.IMPORTED}{name}", by="", now=datetime.now(UTC))
    broken = {
        finding.rule: {"broken": finding.broken, "asked": finding.asked} for finding in made.findings if finding.broken
    }
    return {"quality": round(made.score, 4), "rules_broken": broken}


def _tell(facts: dict[str, Any], wants_json: bool) -> None:
    if wants_json:
        print_json(facts)
        return
    notes, broken = facts.pop("notes", []), facts.pop("rules_broken", {})
    print_facts(facts, wants_json=False)
    for note in notes:
        click.echo(note)
    for rule, found in broken.items():
        click.echo(f"{rule}: {found['broken']:,} of {found['asked']:,} are broken.")


@log.command("export")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", "form", type=click.Choice(list(ENDINGS)), help="Object-centric; by default the ending of FILE tells."
)
@click.option("--document", "documents", multiple=True, help="A field that names documents, which become objects.")
@click.option(
    "--proofs",
    is_flag=True,
    help="With FILE.proofs beside it; of recorded events, as they are; in CSV the attributes stand together as JSON.",
)
def export(name: str, file: Path | None, form: str | None, documents: tuple[str, ...], *, proofs: bool) -> None:
    """Write the log NAME (or the recorded events of the procedure NAME) to FILE: .xes, .csv (both also .gz) or .parquet.

    Object-centric (OCEL 2.0) as .json, .xml (both also .gz) or .sqlite; with --format, FILE is by default NAME with that ending.
    """
    from webui.cli.logs import kept_log, kept_objects

    if file is None and form is None:
        raise click.UsageError("Name the FILE to write, or give a --format.")
    file = file or Path(f"{name}{ENDINGS[form or '']}")
    form = form or form_of(file)
    if proofs:
        export_with_proofs(name, file)
    elif form:
        write_objects(kept_objects(name, documents), file, form)
    else:
        found, header = kept_log(name)
        write_log(found, file, header)


@log.command("list")
@as_json
def list_(wants_json: bool) -> None:
    """The logs that were imported."""
    kept = warehouse()
    rows = [kept.report(name).as_dict() for name in kept.names()]
    print_rows(
        rows, _SHOWN, wants_json=wants_json, empty="There is no log yet; `qiangji log import FILE` brings one in."
    )


@log.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget the log NAME; the file that it came from stays."""
    warehouse().remove(name)


@log.command("hold")
@click.argument("name")
@click.argument("drawing", metavar="PROCEDURE@VERSION", required=False, default="")
@click.option("--by", default="cli", show_default=True, help="Who chooses it, for the record.")
def hold(name: str, drawing: str, by: str) -> None:
    """Hold the imported log NAME against the drawing of that version from now on; against none where none is named."""
    warehouse().report(name)  # raises UnknownLog
    with changing() as session:
        version = yardsticks.read(session, drawing)
        yardsticks.choose(session, f"{checks.IMPORTED}{name}", version, by=by, now=now())


for command in (*COMMANDS, quality, repairs):
    log.add_command(command)
