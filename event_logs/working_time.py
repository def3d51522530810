"""Working time: office hours, weekends, public holidays and make-up working days of an office.

Every question is answered on one timeline: the sorted office hours as instants, and the working time that had passed when each
began. The working time up to an instant is then a look-up, the time between two of them a difference, and adding the inverse.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from event_logs.errors import BeyondCalendar, InvalidCalendar, NaiveTime, NegativeWorkingTime

FIRST_YEAR, LAST_YEAR = 1900, 2200  # no office hours are known outside them: that time counts as closed
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)

OfficeHours = tuple[time, time]


@dataclass(frozen=True)
class _Timeline:
    """The office hours of whole years: parallel, sorted, in microseconds since 1970 (UTC)."""

    first_year: int
    last_year: int
    begins: int  # the first instant of these years (UTC), and the first after them
    ends: int
    opens: list[int]
    closes: list[int]
    before: list[int]  # working time that had passed at `opens`

    def covers(self, earliest: int, latest: int) -> bool:
        return self.begins <= earliest and latest < self.ends

    def worked(self, at: int) -> int:
        i = bisect_right(self.opens, at) - 1
        return self.before[i] + min(at, self.closes[i]) - self.opens[i] if i >= 0 else 0

    def reaches(self, worked: int) -> int | None:
        """The earliest instant at which that much has been worked, None if it is after the last year."""
        i = bisect_right(self.before, worked - 1) - 1
        at = self.opens[i] + worked - self.before[i] if i >= 0 else -1
        return at if i >= 0 and at <= self.closes[i] else None

    @cached_property
    def arrays(self) -> tuple[npt.NDArray[np.int64], ...]:
        return tuple(np.asarray(column, dtype=np.int64) for column in (self.opens, self.closes, self.before))

    def all_worked(self, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        opens, closes, before = self.arrays
        if not len(opens):
            return np.zeros_like(at)
        i = np.searchsorted(opens, at, side="right") - 1
        worked = before[i] + np.minimum(at, closes[i]) - opens[i]
        return np.where(i >= 0, worked, 0)


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """When an office works. `hours` are local and in order; an end of 00:00 is midnight; none at all means round the clock.

    `weekend` holds weekdays (Monday is 0), `country` is the code whose public holidays and make-up days count (None: no holidays),
    `closed` and `opened` override single days. Raises InvalidCalendar.
    """

    zone: str = "Asia/Shanghai"
    hours: tuple[OfficeHours, ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))
    weekend: frozenset[int] = frozenset({5, 6})
    country: str | None = "CN"
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    _grown: list[_Timeline] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._tz  # noqa: B018  (an unknown zone is refused now, not at the first question)
        _check_hours(self.hours)
        if self.closed & self.opened:
            raise InvalidCalendar(f"{min(self.closed & self.opened)} is both closed and opened")
        if self.weekend >= frozenset(range(7)) and not self.opened:
            raise InvalidCalendar("every day is a weekend")

    @classmethod
    def china(cls) -> WorkingCalendar:
        """Tax offices: 09:00-12:00 and 13:30-17:30 in Asia/Shanghai, public holidays and make-up working days of China."""
        return _china()

    @classmethod
    def always(cls, zone: str = "Asia/Shanghai") -> WorkingCalendar:
        """Round the clock, every day: working time is time."""
        return cls(zone=zone, hours=(), weekend=frozenset(), country=None)

    def with_overrides(self, working: Mapping[date, bool]) -> WorkingCalendar:
        """The same calendar, with these days decided: True works, False does not."""
        opened = {day for day, works in working.items() if works}
        closed = set(working) - opened
        return replace(
            self, opened=frozenset((self.opened - closed) | opened), closed=frozenset((self.closed - opened) | closed)
        )

    @cached_property
    def _tz(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidCalendar(f"{self.zone!r} is no time zone; use a name such as 'Asia/Shanghai'") from error

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on that (local) day at all."""
        if day in self.opened or day in self.closed:
            return day in self.opened
        holidays, made_up = _public_days(self.country, day.year)
        return day in made_up or (day.weekday() not in self.weekend and day not in holidays)

    def is_working(self, at: datetime) -> bool:
        """Whether the office is open at that instant."""
        local = _aware(at).astimezone(self._tz)
        if not self.hours:
            return self.is_working_day(local.date())
        clock = local.time()
        return self.is_working_day(local.date()) and any(
            a <= clock and (clock < b or not _minutes(b)) for a, b in self.hours
        )

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; negative where `end` is earlier."""
        if self._unbroken:
            return _aware(end) - _aware(start)
        a, b = _instant(start), _instant(end)
        line = self._timeline(min(a, b), max(a, b))
        return timedelta(microseconds=line.worked(b) - line.worked(a))

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The earliest instant (UTC) by which that much working time has passed since `start`; nothing to add gives `start`."""
        if working < timedelta(0):
            raise NegativeWorkingTime(working)
        if self._unbroken or not working:
            return _aware(start).astimezone(UTC) + working
        return _EPOCH + timedelta(microseconds=self._add(start, working // _MICROSECOND))

    def add_days(self, start: datetime, days: int) -> datetime:
        """The close (UTC) of the n-th working day after the day of `start`, which itself does not count, as statutes have it.

        With 0 days it is the close of that very day, or of the next working day where it is none.
        """
        if days < 0:
            raise NegativeWorkingTime(f"{days} days")
        day = _aware(start).astimezone(self._tz).date()
        if not days and not self.is_working_day(day):
            days = 1
        for _ in range(days):
            day = self._next_working_day(day, start)
        return self._close(day)

    def working_days(self, start: datetime, end: datetime) -> int:
        """How many working days lie after the day of `start`, up to and with that of `end`: the inverse of `add_days`."""
        first, last = (_aware(at).astimezone(self._tz).date() for at in (start, end))
        return sum(self.is_working_day(first + n * _DAY) for n in range(1, (last - first).days + 1))

    def microseconds(
        self, starts: npt.NDArray[np.datetime64], ends: npt.NDArray[np.datetime64]
    ) -> npt.NDArray[np.timedelta64]:
        """The working time between pairs of instants (datetime64, UTC) as timedelta64[us]; where one is NaT, NaT."""
        a, b = (np.asarray(stamps).astype("datetime64[us]") for stamps in (starts, ends))
        known = ~(np.isnat(a) | np.isnat(b))
        result = np.full(np.broadcast(a, b).shape, np.timedelta64("NaT", "us"))
        if known.any():
            a, b = (np.broadcast_to(stamps, result.shape)[known].astype(np.int64) for stamps in (a, b))
            result[known] = self._all_between(a, b).astype("timedelta64[us]")
        return result

    def spans(self, start: int, end: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Begins and ends of the working spans between two instants, all in microseconds since 1970, in order."""
        if self._unbroken:
            return np.array([start]), np.array([end])
        opens, closes, _ = self._timeline(start, end).arrays
        within = (closes > start) & (opens < end)
        return np.maximum(opens[within], start), np.minimum(closes[within], end)

    # How the timeline grows

    @property
    def _unbroken(self) -> bool:
        return not (self.hours or self.weekend or self.country or self.closed)

    def _all_between(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        if self._unbroken:
            return b - a
        line = self._timeline(int(min(a.min(), b.min())), int(max(a.max(), b.max())))
        return line.all_worked(b) - line.all_worked(a)

    def _add(self, start: datetime, working: int) -> int:
        at, years = _instant(start), 1
        while True:
            line = self._timeline(at, at + years * 366 * 86_400_000_000)
            reached = line.reaches(line.worked(at) + working)
            if reached is not None:
                return reached
            if line.last_year >= LAST_YEAR:
                raise BeyondCalendar(start, FIRST_YEAR, LAST_YEAR)
            years *= 2

    def _timeline(self, earliest: int, latest: int) -> _Timeline:
        if not self._grown or not self._grown[0].covers(earliest, latest):
            first, last = _year(earliest), _year(latest)
            if self._grown:
                first, last = min(first, self._grown[0].first_year), max(last, self._grown[0].last_year)
            # One assignment of a finished value: threads may both build it, none sees half of it.
            self._grown[:1] = [self._build(first, last)]
        return self._grown[0]

    def _build(self, first: int, last: int) -> _Timeline:
        opens: list[int] = []
        closes: list[int] = []
        before: list[int] = []
        worked = 0
        for start, end in self._office_hours(first, last):
            opens.append(start)
            closes.append(end)
            before.append(worked)
            worked += end - start
        return _Timeline(first, last, *_span(first, last), opens, closes, before)

    def _office_hours(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        latest = -(2**63)
        hours = self.hours or ((time(0), time(0)),)
        for day in self._working_days_of(first, last):
            for opening, closing in hours:
                start = max(self._at(day, opening), latest)
                end = self._at(day + _DAY if not _minutes(closing) else day, closing)
                if end > start:  # an hour that the change to summer time skips is none
                    yield start, end
                    latest = end

    def _working_days_of(self, first: int, last: int) -> Iterator[date]:
        # A day more on both sides: the year of an instant is that of UTC, the year of a day is local.
        day, end = date(first, 1, 1) - _DAY, date(last, 12, 31) + _DAY
        while day <= end:
            if self.is_working_day(day):
                yield day
            day += _DAY

    def _at(self, day: date, clock: time) -> int:
        return (datetime.combine(day, clock, self._tz) - _EPOCH) // _MICROSECOND

    def _next_working_day(self, day: date, start: datetime) -> date:
        while True:
            day += _DAY
            if day.year > LAST_YEAR:
                raise BeyondCalendar(start, FIRST_YEAR, LAST_YEAR)
            if self.is_working_day(day):
                return day

    def _close(self, day: date) -> datetime:
        closing = self.hours[-1][1] if self.hours else time(0)
        return _EPOCH + timedelta(microseconds=self._at(day + _DAY if not _minutes(closing) else day, closing))


@lru_cache(maxsize=1)
def _china() -> WorkingCalendar:
    return WorkingCalendar()


china = WorkingCalendar.china
always = WorkingCalendar.always


def _check_hours(hours: Iterable[OfficeHours]) -> None:
    latest = -1.0
    for opening, closing in hours:
        start, end = _minutes(opening), _minutes(closing) or 24 * 60
        if start < latest or end <= start:
            raise InvalidCalendar(
                f"the office hours {opening:%H:%M}-{closing:%H:%M} overlap others or end before they begin"
            )
        latest = end


def _minutes(clock: time) -> float:
    return clock.hour * 60 + clock.minute + clock.second / 60 + clock.microsecond / 60_000_000


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NaiveTime(at)
    return at


def _instant(at: datetime) -> int:
    return (_aware(at) - _EPOCH) // _MICROSECOND


def _span(first: int, last: int) -> tuple[int, int]:
    """The instants of whole years; the outermost years stretch to the end of time, which no calendar covers."""
    begins, ends = (_instant(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last + 1))
    return begins if first > FIRST_YEAR else -(2**63), ends if last < LAST_YEAR else 2**63


def _year(at: int) -> int:
    year = int(np.datetime64(at, "us").astype("datetime64[Y]").astype(np.int64)) + 1970
    return min(max(year, FIRST_YEAR), LAST_YEAR)


@lru_cache(maxsize=1024)
def _public_days(country: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days off and the make-up working days that fall into a year, by the `holidays` package (China: 1950 to 2100)."""
    if country is None:
        return frozenset(), frozenset()
    import holidays  # 0.3 s, and many callers never ask

    try:
        # The next year too: a make-up day for New Year may fall into December.
        found: Any = holidays.country_holidays(country, years=(year, year + 1))
    except NotImplementedError as error:
        raise InvalidCalendar(f"the public holidays of {country!r} are not known") from error
    made_up: Iterable[date] = getattr(found, "weekend_workdays", ())
    return (
        frozenset(day for day in found if day.year == year),
        frozenset(day for day in made_up if day.year == year),
    )
