"""A step costs the same whatever its case has gone through: counted in calls, in work of the database and in bytes, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bpmn.model import Lane, MultiInstance, ProcessModel
from tests.builders import end, model, procedure, small_office, start, user, xor
from workflows import cases, deployment, tasks
from workflows.database import create_schema, open_engine
from workflows.tables import OPEN_TASK, Case, Task

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
DESK = (Lane(id="desk", posts=("clerk",)),)
TURNS, ITEMS = 120, 40


def rounds() -> ProcessModel:
    """A task and its check by other eyes, again and again."""
    return model(
        start(),
        xor("m"),
        user("work", lane="desk"),
        user("check", lane="desk", four_eyes=("work",)),
        xor("d", default="d__end"),
        end(),
        paths=["start > m > work > check > d > end", "d > m : again = true"],
        key="rounds",
        lanes=DESK,
    )


def items(*, sequential: bool) -> ProcessModel:
    each = MultiInstance(sequential=sequential, collection="items", element="item")
    look = user("look", lane="desk", multi_instance=each)
    return model(start(), look, end(), paths=["start > look > end"], key="listed", lanes=DESK)


class Work:
    """What one step costs: calls of Python functions, statements, and steps of SQLite's own machine."""

    def __init__(self, engine: Engine) -> None:
        self.calls = self.statements = self.opcodes = 0
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "connect", self._connected)

    def _connected(self, connection: Any, _entry: Any) -> None:
        def tick() -> int:
            self.opcodes += 1
            return 0

        connection.set_progress_handler(tick, 1)

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _call(self, _frame: Any, kind: str, _value: Any) -> None:
        self.calls += kind in ("call", "c_call")

    def over(self, step: Callable[[], None]) -> tuple[int, int, int]:
        self.calls = self.statements = self.opcodes = 0
        sys.setprofile(self._call)
        try:
            step()
        finally:
            sys.setprofile(None)
        return self.calls - self.opcodes, self.statements, self.opcodes  # each count of the database is a call, too


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    made = open_engine(sqlite_url, durable=False)
    yield made
    made.dispose()


def begun(engine: Engine, drawn: ProcessModel, **data: Any) -> str:
    create_schema(engine)
    with Session(engine) as session, session.begin():
        small_office(session, clerks=3)
        deployment.activate(session, deployment.deploy(session, procedure(drawn), now=NOW), now=NOW)
        return cases.start(session, drawn.key, {"taxpayer_id": "91", **data}, now=NOW, office="east").number


def completion(engine: Engine, case: str, answers: dict[str, Any], at: datetime) -> Callable[[], None]:
    """The completion of the first open task of the case, and the look for it."""

    def complete() -> None:
        with Session(engine) as session, session.begin():
            found = session.scalars(select(Task).where(Task.case == case, Task.state.in_(OPEN_TASK)).order_by(Task.id))
            task = found.first()
            assert task is not None
            tasks.complete(session, task, task.officer or "", answers, now=at)

    return complete


def test_a_turn_of_a_long_loop_costs_what_an_early_one_did(engine: Engine) -> None:
    work = Work(engine)
    case = begun(engine, rounds())
    costs = []
    for turn in range(TURNS):
        at = NOW + timedelta(minutes=turn)
        completion(engine, case, {}, at)()
        costs.append(work.over(completion(engine, case, {"again": True}, at)))
    early, late = least(costs[9:19]), least(costs[-10:])
    assert all(after <= 1.2 * before for before, after in zip(early, late, strict=True)), (early, late)
    with Session(engine) as session:
        assert len(session.get_one(Case, case).execution) < 1_000


@pytest.mark.parametrize("sequential", [True, False])
def test_a_late_item_of_a_list_costs_at_most_twice_an_early_one(engine: Engine, sequential: bool) -> None:
    work = Work(engine)
    case = begun(engine, items(sequential=sequential), items=[f"invoice {n}" for n in range(ITEMS)])
    costs = [work.over(completion(engine, case, {"checked": n}, NOW + timedelta(minutes=n))) for n in range(ITEMS)]
    early, late = least(costs[2:8]), least(costs[-8:-1])
    assert all(after <= 2 * before for before, after in zip(early, late, strict=True)), (early, late)


def least(costs: list[tuple[int, int, int]]) -> tuple[int, ...]:
    return tuple(min(column) for column in zip(*costs, strict=True))
