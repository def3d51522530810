"""When the offices work: their hours, weekends and single days as they were entered, each office over the one above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, extract, select
from sqlalchemy.orm import Session, SessionTransaction

from event_logs.errors import InvalidCalendar
from event_logs.notices import DecidedDay
from event_logs.working_time import OfficeHours as Hours
from event_logs.working_time import WorkingCalendar
from workflows import staff
from workflows.tables import CalendarDay, OfficeHours

ALL = ""  # the key of what holds for every office
FRESH = 30.0  # seconds: what another process enters is known here after so long at the latest
_CHANGED = "the calendars of the offices were changed in this session"


@dataclass(frozen=True)
class _Hours:
    """One row of office hours."""

    zone: str | None
    hours: tuple[str, ...] | None
    weekend: tuple[int, ...] | None


@dataclass(frozen=True)
class _Book:
    """All that was entered."""

    hours: Mapping[str, _Hours]
    days: Mapping[str, Mapping[date, bool]]


# By the pool of connections, which all engines of one database share. Every fact needs the zone of its office, so a step of
# a case would otherwise always ask for what changes once a year.
_BOOKS: WeakKeyDictionary[Any, tuple[float, _Book]] = WeakKeyDictionary()


def of(session: Session, office: str | None = None) -> WorkingCalendar:
    """The calendar of an office (of all offices where none is named), as it stands in this transaction."""
    book = _book(session)
    if not book.hours and not book.days:
        return WorkingCalendar.china()
    special = (set(book.hours) | set(book.days)) - {ALL}
    line = [*(staff.line_of_offices(session, office) if office and special else ()), ALL]
    rows = [book.hours[key] for key in line if key in book.hours]
    working: dict[date, bool] = {}
    for key in reversed(line):
        working |= book.days.get(key, {})
    return _made(
        next((row.zone for row in rows if row.zone), None),
        next((row.hours for row in rows if row.hours is not None), None),
        next((row.weekend for row in rows if row.weekend is not None), None),
        tuple(sorted(working.items())),
    )


def _book(session: Session) -> _Book:
    if session.info.get(_CHANGED):
        return _read(session)  # its own changes, which nobody else sees yet
    pool = session.get_bind().engine.pool
    kept = _BOOKS.get(pool)
    if kept is None or monotonic() - kept[0] > FRESH:
        kept = _BOOKS[pool] = (monotonic(), _read(session))
    return kept[1]


def _read(session: Session) -> _Book:
    hours = {
        row.office: _Hours(row.zone, _tuple(row.hours), _tuple(row.weekend))
        for row in session.execute(select(OfficeHours.office, OfficeHours.zone, OfficeHours.hours, OfficeHours.weekend))
    }
    days: dict[str, dict[date, bool]] = {}
    for office, day, works in session.execute(select(CalendarDay.office, CalendarDay.day, CalendarDay.works)):
        days.setdefault(office, {})[day] = works
    return _Book(hours, days)


def _tuple(found: list[Any] | None) -> tuple[Any, ...] | None:
    return None if found is None else tuple(found)


def _changed(session: Session) -> None:
    """This session sees its change at once, this process when it is committed."""
    session.flush()
    if not session.info.get(_CHANGED):
        session.info[_CHANGED] = True
        pool = session.connection().engine.pool
        event.listen(session, "after_commit", lambda _: _BOOKS.pop(pool, None), once=True)
        event.listen(session, "after_transaction_end", _settled)


def _settled(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CHANGED, None)


@lru_cache(maxsize=256)
def _made(
    zone: str | None,
    hours: tuple[str, ...] | None,
    weekend: tuple[int, ...] | None,
    days: tuple[tuple[date, bool], ...],
) -> WorkingCalendar:
    """One object for equal calendars: each keeps the timeline that it has worked out."""
    usual = WorkingCalendar.china()
    return WorkingCalendar(
        zone=zone or usual.zone,
        hours=usual.hours if hours is None else tuple(read_hours(text) for text in hours),
        weekend=usual.weekend if weekend is None else frozenset(weekend),
    ).with_overrides(dict(days))


def read_hours(text: str) -> Hours:
    """`09:00-12:00` as two times of the day; raises InvalidCalendar."""
    opening, _sign, closing = text.strip().partition("-")
    try:
        return time.fromisoformat(opening.strip()), time.fromisoformat(closing.strip())
    except ValueError:
        raise InvalidCalendar(f"{text!r} are no office hours such as 09:00-12:00") from None


def set_hours(
    session: Session,
    office: str,
    *,
    hours: Sequence[str] | None = None,
    weekend: Sequence[int] | None = None,
    zone: str | None = None,
) -> OfficeHours:
    """What is None is as at the office above; raises InvalidCalendar."""
    _made(zone, None if hours is None else tuple(hours), None if weekend is None else tuple(weekend), ())
    row = session.merge(OfficeHours(office=office, hours=None if hours is None else list(hours), zone=zone))
    row.weekend = None if weekend is None else list(weekend)
    _changed(session)
    return row


def decide(
    session: Session,
    days: Iterable[DecidedDay],
    *,
    office: str = ALL,
    source: str = "",
    by: str | None = None,
    now: datetime,
) -> int:
    """Enter these days, for all offices or for one and those below it; what was said of them before is replaced."""
    entered = 0
    for decided in days:
        row = CalendarDay(office=office, day=decided.day, works=decided.works, name=decided.name, source=source)
        row.entered_by, row.entered_at = by, now
        session.merge(row)
        entered += 1
    _changed(session)
    return entered


def undecide(session: Session, day: date, *, office: str = ALL) -> bool:
    """The day is as the rule has it again; says whether anything had been entered."""
    row = session.get(CalendarDay, (office, day))
    if row is not None:
        session.delete(row)
    _changed(session)
    return row is not None


def decided(session: Session, year: int, *, office: str | None = None) -> list[CalendarDay]:
    """What was entered for a year, in order; for all offices, or only for that one."""
    query = select(CalendarDay).where(extract("year", CalendarDay.day) == year)
    query = query if office is None else query.where(CalendarDay.office == office)
    return list(session.scalars(query.order_by(CalendarDay.day, CalendarDay.office)))
