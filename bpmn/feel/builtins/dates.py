"""Functions of dates and of the time of the evaluation (DMN 1.5, tables 76, 77 and 80)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from bpmn.feel.calling import builtin
from bpmn.feel.eras import FAR
from bpmn.feel.running import Run
from bpmn.feel.values import Undefined, Value, kind

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _day(value: Value) -> dt.date:
    if isinstance(value, FAR):
        return value.near  # the calendar of every era is the same
    if not isinstance(value, dt.date):
        raise Undefined(f"A date is expected, not {kind(value)}.")
    return value


@builtin("day of year", "date: Any")
def day_of_year(run: Run, date: Value) -> Decimal:
    return Decimal(_day(date).timetuple().tm_yday)


@builtin("day of week", "date: Any")
def day_of_week(run: Run, date: Value) -> str:
    return DAYS[_day(date).weekday()]


@builtin("month of year", "date: Any")
def month_of_year(run: Run, date: Value) -> str:
    return MONTHS[_day(date).month - 1]


@builtin("week of year", "date: Any")
def week_of_year(run: Run, date: Value) -> Decimal:
    return Decimal(_day(date).isocalendar().week)


@builtin("now")
def now(run: Run) -> dt.datetime:
    return run.time()


@builtin("today")
def today(run: Run) -> dt.date:
    """The day of `now`, in the zone in which `now` was given."""
    return run.time().date()


@builtin("is", "value1?: Any, value2?: Any")
def is_(run: Run, value1: Value = None, value2: Value = None) -> bool:
    """The same element of the same kind: times must agree in their zone too, and to the microsecond."""
    run.charge(4)
    if kind(value1) != kind(value2):
        return False
    if isinstance(value1, dt.datetime | dt.time):
        return bool(_clock(value1) == _clock(value2) and _offset(value1) == _offset(value2))
    if type(value1) is list:
        return len(value1) == len(value2) and all(is_(run, a, b) for a, b in zip(value1, value2, strict=True))
    if type(value1) is dict:
        return value1.keys() == value2.keys() and all(is_(run, value1[k], value2[k]) for k in value1)
    return bool(value1 == value2)


def _clock(at: Value) -> Value:
    return at.replace(tzinfo=None)


def _offset(at: Value) -> Value:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else at.utcoffset()
