"""The lists that the clock looks through, and when: who is due for a case of a procedure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bpmn.procedure_clock import Clock, Every
from event_logs.working_time import WorkingCalendar
from workflows import expected_returns
from workflows.tables import Record

# f(session, now, after=entry id) lists the entries that are due and no case was begun for, by id, with their application
Source: TypeAlias = Callable[..., Iterator[tuple[Record, Mapping[str, Any]]]]
SOURCES: dict[str, Source] = {"expected_returns": expected_returns.overdue}

DAY = timedelta(days=1)


def next_look(clock: Clock, after: datetime, calendar: WorkingCalendar) -> datetime:
    """When the list is looked through the next time after that moment (both aware)."""
    zone = ZoneInfo(calendar.zone)
    days = (_working(day, calendar) for day in _days(clock, after.astimezone(zone).date()))
    moments = (datetime.combine(day, time(clock.hour), zone) for day in days)
    return next(moment for moment in moments if moment > after)


def _days(clock: Clock, today: date) -> Iterator[date]:
    """The days that the clock names, from the last one before today on, without end."""
    if clock.every is Every.MONTH:
        day = (today.replace(day=1) - DAY).replace(day=1)
        while True:
            days = monthrange(day.year, day.month)[1]
            yield day.replace(day=min(clock.on_day, days))
            day += timedelta(days=days)
    step = DAY if clock.every is Every.DAY else 7 * DAY
    day = today if clock.every is Every.DAY else today - timedelta(days=today.weekday() + 8 - clock.on_day)
    while True:
        yield day
        day += step


def _working(day: date, calendar: WorkingCalendar) -> date:
    while not calendar.is_working_day(day):
        day += DAY
    return day
