"""When something is due: durations and dates of the drawing, in working time where the drawing says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bpmn.feel import YearsMonths, evaluate
from bpmn.model import Timer, TimerKind
from bpmn.procedure import DayUnit, Procedure, TimeLimit
from event_logs.working_time import WorkingCalendar
from workflows import calendars
from workflows.errors import StepFailed

DAY = timedelta(days=1)
_CALENDAR = "the calendar of the offices"
MOST_PASSED = 10_000  # times of a repetition that may have passed before it is waited for
_REPEATED = re.compile(r"R\d*/(?:(?P<start>[^/P][^/]*)/)?(?P<every>P[^/]+)(?:/(?P<end>[^/P][^/]*))?")


def calendar(session: Session, office: str | None = None) -> WorkingCalendar:
    """The working calendar of an office: the one given to `use_calendar`, else as the offices have entered it."""
    chosen: WorkingCalendar | None = session.info.get(_CALENDAR)
    return chosen or calendars.of(session, office)


def use_calendar(session: Session, working: WorkingCalendar) -> None:
    """Let this session count time limits in another calendar."""
    session.info[_CALENDAR] = working


def due(
    value: Any, *, working: bool, now: datetime, calendar: WorkingCalendar, place: str, zone: str = "Asia/Shanghai"
) -> datetime:
    """The moment that a timer's value means; raises StepFailed when it is no time.

    A working duration counts its days as working days and the rest as working hours. A date means its first moment.
    """
    if isinstance(value, str):
        return due(_read(value, place), working=working, now=now, calendar=calendar, place=place, zone=zone)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
    if isinstance(value, date):
        return datetime.combine(value, time(), ZoneInfo(zone))
    if isinstance(value, YearsMonths):
        return _months_later(now, value.months, zone)
    if isinstance(value, timedelta):
        return _later(now, value, working, calendar)
    raise StepFailed(place, f"{value!r} is neither a date nor a duration.")


def next_due(
    text: str,
    *,
    after: datetime | None,
    working: bool,
    now: datetime,
    calendar: WorkingCalendar,
    place: str,
    zone: str = "Asia/Shanghai",
) -> datetime | None:
    """The first time of a repetition, or the one that follows `after`; None where its end is over. Raises StepFailed.

    `R3/PT1H` counts from now. `R3/<start>/PT1H` begins at its start and keeps to its hours; what has passed before anybody
    waited for it is left out, and not counted. `R/PT1H/<end>` goes on until its end, as Flowable has it.
    """
    found = _REPEATED.fullmatch(text)
    if found is None:
        raise StepFailed(place, f"{text!r} is no repetition like R3/PT1H, R/<start>/PT1H or R/PT1H/<end>.")
    counted: dict[str, Any] = {"working": working, "calendar": calendar, "place": place, "zone": zone}
    every = _read(found["every"], place)

    def later(moment: datetime) -> datetime:
        return due(every, now=moment, **counted)

    at = later(now)
    if at <= now:
        raise StepFailed(place, f"{text!r} repeats without any time between.")
    if found["start"]:
        at = due(found["start"], now=now, **counted) if after is None else later(after)
        if isinstance(every, timedelta) and not working:
            at += every * max((now - at) // every, 0)
        at = _not_past(at, now, later, place)
    end = due(found["end"], now=now, **counted) if found["end"] else at
    return at if at <= end else None


def _not_past(at: datetime, now: datetime, later: Callable[[datetime], datetime], place: str) -> datetime:
    for _ in range(MOST_PASSED):
        if at >= now:
            return at
        at = later(at)
    raise StepFailed(place, f"its repetition began more than {MOST_PASSED:,} times ago.")


def _later(now: datetime, span: timedelta, working: bool, calendar: WorkingCalendar) -> datetime:
    if not working:
        return now + span
    days, rest = divmod(span, DAY)
    at = calendar.add_days(now, days) if days else now
    return calendar.add(at, rest) if rest else at


def _months_later(now: datetime, months: int, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    years, month = divmod(local.month - 1 + months, 12)
    for day in (local.day, 30, 29, 28):
        try:
            return local.replace(year=local.year + years, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _read(text: str, place: str) -> Any:
    """A time written as ISO 8601 text."""
    for function in ("duration", "date and time", "date"):
        value = evaluate(f'{function}("{text}")', {}) if '"' not in text else None
        if value is not None:
            return value
    raise StepFailed(place, f"{text!r} is neither a date nor a duration.")


def due_of_task(
    session: Session, timer: Timer | None, data: Any, *, office: str | None, now: datetime, place: str
) -> datetime | None:
    """By when a task should be done, from the drawing; None where it says nothing."""
    if timer is None or timer.kind is TimerKind.CYCLE:
        return None
    value = evaluate(timer.expression, data, now=now)
    if value is None:
        return None
    hours = calendar(session, office)
    return due(value, working=timer.working, now=now, calendar=hours, place=place, zone=hours.zone)


def due_of_case(session: Session, procedure: Procedure, *, office: str | None, now: datetime) -> datetime | None:
    """By when a case has to be done: the strictest of the limits of the whole case."""
    limits = [limit for limit in procedure.time_limits if limit.activity is None]
    return min((_limit(limit, now, calendar(session, office)) for limit in limits), default=None)


def _limit(limit: TimeLimit, now: datetime, calendar: WorkingCalendar) -> datetime:
    return calendar.add_days(now, limit.days) if limit.unit is DayUnit.WORKING else now + limit.days * DAY
