"""What was collected, and what is to be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from event_logs.columns import Json, Utc
from event_logs.store import Base


class CollectedEvent(Base):
    """An event of another system; `source` and `key` are what that system calls itself and it."""

    __tablename__ = "collected_events"
    __table_args__ = (UniqueConstraint("log", "source", "key", name="uq_collected_events_key"),)

    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    log: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(500))
    case_id: Mapped[str]
    activity: Mapped[str]
    lifecycle: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)
    officer: Mapped[str | None]
    post: Mapped[str | None]
    office: Mapped[str | None]
    attributes: Mapped[Mapping[str, Any]] = mapped_column(Json)
    received: Mapped[datetime] = mapped_column(Utc)


class CollectedAside(Base):
    """A row of a collection that could not go in, once by its key, until its source tells it well."""

    __tablename__ = "collected_aside"
    __table_args__ = (UniqueConstraint("collection", "key", name="uq_collected_aside_key"),)

    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    collection: Mapped[str] = mapped_column(String(100))
    log: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(Text)
    cells: Mapped[Mapping[str, Any]] = mapped_column(Json)


class Collection(Base):
    """A query on a foreign database, asked again and again: `mark` is the greatest value of its mark column that was seen."""

    __tablename__ = "collections"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    log: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(Text)  # without a password
    password_from: Mapped[str | None] = mapped_column(String(200))  # the environment variable that holds it
    query: Mapped[str] = mapped_column(Text)
    mapping: Mapped[Mapping[str, Any]] = mapped_column(Json)
    key_column: Mapped[str]
    mark_column: Mapped[str]
    every_seconds: Mapped[int]
    late_seconds: Mapped[int]  # how far behind the mark rows may still come
    mark: Mapped[Any] = mapped_column(Json, nullable=True)
    due: Mapped[datetime] = mapped_column(Utc)
    last_run: Mapped[datetime | None] = mapped_column(Utc)
    taken: Mapped[int]
    set_aside: Mapped[int]  # how many rows lie in `collected_aside` now
    failure: Mapped[str | None] = mapped_column(Text)
