"""`qiangji outbox`: messages that leave the office."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select

from webui.cli.database import changing, now, reading
from webui.cli.output import as_json, print_rows
from workflows import notifications
from workflows.tables import OutgoingMessage

_SHOWN = ("id", "channel", "name", "recipient", "case", "attempts", "next_try_at", "dead_at", "error")


@click.group()
def outbox() -> None:
    """Messages that leave the office."""


@outbox.command("list")
@click.option("--dead", is_flag=True, help="Those alone that nobody tries to send any more.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@as_json
def list_(dead: bool, limit: int, wants_json: bool) -> None:
    """What was not sent yet, oldest first."""
    with reading() as session:
        if dead:
            found = list(notifications.dead(session, limit=limit))
        else:
            query = select(OutgoingMessage).where(OutgoingMessage.sent_at.is_(None), OutgoingMessage.dead_at.is_(None))
            found = list(session.scalars(query.order_by(OutgoingMessage.id).limit(limit)))
        rows = [_facts(message) for message in found]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="There is no such message.")


@outbox.command("resend")
@click.argument("numbers", metavar="MESSAGE…", type=int, nargs=-1, required=True)
@as_json
def resend(numbers: tuple[int, ...], wants_json: bool) -> None:
    """Begin the tries of these messages anew."""
    with changing() as session:
        rows = [_facts(notifications.send_again(session, number, now=now())) for number in numbers]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="")


def _facts(message: OutgoingMessage) -> dict[str, Any]:
    return {"key": message.key, **{name: getattr(message, name) for name in _SHOWN}}
