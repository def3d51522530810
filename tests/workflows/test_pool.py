"""The pool that is found at once is the one that asking for the candidates of every task gives."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import end, model, start, user
from tests.workflows.conftest import Office
from tests.workflows.test_moving_on import begun, deployed
from tests.workflows.test_tasks import PASS, do, open_tasks, opened
from workflows import staff, tasks
from workflows.tables import Absence, Case, Officer, Task, TaskState


def by_asking_for_each(office: Office, officer: str) -> set[int]:
    with office.begin() as session:
        waiting = session.scalars(select(Task).where(Task.state == TaskState.READY)).all()
        return {t.id for t in waiting if officer in {c.officer for c in tasks.candidates_for(session, t, office.now)}}


def at_once(office: Office, officer: str) -> set[int]:
    with office.begin() as session:
        found = tasks.pool(session, officer, office.now)
        assert len(found) == tasks.pool_size(session, officer, office.now)
        assert all(tasks.in_pool(session, officer, task.case, office.now) for task in found)
        return {task.id for task in found}


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_say_the_same_whoever_is_there(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(6):
        case = opened(office)
        if chance.random() < 0.6:
            do(office, case, "accept", PASS)
            for activity in ("arrears", "account")[: chance.randint(0, 2)]:
                do(office, case, activity, {})
    with office.begin() as session:
        staff.add_office(session, "west", {"zh": "西所"}, parent="city")
        staff.appoint(session, "r1", "clerk", chance.choice(["west", "city", "east"]))
        staff.appoint(session, "c2", "reviewer", "city", since=office.now + timedelta(days=chance.choice([-3, 3])))
        away, stand_in = chance.sample(["c1", "c2", "r1", "r2", "h1"], 2)
        session.add(Absence(officer=away, since=office.now, until=office.now + timedelta(days=99), stand_in=stand_in))
        session.get_one(Officer, chance.choice(["c1", "r2"])).active = chance.random() < 0.5
        for task in session.scalars(select(Task).where(Task.officer.is_not(None), Task.state == TaskState.ASSIGNED)):
            if chance.random() < 0.8:
                task.officer, task.state = None, TaskState.READY
        for case in session.scalars(select(Case)):
            case.office = chance.choice(["east", "west", "city", None])
            for task in session.scalars(select(Task).where(Task.case == case.number, Task.state == TaskState.READY)):
                task.office = case.office
    found = {officer: at_once(office, officer) for officer in ("c1", "c2", "r1", "r2", "h1", "l1", "nobody")}
    assert found == {officer: by_asking_for_each(office, officer) for officer in found}
    assert any(found.values())


def test_the_most_urgent_of_a_large_pool(office: Office) -> None:
    for _ in range(3):
        case = opened(office)
        with office.begin() as session:
            task = open_tasks(session, case)["accept"]
            tasks.release(session, task, task.officer or "", now=office.now)
    with office.begin() as session:
        whole = tasks.pool(session, "c1", office.now)
        assert [t.id for t in tasks.pool(session, "c1", office.now, limit=2)] == [t.id for t in whole[:2]]
        assert len(whole) == tasks.pool_size(session, "c1", office.now) == 3


def test_work_that_needs_a_skill_is_open_to_those_who_have_it(office: Office) -> None:
    drawn = model(
        start(),
        user("write", posts=("clerk",), skills=("english:2",)),
        end(),
        paths=["start > write > end"],
        key="skilled",
    )
    with office.begin() as session:
        staff.add_skill(session, "english", {"en": "English"})
        for officer, level in (("c1", 2), ("c2", 1)):
            staff.rate(session, officer, "english", level)
    deployed(office, drawn)
    case = begun(office, "skilled")
    with office.begin() as session:
        task = session.scalars(select(Task).where(Task.case == case)).one()
        tasks.release(session, task, task.officer or "", now=office.now)
    assert [at_once(office, officer) for officer in ("c1", "c2")] == [{task.id}, set()]
    assert [by_asking_for_each(office, officer) for officer in ("c1", "c2")] == [{task.id}, set()]
