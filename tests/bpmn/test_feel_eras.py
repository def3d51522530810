"""Dates before the year 1 and after 9999 count as those of the calendar do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn import feel
from bpmn.feel import YearsMonths
from bpmn.feel.codec import dumps, loads
from bpmn.feel.eras import placed, settled

YEARS = st.integers(-999_999_000, 999_999_000)
MONTH_DAYS = st.tuples(st.integers(1, 12), st.integers(1, 28))
LENGTHS = st.timedeltas(dt.timedelta(days=-300_000), dt.timedelta(days=300_000))


def text(year: int, month_day: tuple[int, int]) -> str:
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month_day[0]:02}-{month_day[1]:02}"


def value(expression: str, **context: Any) -> Any:
    return feel.evaluate(expression, context)


@given(YEARS, MONTH_DAYS)
def test_any_date_is_written_as_it_was_read(year: int, month_day: tuple[int, int]) -> None:
    written = text(year, month_day)
    assert value("string(date(x))", x=written) == written
    assert value("[date(x).year, date(x).month, date(x).day]", x=written) == [year, *month_day]
    assert value(f"date(x) = date({year}, {month_day[0]}, {month_day[1]})", x=written) is True
    day = value("date(x)", x=written)
    assert loads(dumps(day)) == day


@given(st.datetimes() | st.dates())
def test_a_place_in_an_era_is_the_same_day(day: dt.date) -> None:
    at = placed(day)
    assert settled(at.eras, at.near) == day
    assert at.near.weekday() == day.weekday()


@given(YEARS, MONTH_DAYS, LENGTHS)
def test_far_dates_move_forth_and_back(year: int, month_day: tuple[int, int], length: dt.timedelta) -> None:
    context = {"x": f"{text(year, month_day)}T09:30:00Z", "length": length}
    assert value("date and time(x) + length - length = date and time(x)", **context) is True
    assert value("(date and time(x) + length) - date and time(x)", **context) == length
    assert value("date and time(x) + length >= date and time(x)", **context) is (length >= dt.timedelta())


@given(YEARS, YEARS, MONTH_DAYS)
def test_far_dates_are_ordered_by_their_years(one: int, other: int, month_day: tuple[int, int]) -> None:
    days = {"a": value("date(x)", x=text(one, month_day)), "b": value("date(x)", x=text(other, month_day))}
    assert value("a < b", **days) is (one < other)
    assert value("a = b", **days) is (one == other)
    assert value("years and months duration(a, b)", **days) == YearsMonths((other - one) * 12)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('string(date("9999-12-31") + duration("P1D"))', "10000-01-01"),
        ('date("10000-01-01") - duration("P1D")', dt.date(9999, 12, 31)),
        ('date("10000-01-01") - date("9999-12-31")', dt.timedelta(days=1)),
        ('string(date("0001-01-01") - duration("P1M"))', "0000-12-01"),
        ('string(date("2024-02-29") + duration("P9999Y"))', "12023-02-28"),
        ('string(date and time("-2017-12-31T11:22:33@Europe/Paris"))', "-2017-12-31T11:22:33@Europe/Paris"),
        ('string(date(date and time("12345-06-07T11:22:33")))', "12345-06-07"),
        ('time(date and time("12345-06-07T11:22:33"))', dt.time(11, 22, 33)),
        ('string(date and time(date("-0044-03-15"), time("12:00:00Z")))', "-0044-03-15T12:00:00Z"),
        ('day of week(date("-2017-12-31"))', "Saturday"),
        ('date("12400-02-29") instance of date', True),
        ('date and time("12400-02-29T00:00:00").hour', Decimal(0)),
        ('date("999999999-12-31") in [date("2026-01-01")..date("999999999-12-31")]', True),
        ('date("999999999-12-31") + duration("P1D")', None),
        ('date("1000000000-01-01")', None),
        ('date("12100-02-29")', None),
        ('date("-999999999-01-01") - date("999999999-12-31")', None),
    ],
)
def test_the_calendar_goes_on(expression: str, expected: object) -> None:
    assert value(expression) == expected
