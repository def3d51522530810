"""Failed steps that a person has to see to: when they are one, and when they are none any more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bpmn.model import ProcessModel, Trigger
from tests.builders import after, boundary, end, model, script, start, user, xor
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, KEY, deployed, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import cases, deadlines
from workflows.tables import Case, Incident

NO_VALUE = "(function(a) a)"  # which no variable can hold


def failed(office: Office, case: str) -> list[str]:
    with office.begin() as session:
        return [incident.node for incident in cases.incidents(session, case=case)]


def test_a_failed_step_that_a_time_interrupts_waits_for_nobody_any_more(sqlite_office: Office) -> None:
    office = sqlite_office
    late = boundary("late", "count", Trigger.TIMER, timer=after('duration("P30D")'))
    drawn = model(
        start(), script("count", x=NO_VALUE), late, user("look", **CLERK), end(), end("e2"),
        paths=["start > count > end", "late > look > e2"], key=KEY,
    )  # fmt: skip
    deployed(office, drawn)
    number = opened(office)
    assert failed(office, number) == ["count"]
    with office.begin() as session:
        assert deadlines.fire_due(session, office.now + timedelta(days=31)) == 1
    assert failed(office, number) == []
    with office.begin() as session:
        (incident,) = session.query(Incident).filter_by(case=number)
        assert incident.resolved_at is not None and incident.resolved_by is None


def test_an_event_that_could_not_wait_is_forgotten_with_what_it_watched(sqlite_office: Office) -> None:
    office = sqlite_office
    late = boundary("late", "a", Trigger.TIMER, timer=after("nobody_knows"))
    drawn = model(
        start(), user("a", **CLERK), late, user("look", **CLERK), end(), end("e2"),
        paths=["start > a > end", "late > look > e2"], key=KEY,
    )  # fmt: skip
    deployed(office, drawn)
    number = opened(office)
    assert failed(office, number) == ["late"]
    do(office, number, "a")
    with office.begin() as session:
        assert session.get_one(Case, number).state == "completed" and cases.incidents(session) == []


CHOICE = model(
    start(), xor("g", default="g__b"), user("a", **CLERK), user("b", **CLERK), end(), end("e2"),
    paths=["start > g", "g > a : sum > 5", "g > b", "a > end", "b > e2"], key=KEY,
)  # fmt: skip
SPLIT: ProcessModel = model(
    start(), user("s", default="s__b", **CLERK), user("a", **CLERK), user("b", **CLERK), end(), end("e2"),
    paths=["start > s", "s > a : sum > 5", "s > b", "a > end", "b > e2"], key=KEY,
)  # fmt: skip


@pytest.mark.parametrize("known", [{}, {"sum": None}, {"sum": "seven"}, {"sum": [1, 2]}], ids=repr)
@pytest.mark.parametrize("drawn", [CHOICE, SPLIT], ids=["gateway", "activity"])
def test_a_condition_that_cannot_be_decided_takes_no_default(
    sqlite_office: Office, drawn: ProcessModel, known: dict[str, Any]
) -> None:
    office = sqlite_office
    deployed(office, drawn)
    number = opened(office, **known)
    if drawn is SPLIT:
        do(office, number, "s")
    with office.begin() as session:
        assert not open_tasks(session, number)
        (incident,) = cases.incidents(session, case=number)
        assert "sum" in incident.message
        cases.correct(session, incident, {"sum": Decimal(7)}, by="h1", reason="read again", now=office.now)
        cases.retry(session, incident, by="h1", now=office.now)
        assert list(open_tasks(session, number)) == ["a"]
