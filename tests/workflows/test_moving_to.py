"""A manager moves a case to another step: on record, with its data and its other branches as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.model import ProcessModel, Trigger
from event_logs import store
from event_logs.event import Lifecycle
from tests.builders import (
    after,
    both,
    boundary,
    catch,
    end,
    flows,
    form,
    inside,
    model,
    number,
    script,
    start,
    subprocess,
    user,
    xor,
)
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, KEY, deployed, line, opened, to_the_end
from tests.workflows.test_tasks import do, open_tasks
from workflows import cases, messages, moving
from workflows.errors import CannotMove, NotAllowed, NotOpen, UnknownToken
from workflows.tables import Case, Subscription, Timer

REASON = {"by": "h1", "reason": "the papers are known"}
FOUR = line(*(user(id, **CLERK) for id in ("one", "two", "three", "four")))


def moved(office: Office, case: str, to: str, *, at: str | None = None, alone: bool = False) -> None:
    with office.begin() as session:
        found = session.get_one(Case, case)
        known = {position.place: position.token for position in moving.positions(session, found, now=office.now)}
        token = known[at] if at else None
        moving.move(session, case, to, token=token, alone=alone, now=office.now, **REASON)


def told(session: Session, case: str, lifecycle: Lifecycle) -> list[str]:
    return [e.activity for e in store.read(session, case_id=case) if e.lifecycle is lifecycle]


def test_moving_ahead_passes_over_what_lies_between_and_says_so(office: Office) -> None:
    deployed(office, FOUR)
    case = opened(office, amount=7)
    moved(office, case, "four")
    with office.begin() as session:
        assert list(open_tasks(session, case)) == ["four"]
        assert told(session, case, Lifecycle.SKIP) == ["one", "two", "three"]
        (left,) = [e for e in store.read(session, case_id=case) if e.lifecycle is Lifecycle.WITHDRAW]
        assert left.activity == "one"
        assert left.attributes == {"moved_to": "four", "by": "h1", "reason": "the papers are known"}
        assert session.get_one(Case, case).data["amount"] == 7
    assert to_the_end(office, case) == ["four"]


def test_moving_back_lets_work_be_done_again_and_passes_over_nothing(office: Office) -> None:
    deployed(office, FOUR)
    case = opened(office)
    for step in ("one", "two"):
        do(office, case, step)
    moved(office, case, "one")
    with office.begin() as session:
        assert told(session, case, Lifecycle.SKIP) == [] and told(session, case, Lifecycle.WITHDRAW) == ["three"]
    assert to_the_end(office, case) == ["one", "two", "three", "four"]


def test_of_two_ways_neither_counts_as_passed_over(sqlite_office: Office) -> None:
    drawn = model(
        start(), user("one", **CLERK), xor("g", default="g__b"), user("a", **CLERK), user("b", **CLERK), xor("m"),
        user("last", **CLERK), end(),
        paths=["start > one > g > a > m > last > end", "g > b > m"], key=KEY,
    )  # fmt: skip
    drawn = replace(
        drawn, flows=tuple(replace(f, condition="amount > 1") if f.id == "g__a" else f for f in drawn.flows)
    )
    deployed(sqlite_office, drawn)
    case = opened(sqlite_office)
    moved(sqlite_office, case, "last")
    with sqlite_office.begin() as session:
        assert told(session, case, Lifecycle.SKIP) == ["one"]


def parallel(*more: str) -> ProcessModel:
    steps = [user(id, **CLERK) for id in ("first", "a", "a2", "b", "last")]
    return model(
        start(), *steps, both("s"), both("j"), end(), paths=["start > first > s > a > a2 > j > last > end", "s > b > j", *more], key=KEY
    )  # fmt: skip


def test_a_branch_is_moved_and_the_other_stays_as_it_is(office: Office) -> None:
    deployed(office, parallel())
    case = opened(office)
    do(office, case, "first")
    with office.begin() as session:
        before = open_tasks(session, case)["b"].id
    with pytest.raises(UnknownToken):
        moved(office, case, "a2")  # it stands at two places: which one?
    moved(office, case, "a2", at="a")
    with office.begin() as session:
        assert {t: task.id == before for t, task in open_tasks(session, case).items()} == {"a2": False, "b": True}
    assert to_the_end(office, case) == ["b", "a2", "last"]


def test_a_move_that_would_starve_the_join_or_do_work_twice_is_refused(office: Office) -> None:
    deployed(office, parallel())
    case = opened(office)
    do(office, case, "first")
    with pytest.raises(CannotMove, match="wait for ever"):
        moved(office, case, "last", at="a")
    with pytest.raises(CannotMove, match="done twice"):
        moved(office, case, "first", at="a")
    with pytest.raises(CannotMove, match="no step"):
        moved(office, case, "j", at="a")
    with office.begin() as session:
        assert set(open_tasks(session, case)) == {"a", "b"}, "nothing was changed"
        (at_a,) = [p for p in moving.positions(session, session.get_one(Case, case), now=office.now) if p.place == "a"]
        assert moving.destinations(session, session.get_one(Case, case), at_a.token, now=office.now) == ["a", "a2"]
    moved(office, case, "first", at="a", alone=True)
    assert to_the_end(office, case) == ["first", "a", "b", "a2", "last"]


def test_times_and_messages_of_the_left_step_are_no_longer_waited_for(office: Office) -> None:
    late = boundary("late", "one", Trigger.TIMER, timer=after('duration("P2D")'), interrupting=False)
    drawn = line(
        user("one", **CLERK), catch("wait", Trigger.MESSAGE, message="papers"), user("last", **CLERK),
        more=(late, end("told")), paths=("late > told",),
    )  # fmt: skip
    deployed(office, drawn)
    case = opened(office)
    moved(office, case, "wait")
    with office.begin() as session:
        assert session.scalars(select(Timer).where(Timer.case == case)).all() == []
        assert len(session.scalars(select(Subscription).where(Subscription.case == case)).all()) == 1
    moved(office, case, "last")
    with office.begin() as session:
        assert session.scalars(select(Subscription).where(Subscription.case == case)).all() == []
        assert messages.deliver(session, "papers", None, {}, now=office.now) == 0
    assert to_the_end(office, case) == ["last"]


def test_a_failed_step_is_passed_over_and_its_incident_is_settled(office: Office) -> None:
    drawn = model(
        start(), xor("g"), user("a", **CLERK), user("b", **CLERK), end(),
        paths=["start > g", "g > a : amount > 5", "a > b > end"], key=KEY,
    )  # fmt: skip
    deployed(office, drawn)
    case = opened(office, amount=1)
    with office.begin() as session:
        (position,) = moving.positions(session, session.get_one(Case, case), now=office.now)
        assert (position.place, position.failed) == ("g", True)
    moved(office, case, "b")
    with office.begin() as session:
        assert cases.incidents(session, case=case) == []
    assert to_the_end(office, case) == ["b"]


def nested() -> ProcessModel:
    steps = inside("sub", start("s2"), user("a", **CLERK), user("b", **CLERK), end("e2"))
    drawn = line(user("first", **CLERK), subprocess("sub"), user("last", **CLERK))
    return replace(drawn, nodes=(*drawn.nodes, *steps), flows=(*drawn.flows, *flows("s2 > a > b > e2")))


def test_a_case_leaves_a_subprocess_and_enters_one_only_as_a_whole(office: Office) -> None:
    deployed(office, nested())
    case, other = opened(office), opened(office)
    with pytest.raises(CannotMove, match="inside a subprocess"):
        moved(office, other, "b")
    moved(office, other, "sub")
    assert to_the_end(office, other) == ["a", "b", "last"]
    do(office, case, "first")
    moved(office, case, "b")
    moved(office, case, "last")
    with office.begin() as session:
        assert list(open_tasks(session, case)) == ["last"]
    assert to_the_end(office, case) == ["last"]


def test_automatic_steps_run_from_the_new_place_on(sqlite_office: Office) -> None:
    drawn = line(
        user("one", **CLERK), user("two", **CLERK), script("sum", total="amount * 2"), user("last", form="f", **CLERK)
    )
    deployed(sqlite_office, drawn, f=form("f", number("x")))
    case = opened(sqlite_office, amount=4)
    moved(sqlite_office, case, "sum")
    with sqlite_office.begin() as session:
        assert session.get_one(Case, case).data["total"] == 8
        assert told(session, case, Lifecycle.SKIP) == ["one", "two"]


def test_only_a_manager_moves_a_case_that_runs(office: Office) -> None:
    deployed(office, FOUR)
    case = opened(office)
    with office.begin() as session, pytest.raises(NotAllowed):
        moving.move(session, case, "two", by="c1", reason="quicker", now=office.now)
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        with pytest.raises(NotOpen):
            moving.move(session, case, "two", by="h1", reason="quicker", now=office.now)
        assert moving.positions(session, session.get_one(Case, case), now=office.now) == []
