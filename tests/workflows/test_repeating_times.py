"""Times that repeat: so often, from a start, until an end; on borders and at the start of a procedure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bpmn.model import ProcessModel, Timer, TimerKind, Trigger
from event_logs import store
from event_logs.working_time import WorkingCalendar
from tests.builders import boundary, end, model, script, start, user
from tests.workflows.conftest import Office
from tests.workflows.playing import MONDAY
from tests.workflows.test_migration import CLERK, KEY, deployed, opened
from workflows import deadlines, working_hours
from workflows.engine import CannotRun, prepare
from workflows.errors import StepFailed
from workflows.tables import Case
from workflows.tables import Timer as Row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in the morning of the next day, in Beijing
LONG_AGO = "2020-01-01T09:00:00+08:00"


def following(text: str, *, now: datetime = MONDAY, after: datetime | None = None) -> datetime | None:
    calendar = WorkingCalendar()
    return working_hours.next_due(text, after=after, working=False, now=now, calendar=calendar, place="x")


def test_a_repetition_counts_from_now_or_keeps_to_the_hours_of_its_start() -> None:
    assert following("R3/PT1H") == MONDAY + HOUR
    assert following("R/2026-03-03T09:00:00+08:00/P1D") == AT_NINE
    assert following(f"R/{LONG_AGO}/P1D") == AT_NINE, "the days before are left out"
    assert following(f"R/{LONG_AGO}/P1D", now=AT_NINE + HOUR, after=AT_NINE) == AT_NINE + DAY
    assert following(f"R/{LONG_AGO}/P1M") == datetime(2026, 4, 1, 1, 0, tzinfo=UTC)


def test_nothing_follows_its_end() -> None:
    text = "R/PT1H/2026-03-02T12:00:00+08:00"  # two hours after MONDAY
    assert following(text, now=MONDAY + HOUR, after=MONDAY) == MONDAY + 2 * HOUR
    assert following(text, now=MONDAY + 2 * HOUR, after=MONDAY + 2 * HOUR) is None


@pytest.mark.parametrize("text", ["R3", "R3/soon", "R/P1D/P2D", "R/PT0S", "0 0 9 * * ?", "R/2026-13-01T00:00:00Z/P1D"])
def test_what_is_no_repetition_is_said(text: str) -> None:
    with pytest.raises(StepFailed):
        following(text)


@given(st.integers(1, 100), st.integers(-5_000, 5_000), st.integers(0, 300))
def test_the_times_of_a_repetition_are_its_grid(every: int, begins: int, late: int) -> None:
    begin, now = MONDAY + timedelta(minutes=begins), MONDAY + timedelta(minutes=late)
    text = f"R/{begin:%Y-%m-%dT%H:%M:%SZ}/PT{every}M"
    first = following(text)
    assert first is not None and first >= MONDAY and (first - begin) % timedelta(minutes=every) == timedelta(0)
    assert first - MONDAY < timedelta(minutes=every) or first == begin
    again = following(text, now=max(now, first), after=first)
    assert again is not None and again > first and (again - begin) % timedelta(minutes=every) == timedelta(0)


def reminded(cycle: str) -> ProcessModel:
    """A task with a reminder on its border."""
    event = boundary("remind", "a", Trigger.TIMER, timer=Timer(TimerKind.CYCLE, cycle), interrupting=False)
    note = script("note", reminded="true")
    return model(
        start(),
        user("a", **CLERK),
        event,
        note,
        end(),
        end("e2"),
        paths=["start > a > end", "remind > note > e2"],
        key=KEY,
    )


@pytest.mark.parametrize(
    ("cycle", "times"),
    [
        ("R3/PT1H", 3),
        ("R/PT1H/2026-03-02T15:30:00+08:00", None),
        ("R2/2026-03-02T15:00:00+08:00/PT1H", 2),
    ],
)
def test_a_reminder_comes_as_often_as_it_says_and_no_longer(
    sqlite_office: Office, cycle: str, times: int | None
) -> None:
    deployed(sqlite_office, reminded(cycle))
    number = opened(sqlite_office)
    with sqlite_office.begin() as session:
        began = session.get_one(Case, number).opened_at
    at = began
    for _ in range(30):
        at += timedelta(minutes=30)
        with sqlite_office.begin() as session:
            deadlines.fire_due(session, at)
    with sqlite_office.begin() as session:
        until = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
        came = [event for event in store.read(session, case_id=number) if event.activity == "remind"]
        assert len(came) == (times or (until - began) // HOUR)
        assert session.scalars(select(Row).where(Row.case == number)).all() == []


@pytest.mark.parametrize(
    ("cycle", "cases"),
    [("R3/PT1H", 3), ("R/PT1H/2026-03-02T20:30:00+08:00", None), ("R2/2026-03-02T20:00:00+08:00/PT1H", 2)],
)
def test_a_procedure_begins_as_often_as_its_clock_says(sqlite_office: Office, cycle: str, cases: int | None) -> None:
    begin = start(trigger=Trigger.TIMER, timer=Timer(TimerKind.CYCLE, cycle))
    deployed(sqlite_office, model(begin, user("a", **CLERK), end(), paths=["start > a > end"], key=KEY))
    began = sqlite_office.now
    for hours in range(1, 40):
        with sqlite_office.begin() as session:
            deadlines.fire_due(session, began + hours * HOUR / 2)
    with sqlite_office.begin() as session:
        made = session.scalar(select(func.count()).select_from(Case))
    until = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert made == (cases or (until - began) // HOUR)


def test_a_time_that_never_comes_is_refused() -> None:
    with pytest.raises(CannotRun) as refused:
        prepare(reminded("R0/PT1H"))
    assert [(r.element, r.rule) for r in refused.value.refusals] == [("remind", "timer")]
