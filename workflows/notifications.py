"""The outbox: what leaves the office is written with the change that causes it and sent afterwards, at least once.

A message that is being sent is held by its `next_try_at`: should the sender die, it is due again after `HELD`. One that could
not be sent `MOST_TRIES` times is dead: nobody tries it any more until a person says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflows.errors import NotOpen, UnknownMessage
from workflows.tables import OutgoingMessage

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_TRIES = 20  # with these pauses nearly three days: a receiver may be away for a weekend
HELD = timedelta(minutes=5)


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


def unsent(
    session: Session, now: datetime, *, channels: Sequence[str] | None = None, limit: int = 100
) -> Sequence[OutgoingMessage]:
    """What is to be sent now, oldest first, on all channels or these; two senders never get the same message."""
    oldest = _due(now, channels).order_by(OutgoingMessage.next_try_at, OutgoingMessage.id).limit(limit)
    return session.scalars(oldest.with_for_update(skip_locked=True)).all()


def anything_due(session: Session, now: datetime, *, channels: Sequence[str]) -> bool:
    """Whether something is to be sent on these channels; the look takes no lock."""
    return session.scalars(_due(now, channels).limit(1)).first() is not None


def _due(now: datetime, channels: Sequence[str] | None) -> Select[OutgoingMessage]:
    query = select(OutgoingMessage).where(OutgoingMessage.sent_at.is_(None), OutgoingMessage.dead_at.is_(None))
    query = query.where(OutgoingMessage.next_try_at <= now)
    return query if channels is None else query.where(OutgoingMessage.channel.in_(channels))


def hold(session: Session, now: datetime, *, channels: Sequence[str], limit: int = 100) -> Sequence[OutgoingMessage]:
    """What is to be sent now, held for the caller, who sends it after this transaction."""
    due = unsent(session, now, channels=channels, limit=limit)
    for message in due:
        message.next_try_at = now + HELD
    session.flush()
    return due


def mark_sent(session: Session, message: OutgoingMessage, *, now: datetime) -> None:
    message.attempts += 1
    message.sent_at, message.error = now, None


def mark_failed(session: Session, message: OutgoingMessage, error: str, *, now: datetime, final: bool = False) -> None:
    """Try again later, with a pause that doubles up to six hours, or never (`final`, or after too many tries)."""
    message.attempts += 1
    message.error = error
    message.next_try_at = now + min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    if final or message.attempts >= MOST_TRIES:
        message.dead_at = now


def dead(session: Session, *, limit: int = 200) -> Sequence[OutgoingMessage]:
    """What nobody tries to send any more, latest first."""
    query = select(OutgoingMessage).where(OutgoingMessage.dead_at.is_not(None))
    return session.scalars(query.order_by(OutgoingMessage.dead_at.desc(), OutgoingMessage.id.desc()).limit(limit)).all()


def send_again(session: Session, message: OutgoingMessage | int, *, now: datetime) -> OutgoingMessage:
    """A person has seen to it: begin the tries anew. Raises UnknownMessage, NotOpen."""
    id = message if isinstance(message, int) else message.id
    found = session.get(OutgoingMessage, id, with_for_update=True, populate_existing=True)
    if found is None:
        raise UnknownMessage(id)
    if found.sent_at is not None:
        raise NotOpen(f"The message {id}", "sent", "unsent")
    found.dead_at, found.attempts, found.next_try_at = None, 0, now
    session.flush()
    return found
