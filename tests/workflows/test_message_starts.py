"""Cases that messages and signals begin: a start with several triggers begins one for each that comes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bpmn.model import ActivityKind, EventDefinition, Timer, TimerKind, Trigger
from tests.builders import activity, end, model, procedure, start, user
from tests.workflows.conftest import Office
from workflows import deployment, messages
from workflows.errors import Undeployable
from workflows.tables import Case, Task

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
