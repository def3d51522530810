"""The database as the window opens it: one engine, short sessions, migrations at the start."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session, sessionmaker

from webui.settings import Settings, prepare_home
from workflows import database

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_104_155  # any fixed number: PostgreSQL's advisory lock of this product's migrations


def open_engine(settings: Settings) -> sa.Engine:
    """The engine of the configured database; its home folder is made where it is missing."""
    prepare_home(settings)
    return database.open_engine(settings.database_url)


def writing_sessions(engine: sa.Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def reading_sessions(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that take no write lock on SQLite; they must not write."""
    return sessionmaker(database.reading(engine), expire_on_commit=False)


def thinking_sessions(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that take the write lock on SQLite only to write; for verbs that look again at what they read before."""
    return sessionmaker(database.reading_first(engine), expire_on_commit=False)


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """A session that is committed when the block ends well, and only then."""
    with writing_sessions(engine)() as session, session.begin():
        yield session


def migrate(engine: sa.Engine) -> None:
    """The database at the newest migration; safe to call from several processes at once."""
    with _only_one(engine), engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def alembic_config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _only_one(engine: sa.Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        with _file_lock(engine.url.database):
            yield
        return
    with engine.connect() as connection:
        connection.execute(sa.text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            yield
        finally:
            connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


@contextmanager
def _file_lock(database_file: str | None) -> Iterator[None]:
    if database_file in (None, "", ":memory:"):
        yield
        return
    path = Path(f"{database_file}.migrating")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
