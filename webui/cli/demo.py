"""`qiangji demo`: an invented bureau with a year of casework, played by the engine."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from webui import demo as year
from webui.cli.database import now
from webui.cli.output import as_json, print_json, print_rows, progress
from webui.database import migrate, open_engine, reading_sessions, writing_sessions
from webui.settings import Settings, read_settings
from workflows.database import open_engine as open_plainly

_BESIDE = ("-wal", "-shm", ".migrating")  # what SQLite and we put beside a database file


@click.command()
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The day before which the year ends; today by default."
)
@click.option(
    "--cases",
    "cases_per_year",
    type=click.IntRange(1),
    default=year.CASES_PER_YEAR,
    show_default=True,
    help="In the year.",
)
@click.option("--seed", type=int, default=year.SEED, show_default=True, help="The same seed and day give the same log.")
@as_json
def demo(until: datetime | None, cases_per_year: int, seed: int, wants_json: bool) -> None:
    """Fill an empty database with a demo bureau and print its logins; one that holds offices already is left as it is."""
    settings = read_settings()
    filled = None
    if not _is_filled(settings):
        filled = _fill(settings, until.date() if until else None, cases_per_year, seed)
    _say(filled, wants_json)


def _is_filled(settings: Settings) -> bool:
    engine = open_engine(settings)
    try:
        migrate(engine)
        with reading_sessions(engine)() as session:
            return year.is_filled(session)
    finally:
        engine.dispose()


def _fill(settings: Settings, until: date | None, cases_per_year: int, seed: int) -> year.Filled:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return _play(open_engine(settings), until, cases_per_year, seed)
    # Beside the database, and moved into its place when it is whole: a demo that was stopped half-way leaves no half year.
    target, part = Path(url.database), Path(f"{url.database}.filling")
    _remove(part)
    try:
        aside = replace(settings, database_url=url.set(database=str(part)).render_as_string(hide_password=False))
        filled = _play(open_plainly(aside.database_url, durable=False), until, cases_per_year, seed)
        _fold(part)
        _remove(target)
        os.replace(part, target)
    finally:
        _remove(part)
    return filled


def _play(engine: sa.Engine, until: date | None, cases_per_year: int, seed: int) -> year.Filled:
    try:
        migrate(engine)
        with progress("Playing a year of casework") as share:
            sessions = writing_sessions(engine)
            return year.fill(sessions, until=until, cases_per_year=cases_per_year, seed=seed, progress=share, now=now())
    finally:
        engine.dispose()


def _fold(database: Path) -> None:
    """Put what SQLite has in its write-ahead log into the file itself, so that the file can be moved alone."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _remove(database: Path) -> None:
    for path in (database, *(Path(f"{database}{ending}") for ending in _BESIDE)):
        path.unlink(missing_ok=True)


def _say(filled: year.Filled | None, wants_json: bool) -> None:
    logins: list[dict[str, Any]] = [
        {"role": login.role, "officer": login.officer, "password": login.password} for login in year.logins()
    ]
    if wants_json:
        told = {} if filled is None else {name: getattr(filled, name) for name in ("cases", "tasks", "since", "until")}
        print_json({"filled": filled is not None, **told, "logins": logins})
        return
    if filled is None:
        click.echo("The database holds offices already and is left as it is.")
    else:
        click.echo(f"The demo holds {filled.cases:,} cases and {filled.tasks:,} completed tasks.")
    print_rows(logins, ("role", "officer", "password"), wants_json=False, empty="")
