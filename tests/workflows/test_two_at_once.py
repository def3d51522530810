"""Several people and clocks at once: one wins, the others are told, and no lock error ever reaches anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bpmn.model import Lane
from event_logs import store
from event_logs.store import RecordedEvent
from tests.builders import both, end, model, service, start, user
from tests.workflows.conftest import Office
from tests.workflows.test_moving_on import WAITING, begun, deployed
from tests.workflows.test_tasks import PASS, do, open_tasks, opened
from workflows import automation, cases, database, deadlines, tasks
from workflows.automation import Entry, Letter, Outcome
from workflows.errors import AlreadyDone, NotAllowed
from workflows.locking import locked_case
from workflows.tables import Case, OutgoingMessage, Record, Task


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


@pytest.mark.parametrize("way", [lambda engine: engine, database.reading_first], ids=["holding", "reading first"])
def test_one_of_many_completes_and_the_others_are_told_who(office: Office, way: Callable[[Engine], Engine]) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        id, officer = task.id, task.officer or ""

    def complete() -> str:
        with Session(way(office.engine)) as session, session.begin():
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


THOUGHTFUL = model(
    start(lane="desk"), both("s"), user("one", lane="desk"), service("think", "test.think"), user("other", lane="desk"),
    both("j"), end(), paths=["start > s > one > think > j > end", "s > other > j"], key="thoughtful",
    lanes=(Lane(id="desk", posts=("clerk",)),),
)  # fmt: skip


@pytest.fixture
def meanwhile() -> Iterator[list[Callable[[], object]]]:
    """What others do while somebody who has read the case thinks about it: one of these at each thought."""
    doings: list[Callable[[], object]] = []

    def think(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
        if doings:
            doings.pop(0)()
        entry = Entry(register="thoughts", subject="91", values={"thought": True})
        return Outcome({}, letters=(Letter("mail", "thought", "91", {}),), entries=(entry,))

    automation.SERVICE_TASKS["test.think"] = think
    yield doings
    del automation.SERVICE_TASKS["test.think"]


def _reading_first(office: Office, case: str, activity: str, officer: str | None = None) -> Task:
    with Session(database.reading_first(office.engine), expire_on_commit=False) as session, session.begin():
        task = open_tasks(session, case)[activity]
        return tasks.complete(session, task, officer or task.officer or "", {activity: "was here"}, now=office.now)


def test_who_was_overtaken_while_thinking_thinks_again(
    sqlite_office: Office, meanwhile: list[Callable[[], object]]
) -> None:
    """On SQLite who reads first holds nothing: the other branch is completed under their eyes, and neither is lost."""
    office = sqlite_office
    deployed(office, THOUGHTFUL)
    case = begun(office, "thoughtful")
    meanwhile.append(lambda: do(office, case, "other", {"other": "was here"}))
    _reading_first(office, case, "one")
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert found.state == "completed" and found.execution == ""
        assert {found.data["one"], found.data["other"]} == {"was here"}
        assert session.scalar(select(func.count()).select_from(OutgoingMessage)) == 1
        assert session.scalar(select(func.count()).select_from(Record)) == 1
        told = [(e.activity, e.lifecycle) for e in store.read(session, case_id=case)]
        assert len(told) == len(set(told)) and ("one", "complete") in told and ("other", "complete") in told


def test_who_was_overtaken_by_the_same_work_is_told_who_did_it(
    sqlite_office: Office, meanwhile: list[Callable[[], object]]
) -> None:
    office = sqlite_office
    deployed(office, THOUGHTFUL)
    case = begun(office, "thoughtful")
    with office.begin() as session:
        holder = open_tasks(session, case)["one"].officer or ""
    meanwhile.append(lambda: do(office, case, "one"))
    with pytest.raises(AlreadyDone) as told:
        _reading_first(office, case, "one", holder)
    assert told.value.who == holder
    with office.begin() as session:
        assert session.scalar(select(func.count()).select_from(Record)) == 1


def test_work_that_was_put_back_meanwhile_is_not_completed(
    sqlite_office: Office, meanwhile: list[Callable[[], object]]
) -> None:
    """A change of a task alone raises the revision of its case, too."""
    office = sqlite_office
    deployed(office, THOUGHTFUL)
    case = begun(office, "thoughtful")
    with office.begin() as session:
        task = open_tasks(session, case)["one"]
        id, holder = task.id, task.officer or ""

    def put_back() -> None:
        with office.begin() as session:
            tasks.release(session, id, holder, now=office.now)

    meanwhile.append(put_back)
    with pytest.raises(NotAllowed):
        _reading_first(office, case, "one", holder)
    with office.begin() as session:
        assert session.get_one(Task, id).state == "ready"


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
