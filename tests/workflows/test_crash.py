"""The process is killed between any two statements: the case, its tasks, timers and events never disagree."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bpmn.model import Trigger
from event_logs import store
from event_logs.event import Lifecycle
from tests.builders import after, both, boundary, end, model, procedure, start, user
from tests.workflows.conftest import Office
from tests.workflows.playing import Surroundings
from workflows import cases, tasks
from workflows.database import open_engine
from workflows.engine import resume
from workflows.tables import OPEN_TASK, Case, Task, Timer
from workflows.versions import runnable

FORK = multiprocessing.get_context("fork")


def watched() -> Any:
    """A task with a time limit, then two at once with one each: a completion ends one timer and sets two."""
    drawn = model(
        start(),
        user("first", posts=("clerk",)),
        boundary("late1", "first", Trigger.TIMER, timer=after('duration("P3D")'), interrupting=False),
        both("s"),
        user("a", posts=("clerk",)),
        boundary("late2", "a", Trigger.TIMER, timer=after('duration("P1D")'), interrupting=False),
        user("b", posts=("clerk",)),
        boundary("late3", "b", Trigger.TIMER, timer=after('duration("P2D")'), interrupting=False),
        both("j"),
        user("n", posts=("clerk",)),
        end(),
        paths=["start > first > s > a > j > end", "s > b > j", "late1 > n", "late2 > n", "late3 > n"],
        key="watched",
    )
    return procedure(drawn)


def killed_after(url: str, statements: int, work: Callable[[Session], None]) -> bool:
    """Do the work in a child that is killed before its n-th statement; says whether it got that far."""

    def child() -> None:
        engine = open_engine(url, durable=False)
        count = [0]

        def before(*_: Any) -> None:
            count[0] += 1
            if count[0] >= statements:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "commit", before)
        with Session(engine) as session:
            work(session)
            session.commit()
        os._exit(0)

    process = FORK.Process(target=child)
    process.start()
    process.join()
    return process.exitcode != 0


def agree(engine: Engine, number: str) -> str:
    """Check that engine state, rows and events tell the same; gives a fingerprint of where the case stands."""
    with Session(engine) as session:
        case = session.get_one(Case, number)
        around = Surroundings()
        waiting = (
            resume(runnable(session, case.digest).plan, case.execution, case.data, around).waiting()
            if case.execution
            else {}
        )
        found = session.scalars(select(Task).where(Task.case == number)).all()
        timers = session.scalars(select(Timer).where(Timer.case == number)).all()
        open_now = {(task.instance, task.activity) for task in found if task.state in OPEN_TASK}
        clocks = {(timer.instance, timer.node) for timer in timers}
        assert open_now | clocks == {(str(token), place) for token, place in waiting.items()}
        last = {(e.activity, e.instance): e.lifecycle for e in store.read(session, case_id=number)}
        for task in found:
            done = task.state not in OPEN_TASK
            assert (last[(task.activity, task.instance)] is Lifecycle.COMPLETE) == done
        assert {key for key in last if key[0] in {task.activity for task in found}} == {
            (t.activity, t.instance) for t in found
        }
        return f"{case.revision} {sorted(open_now)} {len(last)}"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_killed_between_any_two_statements(kind: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    office = Office(url, watched())
    with office.begin() as session:
        number = cases.start(session, "watched", {}, now=office.now, office="east").number
    now: datetime = office.now + timedelta(hours=1)

    def completes(session: Session) -> None:
        task = session.scalars(select(Task).where(Task.case == number, Task.activity == "first")).one()
        tasks.complete(session, task, task.officer or "", {"note": "x"}, now=now)

    before = agree(office.engine, number)
    office.engine.dispose()
    died = 0
    for statements in range(1, 60):
        if not killed_after(url, statements, completes):
            break
        died += 1
        assert agree(office.engine, number) == before
        office.engine.dispose()
    else:
        pytest.fail("the completion never got through")
    assert died >= 8, "it has fewer statements than it must have: what was killed?"
    assert agree(office.engine, number) != before
    office.engine.dispose()
