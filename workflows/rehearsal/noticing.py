"""Notices what the engine put down while it stepped: new tasks, timers and waiting messages, without asking the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from workflows.rows import LISTENERS
from workflows.tables import Subscription, Task, Timer


@dataclass
class Noticed:
    """What became known since the last look, in the order in which it was written."""

    tasks: list[Task] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)

    def remember(self, thing: object) -> None:
        if isinstance(thing, Task):
            self.tasks.append(thing)
        elif isinstance(thing, Timer):
            self.timers.append(thing)
        elif isinstance(thing, Subscription):
            self.subscriptions.append(thing)

    def clear(self) -> None:
        self.tasks.clear()
        self.timers.clear()
        self.subscriptions.clear()


@contextmanager
def noticing(session: Session) -> Iterator[Noticed]:
    """While the block runs, everything new or changed that the session writes is noticed."""
    noticed = Noticed()

    def written(flushed: Session, _context: UOWTransaction) -> None:
        for thing in sorted((*flushed.new, *flushed.dirty), key=_order):
            noticed.remember(thing)

    event.listen(session, "after_flush", written)
    session.info[LISTENERS] = [noticed.remember]
    try:
        yield noticed
    finally:
        event.remove(session, "after_flush", written)
        del session.info[LISTENERS]


def _order(thing: Any) -> tuple[str, str]:
    """The sets of a session have no order of their own."""
    return type(thing).__name__, f"{getattr(thing, 'id', 0) or 0:012}"
