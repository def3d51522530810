"""The demo: a whole bureau and its year of casework, small enough for a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import sessionmaker

from bpmn.procedure import read_all_procedures
from event_logs import store
from webui import accounts, demo
from webui.demo.staffing import read_staffing
from workflows.database import create_schema, open_engine
from workflows.tables import Case, CaseState, Incident, Office, Officer, Task

UNTIL = date(2026, 7, 1)
NOW = datetime(2026, 7, 1, 1, tzinfo=UTC)


def empty(path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{path}", durable=False)
    create_schema(engine)
    with engine.begin() as connection:
        accounts.metadata.create_all(connection)
    return engine


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, demo.Filled, list[float]]]:
    engine, told = empty(tmp_path_factory.mktemp("demo") / "demo.sqlite"), []
    yield engine, demo.fill(sessionmaker(engine), until=UNTIL, cases_per_year=60, progress=told.append, now=NOW), told


def test_the_year_ends_when_the_day_begins(filled: tuple[Engine, demo.Filled, list[float]]) -> None:
    _, result, told = filled
    assert result.until == demo.midnight(UNTIL)
    assert result.until - result.since == timedelta(days=365)
    assert told == sorted(told) and 0 < told[0] <= told[-1] <= 1


def test_every_procedure_has_cases_and_none_is_stuck(filled: tuple[Engine, demo.Filled, list[float]]) -> None:
    engine, result, _ = filled
    with sessionmaker(engine)() as session:
        counts = dict(session.execute(select(Case.procedure, func.count()).group_by(Case.procedure)).all())
        states = set(session.scalars(select(Case.state)))
        assert session.scalars(select(Incident)).all() == []
        last = max(event.at for event in store.read(session))
    assert set(counts) == {procedure.key for procedure in read_all_procedures()}
    assert sum(counts.values()) == result.cases
    assert CaseState.FAILED not in states
    assert last < result.until


def test_each_role_can_sign_in(filled: tuple[Engine, demo.Filled, list[float]]) -> None:
    engine, result, _ = filled
    assert {login.role for login in result.logins} == {"officer", "process_owner", "manager", "administrator"}
    with sessionmaker(engine)() as session:
        for login in result.logins:
            accounts.check_password(session, login.officer, login.password)
            assert session.get_one(Officer, login.officer).names["zh"].startswith("演示员")


def test_a_filled_database_is_known(filled: tuple[Engine, demo.Filled, list[float]], tmp_path: Path) -> None:
    engine, _, _ = filled
    with sessionmaker(engine)() as session:
        assert demo.is_filled(session)
        assert all("演示" in office.names["zh"] for office in session.scalars(select(Office)))
    with sessionmaker(empty(tmp_path / "empty.sqlite"))() as session:
        assert not demo.is_filled(session)


def test_every_post_of_every_procedure_is_held() -> None:
    held = {officer.post for officer in read_staffing().officers}
    assert {post.key for procedure in read_all_procedures() for post in procedure.posts} <= held


def test_the_plan_knows_every_persons_work_and_every_answer_from_outside() -> None:
    plan = demo.demo_plan()
    for procedure in read_all_procedures():
        demand = plan.demand(procedure.key)
        assert demand is not None
        persons = {activity.id for activity in procedure.model.activities if activity.kind == "user"}
        assert demand.work.keys() == persons
        assert all(procedure.model.has(node) for node in demand.answers)


@pytest.mark.slow
def test_the_second_review_is_the_narrow_place(tmp_path: Path) -> None:
    """A quarter at full size: the built-in bottleneck has most of the waiting, and the post beside it idles."""
    sessions = sessionmaker(empty(tmp_path / "quarter.sqlite"))
    demo.fill(sessions, until=UNTIL, cases_per_year=60, now=NOW)
    start = demo.midnight(UNTIL)
    played = demo.go_on(sessions, since=start, until=start + timedelta(days=60))
    assert played.started > 300
    waited: dict[str, timedelta] = {}
    with sessions() as session:
        for task in session.scalars(select(Task).where(Task.started_at >= start)):
            assert task.started_at is not None
            key = f"{task.procedure}.{task.activity}"
            waited[key] = waited.get(key, timedelta(0)) + (task.started_at - task.scheduled_at)
    assert max(waited, key=lambda key: waited[key]) == "vat_credit_refund.second_review"
    assert waited["vat_credit_refund.policy_review"] < waited["vat_credit_refund.second_review"] / 20
