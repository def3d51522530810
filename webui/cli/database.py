"""The database and the clock as commands open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from webui.database import MIGRATIONS, migrate, open_engine, reading_sessions, transaction
from webui.settings import Settings, read_settings
from workflows.database import reading as reading_engine


def now() -> datetime:
    return datetime.now(UTC)


def open_database(settings: Settings | None = None) -> sa.Engine:
    """The configured database, brought to this version."""
    engine = open_engine(settings or read_settings())
    if not _is_current(engine):
        migrate(engine)
    return engine


def _is_current(engine: sa.Engine) -> bool:
    """Whether the newest migration was run; migrating says so too, but loads every table of the product for it."""
    try:
        with reading_engine(engine).connect() as connection:
            version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except (sa.exc.OperationalError, sa.exc.ProgrammingError):
        return False
    return bool(version == ScriptDirectory(str(MIGRATIONS)).get_current_head())


@contextmanager
def reading() -> Iterator[Session]:
    """A session to look with."""
    engine = open_database()
    try:
        with reading_sessions(engine)() as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def changing() -> Iterator[Session]:
    """A session to change with: committed as a whole when the command succeeds."""
    engine = open_database()
    try:
        with transaction(engine) as session:
            yield session
    finally:
        engine.dispose()
