"""`qiangji demo`: an invented bureau with a year of casework, played by the engine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
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
from webui.demo.staffing import Login
from webui.errors import Refused
from webui.settings import Settings, prepare_home, read_settings
from workflows.database import open_engine as open_plainly
from workflows.tables import Officer

_BESIDE = ("-wal", "-shm", ".migrating", ".writing")  # what SQLite and we put beside a database file


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
    with _alone(settings):
        filled = (
            None if _is_filled(settings) else _fill(settings, until.date() if until else None, cases_per_year, seed)
        )
    _say(filled, _logins(settings), wants_json)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Two that fill at once would fill each other's file."""
    prepare_home(settings)
    with (settings.lock_folder / "demo").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another process fills {settings.home} already; wait until it has finished.") from None
        yield


def _is_filled(settings: Settings) -> bool:
    engine = open_engine(settings)
    try:
        migrate(engine)
        with reading_sessions(engine)() as session:
            filled = year.is_filled(session)
    finally:
        engine.dispose()
    if filled and _unfinished(settings).exists():
        raise Refused(
            "A demo was stopped half-way in this database; make an empty one, name it in QIANGJI_DATABASE_URL, "
            f"remove {_unfinished(settings)} and run this again."
        )
    return filled


def _fill(settings: Settings, until: date | None, cases_per_year: int, seed: int) -> year.Filled:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return _fill_aside(settings, url, until, cases_per_year, seed)
    _unfinished(
        settings
    ).touch()  # a server's database cannot be filled aside: what is stopped half-way is known by this
    filled = _play(open_engine(settings), until, cases_per_year, seed)
    _unfinished(settings).unlink()
    return filled


def _unfinished(settings: Settings) -> Path:
    """The mark of a demo that is being played into that very database."""
    address = sa.make_url(settings.database_url).render_as_string(hide_password=True)
    return settings.home / f"demo-unfinished-{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _fill_aside(settings: Settings, url: sa.URL, until: date | None, cases_per_year: int, seed: int) -> year.Filled:
    """Beside the database, and moved into its place when it is whole: a demo that was stopped leaves no half year."""
    target, part = Path(str(url.database)), Path(f"{url.database}.filling")
    _require_no_server(settings)
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


def _require_no_server(settings: Settings) -> None:
    """A server that has the empty file open would go on with it after the full one took its place."""
    with (settings.lock_folder / "clock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"A server of {settings.home} is running; stop it, and run this again.") from None


def _play(engine: sa.Engine, until: date | None, cases_per_year: int, seed: int) -> year.Filled:
    click.echo(f"The engine plays {cases_per_year:,} cases, once; --cases plays fewer.", err=True)
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


def _logins(settings: Settings) -> Sequence[Login]:
    """The demo's logins, as far as their officers are in the database: another's offices have others."""
    engine = open_engine(settings)
    try:
        with reading_sessions(engine)() as session:
            return [login for login in year.logins() if session.get(Officer, login.officer) is not None]
    finally:
        engine.dispose()


def _say(filled: year.Filled | None, there: Sequence[Login], wants_json: bool) -> None:
    logins: list[dict[str, Any]] = [
        {"role": login.role, "officer": login.officer, "password": login.password} for login in there
    ]
    if wants_json:
        told = {} if filled is None else {name: getattr(filled, name) for name in ("cases", "tasks", "since", "until")}
        print_json({"filled": filled is not None, **told, "logins": logins})
        return
    if filled is None:
        click.echo("The database holds offices already and is left as it is.")
    else:
        click.echo(f"The demo holds {filled.cases:,} cases and {filled.tasks:,} completed tasks.")
    print_rows(logins, ("role", "officer", "password"), wants_json=False, empty="Its offices are not the demo's.")
