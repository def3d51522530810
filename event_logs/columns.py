"""Column types that mean the same on SQLite and PostgreSQL: instants in UTC, and typed values as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from event_logs import typed_json
from event_logs.errors import NaiveTime


class Utc(TypeDecorator[datetime]):
    """An instant: aware in, aware in UTC out, exact to the microsecond; raises NaiveTime.

    SQLite keeps text of one width (`2026-03-02 01:30:00.000000`), so its order is that of time; PostgreSQL keeps timestamptz.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise NaiveTime(value)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_literal_param(self, value: datetime | None, dialect: Dialect) -> str:
        bound = self.process_bind_param(value, dialect)
        return "NULL" if bound is None else f"'{bound.isoformat(sep=' ', timespec='microseconds')}'"


class Json(TypeDecorator[Any]):
    """Typed values as JSON text (`typed_json`): Decimal, date, datetime, time and timedelta come back as they went in.

    Text, not a database's own JSON type: those would round decimals and reorder keys. None is stored as NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else typed_json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else typed_json.loads(value)
