"""An officer picks which steps of an ad-hoc subprocess are done, done again, or left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpmn.model import ProcessModel
from event_logs import store
from event_logs.event import Lifecycle
from tests.builders import inside, subprocess, user
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, deployed, line, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import ad_hoc
from workflows.errors import NotAllowed, UnknownToken
from workflows.tables import Case


def picking(**more: object) -> ProcessModel:
    steps = inside("pick", *(user(id, **CLERK) for id in ("visit", "call", "letter")))
    drawn = line(subprocess("pick", ad_hoc=True, **more), user("last", **CLERK))
    return replace(drawn, nodes=(*drawn.nodes, *steps))


def stands_at(office: Office, case: str) -> list[str]:
    with office.begin() as session:
        return sorted(open_tasks(session, case))


def test_steps_that_are_not_needed_are_left_out_on_record(office: Office) -> None:
    deployed(office, picking())
    case = opened(office)
    assert stands_at(office, case) == ["call", "letter", "visit"]
    do(office, case, "call")
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert [task.activity for task in ad_hoc.optional(session, found, now=office.now)] == ["visit", "letter"]
        for step in ("visit", "letter"):
            ad_hoc.leave_out(
                session, open_tasks(session, case)[step], by="h1", reason="answered by call", now=office.now
            )
    assert stands_at(office, case) == ["last"]
    with office.begin() as session:
        skipped = [e for e in store.read(session, case_id=case) if e.lifecycle is Lifecycle.SKIP]
        assert [(e.activity, e.officer, e.attributes["reason"]) for e in skipped] == [
            ("visit", "h1", "answered by call"),
            ("letter", "h1", "answered by call"),
        ]


def test_a_step_is_begun_out_of_turn_and_again(office: Office) -> None:
    deployed(office, picking(in_turn=True, complete_when="done = true"))
    case = opened(office)
    assert stands_at(office, case) == ["visit"]
    first = do(office, case, "visit")
    assert stands_at(office, case) == ["call"]
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert ad_hoc.choices(session, found, now=office.now) == [], "in turn: one at a time"
        ad_hoc.leave_out(session, open_tasks(session, case)["call"], by=first, reason="no phone", now=office.now)
    assert stands_at(office, case) == ["letter"]


def test_only_who_works_on_the_case_picks(office: Office) -> None:
    deployed(office, picking())
    case = opened(office)
    with office.begin() as session:
        found = session.get_one(Case, case)
        choices = ad_hoc.choices(session, found, now=office.now)
        assert [choice.place for choice in choices] == ["visit", "call", "letter"]
        with pytest.raises(NotAllowed):
            ad_hoc.begin(session, found, choices[0], by="r1", now=office.now)
        ad_hoc.begin(session, found, choices[0], by="h1", now=office.now)
    with office.begin() as session:
        assert (
            sum(e.activity == "visit" and e.lifecycle is Lifecycle.SCHEDULE for e in store.read(session, case_id=case))
            == 2
        )


def test_nothing_else_can_be_left_out(sqlite_office: Office) -> None:
    deployed(sqlite_office, line(user("one", **CLERK)))
    case = opened(sqlite_office)
    with sqlite_office.begin() as session, pytest.raises(UnknownToken):
        ad_hoc.leave_out(session, open_tasks(session, case)["one"], by="h1", reason="no", now=sqlite_office.now)
