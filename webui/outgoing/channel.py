"""A way out of the office, and what goes through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from workflows.tables import OutgoingMessage

PATIENCE_SECONDS = 10.0  # for a connection, and for each silence of a receiver
MOST_SECONDS = 30.0  # for the whole answer, however often a few bytes come


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it is sent; `key` is the same for every try."""

    key: str
    channel: str
    name: str
    recipient: str | None
    correlation: str | None
    case: str | None
    payload: Mapping[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, message: OutgoingMessage) -> Letter:
        names = ("key", "channel", "name", "recipient", "correlation", "case", "payload", "created_at")
        return cls(**{name: getattr(message, name) for name in names})


class Channel(Protocol):
    """Hands a letter to its receiver, or raises NotDelivered."""

    def deliver(self, letter: Letter, now: datetime) -> None: ...
