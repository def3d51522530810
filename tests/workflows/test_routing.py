"""Routing by post, skill, load, absence and four eyes: decided when asked, and explained for every officer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Lifecycle
from tests.builders import procedure, user
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, deployed, line, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import deployment, staff, tasks
from workflows.tables import Case, Task


def keys(session: Session, task: Task, office: Office) -> dict[str, str]:
    return {one.officer: one.key for one in tasks.explain(session, task, office.now)}


def skilled(office: Office) -> None:
    with office.begin() as session:
        staff.add_skill(session, "english", {"zh": "英语", "en": "English"})
        staff.rate(session, "c1", "english", 1)
        staff.rate(session, "c2", "english", 3)


def test_work_goes_to_who_can_do_it_and_the_reason_names_the_skill(office: Office) -> None:
    skilled(office)
    deployed(office, line(user("write", skills=("english:2",), **CLERK)))
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["write"]
        assert task.officer == "c2" and task.why == {"key": "only_one", "skills": ["english:2"]}
        assert [c.officer for c in tasks.candidates_for(session, task, office.now)] == ["c2"]
        assert keys(session, task, office) == {"c2": "holds_it", "c1": "lacks_skill"}


def test_without_anybody_skilled_it_waits_in_the_pool_until_somebody_is(office: Office) -> None:
    skilled(office)
    deployed(office, line(user("write", skills=("english:5",), **CLERK)))
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["write"]
        assert task.officer is None and task.why["key"] == "nobody_skilled"
        assert tasks.pool(session, "c1", office.now) == []
        staff.rate(session, "c1", "english", 5)
        assert [t.id for t in tasks.pool(session, "c1", office.now)] == [task.id]
        tasks.claim(session, task, "c1", now=office.now)
        staff.rate(session, "c1", "english", 0)
        assert keys(session, task, office)["c1"] == "lacks_skill"


def test_the_mark_of_a_skill_survives_being_written_and_read(sqlite_office: Office) -> None:
    known = procedure(line(user("write", skills=("english:2", "law"), **CLERK)))
    with sqlite_office.begin() as session:
        version = deployment.deploy(session, known, now=sqlite_office.now)
        assert deployment.load(session, version).model.activity("write").skills == ("english:2", "law")


def test_a_change_of_post_takes_effect_at_once(office: Office) -> None:
    """No list of candidates is kept: who is asked about a task after a change is told by the change."""
    deployed(office, line(user("one", posts=("reviewer",)), user("two", **CLERK)))
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["one"]
        assert {c.officer for c in tasks.candidates_for(session, task, office.now)} == {"r1", "r2"}
        staff.appoint(session, "c1", "reviewer", "east", since=office.now)
        assert {c.officer for c in tasks.candidates_for(session, task, office.now)} == {"c1", "r1", "r2"}
        staff.dismiss(session, "r1", "reviewer", "east", now=office.now)
        staff.dismiss(session, "r2", "reviewer", "east", now=office.now)
        assert {c.officer for c in tasks.candidates_for(session, task, office.now)} == {"c1"}


def test_open_work_of_who_lost_the_post_goes_to_others_on_record(office: Office) -> None:
    deployed(office, line(user("one", **CLERK)))
    case = opened(office)
    with office.begin() as session:
        holder = open_tasks(session, case)["one"].officer or ""
        assert tasks.reroute(session, holder, by="h1", now=office.now) == [], "who may do it keeps it"
        staff.dismiss(session, holder, "clerk", "east", now=office.now)
        (moved,) = tasks.reroute(session, holder, by="h1", now=office.now)
        assert moved.officer == ({"c1", "c2"} - {holder}).pop()
        last = list(store.read(session, case_id=case))[-1]
        assert last.lifecycle is Lifecycle.REASSIGN and last.officer == moved.officer
        assert last.attributes == {"from": holder, "by": "h1", "why": "post_taken_back"}


def test_everyone_is_told_why_they_may_or_may_not(office: Office) -> None:
    deployed(office, line(user("one", **CLERK), user("two", posts=("clerk", "leader"), four_eyes=("one",))))
    case = opened(office)
    first = do(office, case, "one")
    other = ({"c1", "c2"} - {first}).pop()
    with office.begin() as session:
        task = open_tasks(session, case)["two"]
        assert task.officer == other
        assert keys(session, task, office) == {other: "holds_it", "l1": "higher_office", first: "four_eyes"}
        until = office.now + timedelta(days=1)
        staff.record_absence(session, other, since=office.now, until=until, stand_in="r1")
        told = {one.officer: one for one in tasks.explain(session, task, office.now)}
        assert told[other].key == "absent" and told[other].detail == ("r1",)
        assert told["r1"].may and told["r1"].stands_in_for == other
        assert session.get_one(Case, case).state == "running"
