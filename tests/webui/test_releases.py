"""A database of every released version is brought to this one, by several processes at once, and its cases go on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from webui.database import migrate
from webui.schema import metadatas, ours
from workflows import cases, deadlines, messages, notifications, tasks
from workflows.database import open_engine
from workflows.tables import OPEN_TASK, Case, Task

RELEASED = Path(__file__).parent / "released"
VERSIONS = sorted({path.name.rsplit(".", 2)[0] for path in RELEASED.glob("*.sql")})
NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
KINDS = [pytest.param(("sqlite", version)) for version in VERSIONS] + [
    pytest.param(("postgresql", version), marks=pytest.mark.slow) for version in VERSIONS
]


def restored(kind: str, version: str, url: str) -> None:
    dump = (RELEASED / f"{version}.{kind}.sql").read_text(encoding="utf-8")
    if kind == "sqlite":
        connection = sqlite3.connect(str(sa.make_url(url).database))
        connection.executescript(dump)
        connection.close()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute(dump.encode())


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """The dump of a release, as it was then."""
    kind, version = request.param
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    restored(kind, version, url)
    found = open_engine(url, durable=False)
    yield found
    found.dispose()


def finish(session: Session, case: str, activity: str, **answers: object) -> None:
    found = select(Task).where(Task.case == case, Task.activity == activity, Task.state.in_(OPEN_TASK))
    task = session.scalars(found).one()
    tasks.complete(session, task, task.officer or "", answers, now=NOW)


@pytest.mark.parametrize("engine", KINDS, indirect=True)
def test_a_released_database_becomes_this_one_and_its_cases_go_on(engine: sa.Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": ours})
        assert compare_metadata(context, metadatas(engine.dialect.name)) == []
    with Session(engine) as session, session.begin():
        finish(session, "R2026-000001", "accept", accept_outcome="pass", amount=Decimal("7.10"))
        finish(session, "R2026-000002", "account")
        finish(session, "R2026-000002", "approve", approve_outcome="pass")
        finish(session, "R2026-000003", "accept", accept_outcome="pass", amount=Decimal("8.20"))
        cases.resume(session, "R2026-000005", by="h1", now=NOW)
        assert messages.deliver(session, "paid", "W2026-000001", {"amount": Decimal(3)}, now=NOW) == 1
        cases.resume(session, "W2026-000002", by="h1", now=NOW)
        finish(session, "P2026-000001", "look")
        assert [m.name for m in notifications.unsent(session, NOW)] == ["pay_out_order"]
        states = {case.number: case.state for case in session.scalars(select(Case))}
        assert states == {
            **{f"R2026-00000{n}": "running" for n in (1, 3, 5)},
            **dict.fromkeys(("R2026-000002", "R2026-000004", "W2026-000001", "W2026-000002"), "completed"),
            "P2026-000001": "completed",
            "P2026-000002": "running",
            "R2026-000006": "withdrawn",
        }
        assert session.get_one(Case, "W2026-000002").data["amount"] == Decimal("3.10"), "it was kept while it rested"


@pytest.mark.parametrize("engine", KINDS, indirect=True)
def test_a_step_that_failed_then_is_repaired_now(engine: sa.Engine) -> None:
    migrate(engine)
    with Session(engine) as session, session.begin():
        while not (found := cases.incidents(session, case="P2026-000002")):
            due = deadlines.next_due(session)
            assert due is not None and deadlines.fire_due(session, due) > 0
        (incident,) = found
        cases.correct(session, incident, {"amount": Decimal(5)}, by="h1", reason="it was missing", now=due)
        cases.retry(session, incident, by="h1", now=due)
        assert session.scalars(select(Task).where(Task.case == incident.case)).one().activity == "look"


@pytest.mark.slow
@pytest.mark.parametrize("engine", [(kind, VERSIONS[0]) for kind in ("sqlite", "postgresql")], indirect=True)
def test_several_processes_at_once_bring_it_up_once(engine: sa.Engine, tmp_path: Path) -> None:
    url = engine.url.render_as_string(hide_password=False)
    surroundings = {**os.environ, "QIANGJI_HOME": str(tmp_path / "home"), "QIANGJI_DATABASE_URL": url}
    command = [sys.executable, "-m", "webui.cli", "migrate", "--json"]
    starts = [
        subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    told = [start.communicate(timeout=120) for start in starts]
    assert [start.returncode for start in starts] == [0] * 4, told
    assert len({out for out, _ in told}) == 1
