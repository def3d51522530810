"""What is asked of the tasks is found by the index of just those tasks: the plans of both databases, with the statements as they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from benchmarks import engine as benchmark
from webui import worklist
from workflows import assignment, external, tasks
from workflows.tables import OPEN_TASK, ExternalTask, Task, Worker

NOW = benchmark.NOW
PLAN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
SHUNNED = ("seqscan", "sort", "incremental_sort")  # in a table of few rows PostgreSQL would do without an index


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A small office with some cases under way."""
    folder = tmp_path_factory.mktemp("plans")
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    engine = benchmark.furnished(server.url() if server else f"sqlite:///{folder / 'plans.sqlite'}", durable=False)
    for case in [benchmark.begun(engine, "refund", NOW) for _ in range(6)]:
        id, activity, officer = benchmark.open_tasks(engine, case)[0]
        benchmark.complete(engine, id, officer, benchmark.ANSWERS.get(activity, {}), NOW)
    yield engine
    engine.dispose()


@contextmanager
def plans(session: Session) -> Iterator[list[str]]:
    """The plan of each statement about tasks that is sent meanwhile."""
    connection, told = session.connection(), []  # type: Any, list[str]
    kind = connection.dialect.name

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "tasks" in statement:
            other = type(cursor)(cursor.connection)  # which knows places as this one does
            other.execute(PLAN[kind] + statement, values)
            told.append("\n".join(str(row[-1]) for row in other.fetchall()))

    if kind == "postgresql":
        for way in SHUNNED:
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    event.listen(connection.engine, "before_cursor_execute", explain)
    try:
        yield told
    finally:
        event.remove(connection.engine, "before_cursor_execute", explain)


def asked(session: Session, what: str) -> object:
    some = session.scalars(select(Task.case).limit(1)).one()
    match what:
        case "the inbox":
            return tasks.inbox(session, "c1", NOW)
        case "what is done":
            return tasks.done(session, "c1")
        case "the pool":
            return tasks.pool(session, "c1", NOW)
        case "what is open in a case":
            return session.scalars(select(Task).where(Task.case == some, Task.state.in_(OPEN_TASK))).all()
        case "the holders of a post":
            apart = ("accept", "review")
            return assignment.holders(session, ["clerk"], "east", NOW, case=some, apart=apart)
        case "work for a worker elsewhere":
            return external.fetch(session, Worker(name="elsewhere", topics=["payment"]), now=NOW)
        case _:
            return worklist.counts(session, "c1", now=NOW)


@pytest.mark.parametrize(
    "what, indexes",
    [
        ("the inbox", {"ix_tasks_held"}),
        ("what is done", {"ix_tasks_finished"}),
        ("the pool", {"ix_tasks_in_pool"}),
        ("what is open in a case", {"ix_tasks_open"}),
        ("the holders of a post", {"ix_tasks_held", "ix_tasks_finished", "ix_tasks_open"}),
        ("work for a worker elsewhere", {"ix_external_tasks_free"}),
        ("how much there is", {"ix_tasks_held", "ix_tasks_finished", "ix_tasks_in_pool"}),
    ],
)
def test_just_those_tasks_are_read_that_are_asked_for(engine: Engine, what: str, indexes: set[str]) -> None:
    with Session(engine) as session:
        asked(session, what)
        with plans(session) as told:
            asked(session, what)
    known = Task.__table__.indexes | ExternalTask.__table__.indexes  # type: ignore[attr-defined]
    used = {index.name for index in known if any(str(index.name) in plan for plan in told)}
    assert used >= indexes, told
    assert not [plan for plan in told if "SCAN tasks USING INDEX ix_tasks_in_pool" in plan], (
        "the whole pool of all offices"
    )
