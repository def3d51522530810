"""Cases that messages and signals begin: a start with several triggers begins one for each that comes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bpmn.model import ActivityKind, EventDefinition, Timer, TimerKind, Trigger
from tests.builders import activity, end, model, procedure, start, throw, user
from tests.workflows.conftest import Office
from workflows import cases, deployment, messages
from workflows.errors import Undeployable
from workflows.following import MOST_HOPS
from workflows.tables import Case, OutgoingMessage, Task

PAPERS = EventDefinition(trigger=Trigger.MESSAGE, message="papers")
CALLED = EventDefinition(trigger=Trigger.SIGNAL, signal="called")


def _tasks(office: Office) -> list[str]:
    with office.begin() as session:
        return sorted(f"{task.case}:{task.activity}" for task in session.scalars(select(Task)))


def test_each_of_several_triggers_begins_a_case(sqlite_url: str) -> None:
    drawn = model(
        start(trigger=Trigger.MULTIPLE, definitions=(PAPERS, CALLED)),
        user("look", posts=("clerk",)),
        end(),
        paths=["start > look > end"],
        key="refund",
    )
    office = Office(sqlite_url, procedure(drawn))
    with office.begin() as session:
        assert messages.deliver(session, "papers", None, {}, now=office.now) == 1
        assert messages.broadcast(session, "called", {}, now=office.now) == 1
        assert messages.deliver(session, "nothing", None, {}, now=office.now) == 0
        assert len(session.scalars(select(Case)).all()) == 2
    assert [told.split(":")[1] for told in _tasks(office)] == ["look", "look"]


def test_a_task_that_would_begin_cases_is_refused_by_name(sqlite_office: Office) -> None:
    drawn = model(
        activity("filed", ActivityKind.RECEIVE, message="papers", instantiate=True),
        user("look", posts=("clerk",)),
        end(),
        paths=["filed > look > end"],
    )
    with sqlite_office.begin() as session, pytest.raises(Undeployable, match="Draw a start event"):
        deployment.deploy(session, procedure(drawn), now=sqlite_office.now)


@pytest.mark.parametrize(
    "more",
    [
        {"definitions": (PAPERS, CALLED), "all_of": True},
        {"definitions": (PAPERS, EventDefinition(trigger=Trigger.TIMER, timer=Timer(TimerKind.CYCLE, "R/P1D")))},
    ],
    ids=["all together", "a time among them"],
)
def test_what_could_never_begin_a_case_is_refused(sqlite_office: Office, more: dict[str, object]) -> None:
    drawn = model(
        start(trigger=Trigger.MULTIPLE, **more), user("look", posts=("clerk",)), end(), paths=["start > look > end"]
    )
    with sqlite_office.begin() as session, pytest.raises(Undeployable) as refused:
        deployment.deploy(session, procedure(drawn), now=sqlite_office.now)
    assert "start" in {getattr(problem, "element", None) for problem in refused.value.problems}


def test_a_receive_task_alone_begins_no_case_and_is_refused_with_the_way_out(sqlite_office: Office) -> None:
    """The engine could run it; that cases begin there nothing wires yet, so the drawing needs a start event."""
    received = activity("received", ActivityKind.RECEIVE, message="news", instantiate=True)
    drawn = procedure(model(received, end(), paths=["received > end"], key="unbegun"))
    with sqlite_office.begin() as session, pytest.raises(Undeployable) as told:
        deployment.deploy(session, drawn, now=sqlite_office.now)
    (problem,) = (p for p in told.value.problems if getattr(p, "rule", "") == "no_start")
    assert "start event" in f"{problem}".lower()


THROWN = {Trigger.MESSAGE: {"message": "papers"}, Trigger.SIGNAL: {"signal": "called"}}


@pytest.mark.parametrize("trigger", THROWN)
def test_what_a_case_throws_begins_the_procedures_that_wait_for_it(sqlite_office: Office, trigger: Trigger) -> None:
    look = user("look", posts=("clerk",))
    begun = model(start(trigger=trigger, **THROWN[trigger]), look, end(), paths=["start > look > end"], key="begun")
    told = throw("tell", trigger, **THROWN[trigger])
    telling = model(start(), told, end(), paths=["start > tell > end"], key="telling")
    with sqlite_office.begin() as session:
        for drawn in (begun, telling):
            version = deployment.deploy(session, procedure(drawn), now=sqlite_office.now)
            deployment.activate(session, version, now=sqlite_office.now)
        application = {"taxpayer_id": "91T"}
        first = cases.start(session, "telling", application, now=sqlite_office.now, office="east")
        (other,) = session.scalars(select(Case).where(Case.procedure == "begun"))
        assert (first.state, other.state) == ("completed", "running")
        if trigger is Trigger.MESSAGE:
            assert (other.taxpayer_id, other.office) == ("91T", "east"), "a message brings its variables"
            assert other.data["case_number"] == other.number
            assert [letter.sent_at is None for letter in session.scalars(select(OutgoingMessage))] == [False]
        (task,) = session.scalars(select(Task).where(Task.case == other.number))
        assert task.activity == "look"


def test_a_procedure_that_begins_itself_for_ever_is_stopped(sqlite_office: Office) -> None:
    begin = start(trigger=Trigger.SIGNAL, signal="again")
    drawn = model(
        begin, throw("tell", Trigger.SIGNAL, signal="again"), end(), paths=["start > tell > end"], key="begun"
    )
    with sqlite_office.begin() as session:
        deployment.activate(
            session, deployment.deploy(session, procedure(drawn), now=sqlite_office.now), now=sqlite_office.now
        )
        messages.broadcast(session, "again", {}, now=sqlite_office.now)
        begun = session.scalars(select(Case).where(Case.procedure == "begun")).all()
        assert 1 < len(begun) <= MOST_HOPS + 2
