"""Working time: stories of real weeks, and the laws that every calendar keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.errors import BeyondCalendar, InvalidCalendar, NaiveTime, NegativeWorkingTime
from event_logs.working_time import WorkingCalendar, always, china

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = WorkingCalendar(
    zone="Europe/Berlin", country="DE", hours=((time(0), time(2, 30)), (time(2, 45), time(0))), weekend=frozenset({5})
)
CALENDARS = [china(), BERLIN, always(), WorkingCalendar(hours=(), zone="Europe/Berlin")]


def shanghai(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


def test_a_day_at_the_office_has_seven_hours() -> None:
    day = shanghai(2026, 3, 3), shanghai(2026, 3, 4)
    assert china().between(*day) == timedelta(hours=7)
    assert china().between(*reversed(day)) == -timedelta(hours=7)


def test_lunch_is_no_working_time() -> None:
    assert china().between(shanghai(2026, 3, 3, 11, 30), shanghai(2026, 3, 3, 14)) == timedelta(hours=1)
    assert china().add(shanghai(2026, 3, 3, 11, 30), timedelta(hours=1)) == shanghai(2026, 3, 3, 14)
    assert china().add(shanghai(2026, 3, 3, 9), timedelta(hours=3)) == shanghai(2026, 3, 3, 12)


def test_spring_festival_and_its_make_up_days() -> None:
    calendar = china()
    assert not calendar.is_working_day(date(2026, 2, 17))
    assert calendar.is_working_day(date(2026, 2, 14)) and calendar.is_working_day(
        date(2026, 2, 28)
    )  # Saturdays, made up
    assert not calendar.is_working_day(date(2026, 3, 7))
    assert calendar.between(shanghai(2026, 2, 14), shanghai(2026, 2, 24)) == timedelta(hours=7)


def test_statutory_days_do_not_count_the_first_and_end_at_the_close() -> None:
    assert china().add_days(shanghai(2026, 3, 2, 10), 1) == shanghai(2026, 3, 3, 17, 30)
    assert china().add_days(shanghai(2026, 3, 6, 16), 5) == shanghai(2026, 3, 13, 17, 30)
    assert china().add_days(shanghai(2026, 2, 13, 16), 2) == shanghai(2026, 2, 24, 17, 30)
    assert china().add_days(shanghai(2026, 3, 6), 0) == shanghai(2026, 3, 6, 17, 30)
    assert china().add_days(shanghai(2026, 3, 7), 0) == shanghai(2026, 3, 9, 17, 30)
    assert always("UTC").add_days(datetime(2026, 3, 2, 10, tzinfo=UTC), 1) == datetime(2026, 3, 4, tzinfo=UTC)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)), st.integers(1, 60))
def test_working_days_invert_add_days(start: datetime, days: int) -> None:
    at = start.replace(tzinfo=SHANGHAI)
    assert china().working_days(at, china().add_days(at, days)) == days


def test_an_office_may_close_and_open_on_days_of_its_own() -> None:
    calendar = china().with_overrides({date(2026, 3, 3): False, date(2026, 3, 7): True})
    assert not calendar.is_working_day(date(2026, 3, 3)) and calendar.is_working_day(date(2026, 3, 7))
    assert calendar.with_overrides({date(2026, 3, 3): True}).is_working_day(date(2026, 3, 3))
    assert china().is_working_day(date(2026, 3, 3))


def test_open_or_closed_right_now() -> None:
    assert china().is_working(shanghai(2026, 3, 3, 9)) and not china().is_working(shanghai(2026, 3, 3, 12))
    assert not china().is_working(shanghai(2026, 3, 7, 10))
    assert always().is_working(shanghai(2026, 3, 7, 3))
    assert BERLIN.is_working(datetime(2026, 3, 3, 23, 30, tzinfo=ZoneInfo("Europe/Berlin")))


def test_the_hour_that_summer_time_skips_is_not_worked() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 3, 30, tzinfo=berlin)
    whole = WorkingCalendar(zone="Europe/Berlin", country=None, hours=(), weekend=frozenset({0}))
    assert whole.between(*night) == timedelta(hours=23)


def test_senseless_questions_are_refused() -> None:
    with pytest.raises(NaiveTime):
        china().between(datetime(2026, 3, 3), shanghai(2026, 3, 4))
    with pytest.raises(NegativeWorkingTime):
        china().add(shanghai(2026, 3, 3), -timedelta(hours=1))
    with pytest.raises(NegativeWorkingTime):
        china().add_days(shanghai(2026, 3, 3), -1)
    with pytest.raises(BeyondCalendar):
        china().add(shanghai(2026, 3, 3), timedelta(days=36_500))
    with pytest.raises(InvalidCalendar, match="no time zone"):
        WorkingCalendar(zone="Mars/Olympus")
    with pytest.raises(InvalidCalendar, match="overlap"):
        WorkingCalendar(hours=((time(9), time(12)), (time(11), time(13))))
    with pytest.raises(InvalidCalendar, match="not known"):
        WorkingCalendar(country="XX").is_working_day(date(2026, 3, 3))


instants = st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
calendars = st.sampled_from(CALENDARS)


@given(calendars, instants, instants, instants)
def test_working_time_adds_up(calendar: WorkingCalendar, a: datetime, b: datetime, c: datetime) -> None:
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert a > b or timedelta(0) <= calendar.between(a, b) <= b - a


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_adding_is_the_inverse_of_measuring(calendar: WorkingCalendar, start: datetime, working: timedelta) -> None:
    end = calendar.add(start, working)
    assert calendar.between(start, end) == working
    assert not working or calendar.between(start, end - timedelta(microseconds=1)) < working


@settings(max_examples=50)
@given(calendars, st.lists(st.tuples(st.none() | instants, st.none() | instants), min_size=1, max_size=20))
def test_arrays_say_the_same_as_single_questions(
    calendar: WorkingCalendar, pairs: list[tuple[datetime | None, datetime | None]]
) -> None:
    starts, ends = (
        np.array(
            [np.datetime64("NaT") if at is None else np.datetime64(at.replace(tzinfo=None), "us") for at in column],
            "M8[us]",
        )
        for column in zip(*pairs, strict=True)
    )
    result = calendar.microseconds(starts, ends)
    assert result.dtype == np.dtype("m8[us]")
    for (a, b), measured in zip(pairs, result, strict=True):
        assert np.isnat(measured) if a is None or b is None else measured == np.timedelta64(calendar.between(a, b))


def test_dirty_years_cost_neither_time_nor_sense() -> None:
    stamps = np.array(["0001-01-01", "2026-03-03", "9999-12-31"], "M8[us]")
    result = china().microseconds(stamps[:1], stamps)
    assert result[0] == np.timedelta64(0) and result[1] < result[2]


def test_calendars_are_values() -> None:
    assert WorkingCalendar() == china() and hash(WorkingCalendar()) == hash(china())
