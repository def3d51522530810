"""`qiangji message`: what happened outside, told to the cases that wait for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from webui.cli.database import changing, now
from webui.cli.given import PAIR, values_of
from webui.cli.output import as_json, print_facts
from workflows import messages


@click.group()
def message() -> None:
    """Messages from outside."""


@message.command("deliver")
@click.argument("name")
@click.option("--correlation", help="Which case is meant, as the drawing says; without it those that wait for any.")
@click.option("--set", "pairs", type=PAIR, multiple=True, help="A value that it carries.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A JSON object with the values.")
@click.option("--id", "message_id", help="The same message with the same id counts once.")
@click.option(
    "--keep-days", type=click.FloatRange(0, 366, min_open=True), help="Kept so long for cases that wait later."
)
@as_json
def deliver(
    name: str,
    correlation: str | None,
    pairs: tuple[tuple[str, str], ...],
    file: Path | None,
    message_id: str | None,
    keep_days: float | None,
    wants_json: bool,
) -> None:
    """Hand the message NAME to the cases that wait for it, and say how many took it."""
    keep = timedelta(days=keep_days) if keep_days else None
    with changing() as session:
        taken = messages.deliver(
            session, name, correlation, values_of(pairs, file), now=now(), message_id=message_id, keep=keep
        )
    print_facts({"name": name, "taken": taken}, wants_json=wants_json)


@message.command("broadcast")
@click.argument("signal")
@click.option("--set", "pairs", type=PAIR, multiple=True, help="A value that it carries.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A JSON object with the values.")
@click.option("--id", "message_id", help="The same signal with the same id counts once.")
@as_json
def broadcast(
    signal: str, pairs: tuple[tuple[str, str], ...], file: Path | None, message_id: str | None, wants_json: bool
) -> None:
    """Tell SIGNAL to every case that waits for it, and say how many heard it."""
    with changing() as session:
        taken = messages.broadcast(session, signal, values_of(pairs, file), now=now(), message_id=message_id)
    print_facts({"signal": signal, "taken": taken}, wants_json=wants_json)
