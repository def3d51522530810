"""`qiangji worker`: programs elsewhere that do work."""

from __future__ import annotations

from typing import Any

import click

from webui.cli.database import changing, now, reading
from webui.cli.output import as_json, print_facts, print_rows
from workflows import external
from workflows.tables import Worker

_SHOWN = ("name", "topics", "added_at", "added_by", "seen_at")


@click.group()
def worker() -> None:
    """External workers: programs that fetch work of a topic over HTTP."""


@worker.command("add")
@click.argument("name")
@click.option("--topic", "topics", multiple=True, required=True, help="What it may fetch; may be given several times.")
@click.option("--by", help="The officer who lets it.")
@as_json
def add(name: str, topics: tuple[str, ...], by: str | None, wants_json: bool) -> None:
    """Let NAME fetch work of these topics, and print its token: only now, for nobody can read it later."""
    with changing() as session:
        token = external.add_worker(session, name, topics, by=by, now=now())
    print_facts({"name": name, "token": token}, wants_json=wants_json)


@worker.command("list")
@as_json
def list_(wants_json: bool) -> None:
    """The workers, without their tokens."""
    with reading() as session:
        rows = [_facts(found) for found in external.workers(session)]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="There is no external worker.")


@worker.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Let NAME fetch nothing any more; what it holds goes to the next one when the lock runs out."""
    with changing() as session:
        external.remove_worker(session, name)


def _facts(found: Worker) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _SHOWN}
