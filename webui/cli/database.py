"""The database and the clock as commands open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webui.database import migrate, open_engine, reading_sessions, transaction
from webui.settings import Settings, read_settings


def now() -> datetime:
    return datetime.now(UTC)


def open_database(settings: Settings | None = None) -> sa.Engine:
    """The configured database, brought to this version."""
    engine = open_engine(settings or read_settings())
    migrate(engine)
    return engine


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
