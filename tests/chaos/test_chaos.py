"""Workers and servers are killed and cut off while they work: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.chaos.agreement import disagreements, undelivered
from tests.chaos.breaking import Siege, siege_of_postgresql, siege_of_sqlite
from tests.chaos.scene import furnish
from tests.postgres import PostgresServer
from workflows.database import open_engine
from workflows.tables import Task

OPERATIONS = 500
pytestmark = pytest.mark.slow


def besieged(siege: Siege, url: str) -> None:
    notes = siege.run(OPERATIONS, pause=1.0, most_seconds=240)
    engine = open_engine(url)
    found = disagreements(engine, notes)
    assert found.wrong == []
    assert undelivered(engine, set(siege.post.keys)) == []
    _needs_to_notice(engine, notes)
    engine.dispose()
    assert sum(note["what"] in ("begun", "completed", "served", "fired") for note in notes) >= OPERATIONS
    assert siege.counts["workers killed"] >= 2 and "did not end when asked" not in siege.counts, siege.counts


def _needs_to_notice(engine: Engine, notes: list[dict[str, Any]]) -> None:
    """One row changed behind the verbs' back is found: the check can fail."""
    done = next(note["task"] for note in notes if note["what"] == "completed")
    with Session(engine) as session, session.begin():
        session.get_one(Task, done).state = "assigned"
    assert any(f"the task {done} " in sentence for sentence in disagreements(engine, notes).wrong)


def test_on_sqlite(tmp_path: Path) -> None:
    with siege_of_sqlite(tmp_path, seed=1) as siege:
        furnish(open_engine(siege.url))
        besieged(siege, siege.url)


def test_on_postgresql(tmp_path: Path) -> None:
    server = PostgresServer.create().start()
    try:
        url = server.url()
        engine = open_engine(url)
        furnish(engine)
        with siege_of_postgresql(server, url, engine, tmp_path, seed=1) as siege:
            besieged(siege, url)
    finally:
        server.stop()
