"""A migration carried out or taken back case by case, each in a transaction of its own; it can be stopped and taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from webui.database import transaction
from webui.jobs import Progress
from workflows import migration
from workflows.tables import Migration


def carry_out(engine: sa.Engine, number: int, now: Callable[[], datetime], progress: Progress) -> dict[str, int]:
    """Migrate every case that is left; says how many moved, stayed, were taken back and are left."""
    with transaction(engine) as session:
        found = migration.counts(session, session.get_one(Migration, number))
    total = sum(found.values()) or 1
    done = total - found["left"]
    while True:
        with transaction(engine) as session:
            row = session.get_one(Migration, number)
            if migration.migrate_next(session, row, now=now()) is None:
                return migration.counts(session, row)
        done += 1
        progress("migrate", min(done / total, 1.0))


def take_back(engine: sa.Engine, number: int, now: Callable[[], datetime], *, by: str, reason: str) -> list[str]:
    """Undo what can be undone; the numbers of those cases."""
    back: list[str] = []
    while True:
        with transaction(engine) as session:
            row = session.get_one(Migration, number)
            case = migration.undo_next(session, row, by=by, reason=reason, now=now())
        if case is None:
            return back
        back.append(case)
