"""Column types that mean the same on SQLite and PostgreSQL: instants in UTC, and typed values as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from event_logs import typed_json
from event_logs.errors import NaiveTime

Process = Callable[[Any], Any]


class Utc(TypeDecorator[datetime]):
    """An instant: aware in, aware in UTC out, exact to the microsecond; raises NaiveTime.

    SQLite keeps text of one width (`2026-03-02 01:30:00.000000`), so its order is that of time; PostgreSQL keeps timestamptz.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    # The processors stand in for the decorator's own, which would ask at every value what is known for the whole column.

    def bind_processor(self, dialect: Dialect) -> Process:
        return _text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        return _read if dialect.name == "sqlite" else _in_utc

    def process_literal_param(self, value: datetime | None, dialect: Dialect) -> str:
        if value is None:
            return "NULL"
        return f"'{_text(value)}'" if dialect.name == "sqlite" else f"'{_text(value)}+00:00'"


def _in_utc(value: datetime | None) -> Any:
    if value is None or value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise NaiveTime(value)
    return value.astimezone(UTC)


def _text(value: datetime | None) -> str | None:
    return None if value is None else _text_of(_in_utc(value))


@lru_cache(maxsize=64)  # one moment stands in many columns of many rows
def _text_of(utc: datetime) -> str:
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Json(TypeDecorator[Any]):
    """Typed values as JSON text (`typed_json`): Decimal, date, datetime, time and timedelta come back as they went in.

    Text, not a database's own JSON type: those would round decimals and reorder keys. None is stored as NULL.
    """

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Process:
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        return _loaded


def _written(value: Any) -> str | None:
    return None if value is None else typed_json.dumps(value)


def _loaded(text: str | None) -> Any:
    return None if text is None else typed_json.loads(text)


class Bytes(TypeDecorator[bytes]):
    """Bytes, which both drivers take and give as they are: SQLAlchemy's own type would wrap each in another object."""

    impl = LargeBinary
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None
