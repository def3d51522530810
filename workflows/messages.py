"""Messages that reach cases from outside, from other cases, or start one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflows import expected_returns
from workflows.following import begin_cases, deliver_to_cases, kept, signal_cases
from workflows.tables import ReceivedMessage


def deliver(
    session: Session,
    name: str,
    correlation: str | None,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    message_id: str | None = None,
    keep: timedelta | None = None,
) -> int:
    """Hand a message to the cases that wait for it; says how many took it, now or when they go on.

    One with a `message_id` that was taken or kept before changes nothing and counts 0; what nobody took may come again. With
    `keep` one that nobody waits for yet is kept for that long, and the first case that begins to wait for it takes it.

    For a suspended case it is kept until then, and counts as taken (`kept` tells what waits so).
    Without a taker it starts a case of every procedure that begins with this message, with the payload as application
    (`office` in it is the case's office), where the clock has not begun one for the same. What it says about returns goes
    into their register (`expected_returns`), which counts as one taker where there is no other.
    """
    row = ReceivedMessage(message_id=message_id, name=name, correlation=correlation, payload=dict(payload))
    row.received_at = now
    if message_id is not None and not _is_new(session, row):
        return 0
    taken = deliver_to_cases(session, name, correlation, payload, now=now)
    noted = expected_returns.note(session, name, correlation, payload, now=now)
    row.taken = taken or noted or begin_cases(session, "message", name, payload, now=now)
    if not row.taken and keep is not None:
        row.keep_until = now + keep
        session.add(row)
    elif not row.taken and message_id is not None:
        session.delete(row)  # its sender tries again until a case waits for it
    session.flush()
    return row.taken


def _is_new(session: Session, row: ReceivedMessage) -> bool:
    """Whether no message of this id came before; of two that come at once, the database lets one be the first."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def broadcast(
    session: Session, signal: str, payload: Mapping[str, Any], *, now: datetime, message_id: str | None = None
) -> int:
    """Hand a signal to every case that waits for it, and start the procedures that begin with it.

    One with a `message_id` that came before changes nothing and counts 0, whoever heard it then.
    """
    if message_id is not None:
        row = ReceivedMessage(message_id=message_id, name=signal, correlation=None, payload=dict(payload))
        row.received_at = now
        if not _is_new(session, row):
            return 0
    return signal_cases(session, signal, payload, now=now) + begin_cases(session, "signal", signal, payload, now=now)


__all__ = ["broadcast", "deliver", "kept"]
