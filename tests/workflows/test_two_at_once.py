"""Several people and clocks at once: one wins, the others are told, and no lock error ever reaches anybody."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from event_logs.store import RecordedEvent
from tests.workflows.conftest import Office
from tests.workflows.test_moving_on import WAITING, begun, deployed
from tests.workflows.test_tasks import PASS, do, open_tasks, opened
from workflows import cases, database, deadlines, tasks
from workflows.errors import AlreadyDone
from workflows.locking import locked_case
from workflows.tables import Case, Task


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment; gives the results, or the errors."""
    barrier = Barrier(len(work))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001 (whatever surfaces is what the test looks at)
            return error

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def test_one_of_many_completes_and_the_others_are_told_who(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        id, officer = task.id, task.officer or ""

    def complete() -> str:
        with Session(office.engine) as session, session.begin():
            tasks.complete(session, id, officer, PASS, now=office.now)
            return "done"

    results = at_once(*[complete] * 6)
    late = [r for r in results if isinstance(r, AlreadyDone)]
    assert results.count("done") == 1 and len(late) == 5, results
    assert {(r.who, r.what) for r in late} == {(officer, "completed")}


def test_two_branches_completed_at_once_meet_once(office: Office) -> None:
    for _ in range(5):
        case = opened(office)
        do(office, case, "accept", PASS)
        with office.begin() as session:
            found = open_tasks(session, case)
            pieces = [(t.id, t.officer or "") for t in (found["arrears"], found["account"])]

        def finish(id: int, officer: str) -> str:
            with Session(office.engine) as session, session.begin():
                tasks.complete(session, id, officer, {officer: "was here"}, now=office.now)
                return "done"

        results = at_once(*[lambda p=p: finish(*p) for p in pieces])  # type: ignore[misc]
        assert results == ["done", "done"]
        with office.begin() as session:
            approve = session.scalars(select(Task).where(Task.case == case, Task.activity == "approve")).all()
            assert len(approve) == 1
            assert {"c1", "c2"} <= set(session.get_one(Case, case).data)


def test_one_of_two_claims(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        tasks.release(session, task, task.officer or "", now=office.now)

    def claim(officer: str) -> str:
        with Session(office.engine) as session, session.begin():
            return tasks.claim(session, task.id, officer, now=office.now).officer or ""

    results = at_once(lambda: claim("c1"), lambda: claim("c2"))
    assert sum(isinstance(r, AlreadyDone) for r in results) == 1, results


def test_cases_started_at_once_get_different_numbers(office: Office) -> None:
    def begin() -> str:
        with Session(office.engine) as session, session.begin():
            return cases.start(session, "refund", {}, now=office.now, office="east").number

    numbers = at_once(*[begin] * 8)
    assert len(set(numbers)) == 8 and all(isinstance(n, str) for n in numbers), numbers
    with office.begin() as session:
        assert session.scalar(select(func.count()).select_from(RecordedEvent)) == 8 * 3


def test_two_clocks_fire_a_deadline_once(office: Office) -> None:
    deployed(office, WAITING)
    numbers = [begun(office, "waiting") for _ in range(6)]
    with office.begin() as session:
        due = deadlines.next_due(session)
        assert due is not None

    def clock() -> int:
        with Session(office.engine) as session, session.begin():
            return deadlines.fire_due(session, due)

    assert sum(at_once(clock, clock, clock)) == 6
    with office.begin() as session:
        states = [session.get_one(Case, number).state for number in numbers]
        assert states == ["completed"] * 6
        gone = session.scalars(select(RecordedEvent).where(RecordedEvent.activity == "late")).all()
        assert len(gone) == 6


def test_what_a_deadlock_breaks_off_is_done_again(office: Office) -> None:
    one, other = opened(office), opened(office)
    together = Barrier(2)

    def hold(first: str, second: str) -> str:
        tries: list[int] = []

        def work(session: Session) -> str:
            tries.append(1)
            locked_case(session, first)
            if len(tries) == 1 and session.get_bind().dialect.name == "postgresql":
                together.wait(timeout=10)
            return locked_case(session, second).number

        return database.run(office.engine, work)

    assert at_once(lambda: hold(one, other), lambda: hold(other, one)) == [other, one]
