"""Dates before the year 1 and after 9999: FEEL has those up to the year 999,999,999, Python's calendar lacks them.

The Gregorian calendar repeats itself every 400 years, to the day of the week. So a far date is the same day of the years 2000 to
2399, and how many such eras away it lies.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from bpmn.feel.values import FarDate, FarMoment, Undefined

Far: TypeAlias = FarDate | FarMoment
Day: TypeAlias = dt.date | Far  # with or without a time
FAR = (FarDate, FarMoment)
DAYLIKE = (dt.date, *FAR)
YEARS, DAYS = 400, 146_097
FARTHEST = 999_999_999
_FIRST = 2000


@dataclass(frozen=True, slots=True)
class Placed:
    """A day as its era and its place there; `near` is an ordinary date, or date and time."""

    eras: int
    near: dt.date

    @property
    def year(self) -> int:
        return self.near.year + YEARS * self.eras


def placed(value: Day) -> Placed:
    """The place of any day; that of an ordinary one lies in its own era too."""
    if isinstance(value, FAR):
        return Placed(value.eras, value.near)
    eras, years = divmod(value.year - _FIRST, YEARS)
    return Placed(eras, value.replace(year=_FIRST + years))


def settled(eras: int, near: dt.date) -> Day:
    """The day at that place, as an ordinary one where Python has it. Raises Undefined beyond the calendar of FEEL."""
    more, years = divmod(near.year - _FIRST, YEARS)
    eras, near = eras + more, near.replace(year=_FIRST + years)
    year = near.year + YEARS * eras
    if 1 <= year <= 9999:
        return near.replace(year=year)
    if abs(year) > FARTHEST:
        raise Undefined("The date is out of the calendar.")
    return FarMoment(eras, near) if isinstance(near, dt.datetime) else FarDate(eras, near)


def day_of(year: int, month: int, day: int) -> Day:
    """The date of any year; raises ValueError where the month has no such day."""
    if 1 <= year <= 9999:
        return dt.date(year, month, day)
    eras, years = divmod(year - _FIRST, YEARS)
    return settled(eras, dt.date(_FIRST + years, month, day))


def at_time(day: Day, clock: dt.time) -> Day:
    """The date at that time of the day."""
    if isinstance(day, FarDate):
        return FarMoment(day.eras, dt.datetime.combine(day.near, clock))
    assert isinstance(day, dt.date)
    return dt.datetime.combine(day, clock)


def between(later: Placed, earlier: Placed, within: dt.timedelta) -> dt.timedelta:
    """The length between two places, where that between their places in the era is known."""
    try:
        return dt.timedelta(days=(later.eras - earlier.eras) * DAYS) + within
    except OverflowError as error:
        raise Undefined("The duration is too long.") from error
