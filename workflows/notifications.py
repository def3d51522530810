"""The outbox: what leaves the office is written with the change that causes it and sent afterwards, at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.tables import OutgoingMessage

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def enqueue(
    session: Session,
    *,
    channel: str,
    name: str,
    payload: Mapping[str, Any],
    now: datetime,
    case: str | None = None,
    node: str | None = None,
    recipient: str | None = None,
    correlation: str | None = None,
    sent: bool = False,
) -> OutgoingMessage:
    """Put a message into the outbox; `sent` for one that was delivered inside the house already."""
    message = OutgoingMessage(
        channel=channel,
        name=name,
        payload=payload,
        case=case,
        node=node,
        recipient=recipient,
        correlation=correlation,
        created_at=now,
        next_try_at=now,
        sent_at=now if sent else None,
    )
    session.add(message)
    return message


def unsent(session: Session, now: datetime, *, limit: int = 100) -> Sequence[OutgoingMessage]:
    """What is to be sent now, oldest first; two senders never get the same message."""
    return session.scalars(
        select(OutgoingMessage)
        .where(OutgoingMessage.sent_at.is_(None), OutgoingMessage.next_try_at <= now)
        .order_by(OutgoingMessage.next_try_at, OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def mark_sent(session: Session, message: OutgoingMessage, *, now: datetime) -> None:
    message.attempts += 1
    message.sent_at, message.error = now, None


def mark_failed(session: Session, message: OutgoingMessage, error: str, *, now: datetime) -> None:
    """Try again later, with a pause that doubles up to six hours."""
    message.attempts += 1
    message.error = error
    message.next_try_at = now + min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
