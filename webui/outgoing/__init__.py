"""What leaves the office: due messages of the outbox are held, and each is sent by a job of its own, outside any transaction.

A receiver gets a message at least once, always with the same key. The channels are those of the settings; what is for another
one stays in the outbox, for somebody to fetch.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webui.database import reading_sessions, transaction
from webui.errors import NotDelivered
from webui.outgoing.channel import Channel, Letter
from webui.outgoing.mail import Mail
from webui.outgoing.webhook import Webhook
from webui.settings import Settings
from workflows import jobs, notifications
from workflows.tables import OutgoingMessage

SEND = "send"
AT_ONCE = 50


def channels(settings: Settings) -> Mapping[str, Channel]:
    """The configured ways out, by the channel that messages name."""
    found: dict[str, Channel] = {
        channel: Webhook(address, settings.webhook_key) for channel, address in settings.webhooks.items()
    }
    if settings.mail:
        found["mail"] = Mail(settings.mail, settings.mail_from)
    return found


def dispatch(engine: sa.Engine, ways: Mapping[str, Channel], now: datetime) -> int:
    """Defer a job for each message that is due; says for how many."""
    with reading_sessions(engine)() as session:  # most of the time nothing is due: the look takes no lock
        if not notifications.anything_due(session, now, channels=list(ways)):
            return 0
    with transaction(engine) as session:
        held = notifications.hold(session, now, channels=list(ways), limit=AT_ONCE)
        for message in held:
            jobs.defer(session, SEND, {"message": message.id, "tried": message.attempts}, now=now)
        return len(held)


def send(engine: sa.Engine, payload: Mapping[str, Any], now: datetime, ways: Mapping[str, Channel]) -> None:
    """Send one message and note how it went; a job that comes again finds that out and does nothing."""
    with reading_sessions(engine)() as session:
        message = _still_due(session, payload)
        letter = Letter.of(message) if message is not None else None
    if letter is None or letter.channel not in ways:
        return
    try:
        ways[letter.channel].deliver(letter, now)
    except NotDelivered as error:
        failure: NotDelivered | None = error
    else:
        failure = None
    with transaction(engine) as session:
        if (message := _still_due(session, payload)) is not None:
            _note(session, message, failure, now)


def _still_due(session: Session, payload: Mapping[str, Any]) -> OutgoingMessage | None:
    message = session.get(OutgoingMessage, payload["message"])
    if message is None or message.sent_at or message.dead_at or message.attempts != payload["tried"]:
        return None
    return message


def _note(session: Session, message: OutgoingMessage, failure: NotDelivered | None, now: datetime) -> None:
    if failure is None:
        notifications.mark_sent(session, message, now=now)
    else:
        notifications.mark_failed(session, message, str(failure), now=now, final=failure.final)


def send_due(engine: sa.Engine, ways: Mapping[str, Channel], now: datetime) -> int:
    """Send what is due here and now, without jobs; says how many were tried."""
    with transaction(engine) as session:
        held = [(m.id, m.attempts) for m in notifications.hold(session, now, channels=list(ways), limit=AT_ONCE)]
    for id, tried in held:
        send(engine, {"message": id, "tried": tried}, now, ways)
    return len(held)
