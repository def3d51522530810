"""Messages: waited for, received, kept, and on their way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base, FeelValues


class Subscription(Base):
    """A case (or, with `case` null, a procedure's start event) waits for a message or signal of that name."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index("ix_subscriptions_name", "kind", "name", "correlation"),
        Index("ix_subscriptions_case", "case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="message")  # message | signal
    procedure: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    since: Mapped[datetime]


class KeptMessage(Base):
    """A message or signal that reached a suspended case; it is handed over in this order when the case goes on."""

    __tablename__ = "kept_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # message | signal
    name: Mapped[str] = mapped_column(String(256))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str] = mapped_column(String(32))  # the engine's token that waited for it
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    received_at: Mapped[datetime]


class ReceivedMessage(Base):
    """A message from outside: one with an id is taken once, one that nobody waited for yet is kept until `keep_until`."""

    __tablename__ = "received_messages"
    __table_args__ = (Index("ix_received_messages_name", "name", "correlation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    received_at: Mapped[datetime]
    keep_until: Mapped[datetime | None]  # null: taken, or not to be kept
    taken: Mapped[int] = mapped_column(default=0)


class OutgoingMessage(Base):
    """Something to be sent, written in the same transaction as the change that causes it.

    `next_try_at` also holds it for the one who is sending it now; `dead_at` says since when nobody tries any more.
    """

    __tablename__ = "outgoing_messages"
    __table_args__ = (
        Index(
            "ix_outgoing_unsent",
            "channel",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outgoing_dead",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))  # message, letter, sms, treasury, …
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str | None] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(256))
    recipient: Mapped[str | None] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    @property
    def key(self) -> str:
        """The same for every try, so that whoever gets it twice can tell."""
        return f"{self.case or 'office'}-{self.id}"
