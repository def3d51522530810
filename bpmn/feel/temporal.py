"""Dates, times and durations: read from text, written as text, added and subtracted (DMN 1.5, chapter 10.3.2.3)."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bpmn.feel import eras
from bpmn.feel.values import FarDate, FarMoment, Undefined, Value, YearsMonths

_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d+)?(?P<zone>Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[\w/+-]+)?"
DATE = re.compile(_DATE, re.ASCII)
TIME = re.compile(_TIME, re.ASCII)
DATE_AND_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
YEARS_MONTHS = re.compile(r"(-)?P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
DAYS_TIME = re.compile(
    r"(-)?P(?:(\d{1,12})D)?(T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d*))?S)?)?", re.ASCII
)
LONGEST_OFFSET = dt.timedelta(hours=18)
DAY = dt.timedelta(days=1)


@lru_cache(maxsize=256)
def zone(name: str) -> dt.tzinfo:
    """`Z`, `+08:00` or `@Asia/Shanghai` as a time zone; raises Undefined."""
    if name in ("Z", "z"):
        return dt.UTC
    if name.startswith("@"):
        return _region(name[1:])
    sign = -1 if name[0] == "-" else 1
    hours, minutes, *seconds = (int(part) for part in name[1:].split(":"))
    offset = dt.timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    if minutes > 59 or sum(seconds) > 59 or offset > LONGEST_OFFSET:
        raise Undefined(f"{name} is no offset from UTC.")
    return dt.timezone(sign * offset)


def _region(name: str) -> dt.tzinfo:
    if name not in _regions():
        raise Undefined(f"There is no time zone {name}.")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise Undefined(f"There is no time zone {name}.") from error


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    return frozenset(available_timezones())


def date_from(text: str) -> eras.Day:
    match = DATE.fullmatch(text)
    if match is None:
        raise Undefined(f'"{text}" is no date such as 2026-01-31.')
    return make_date(int(match["year"]), int(match["month"]), int(match["day"]))


def make_date(year: int, month: int, day: int) -> eras.Day:
    try:
        return eras.day_of(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Undefined(f"There is no date {year}-{month:02}-{day:02}.") from error


def time_from(text: str) -> dt.time:
    match = TIME.fullmatch(text.removeprefix("T"))
    if match is None:
        raise Undefined(f'"{text}" is no time such as 09:30:00.')
    return _time(match)


def _time(match: re.Match[str]) -> dt.time:
    micros = int((match["fraction"] or ".0")[1:7].ljust(6, "0"))
    where = zone(match["zone"]) if match["zone"] else None
    try:
        return dt.time(int(match["hour"]), int(match["minute"]), int(match["second"]), micros, where)
    except ValueError as error:
        raise Undefined(f"There is no time {match.group()}.") from error


def date_and_time_from(text: str) -> eras.Day:
    match = DATE_AND_TIME.fullmatch(text)
    if match is None:
        return eras.at_time(date_from(text), dt.time())
    hour24 = (
        match["hour"] == "24"
        and match["minute"] == match["second"] == "00"
        and not (match["fraction"] or "").strip(".0")
    )
    if hour24:  # ISO 8601: the end of a day is the start of the next
        midnight = date_and_time_from(f"{match['year']}-{match['month']}-{match['day']}T00:00:00{match['zone'] or ''}")
        return add_days_time(midnight, DAY)
    day = make_date(int(match["year"]), int(match["month"]), int(match["day"]))
    return eras.at_time(day, _time(match))


def duration_from(text: str) -> dt.timedelta | YearsMonths:
    match = YEARS_MONTHS.fullmatch(text)
    if match and (match[2] or match[3]):
        return months_duration((-1 if match[1] else 1) * (int(match[2] or 0) * 12 + int(match[3] or 0)))
    match = DAYS_TIME.fullmatch(text)
    if match is None or match[3] == "T" or not (match[2] or match[3]):
        raise Undefined(f'"{text}" is no duration such as P10D, PT2H or P1Y6M.')
    micros = int((match[7] or "0")[:6].ljust(6, "0"))
    return days_time(
        -1 if match[1] else 1, int(match[2] or 0), int(match[4] or 0), int(match[5] or 0), int(match[6] or 0), micros
    )


def days_time(sign: int, days: int, hours: int, minutes: int, seconds: int, micros: int) -> dt.timedelta:
    try:
        return sign * dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    except OverflowError as error:
        raise Undefined("The duration is too long.") from error


def months_duration(months: int) -> YearsMonths:
    if abs(months) > 12_000_000_000:
        raise Undefined("The duration is too long.")
    return YearsMonths(months)


def from_text(text: str) -> Value:
    """The value of `@"…"`; null for a text that is no date, time or duration."""
    for read in (_date_like, time_from, duration_from):
        try:
            return read(text)
        except Undefined:
            continue
    return None


def _date_like(text: str) -> eras.Day:
    return date_and_time_from(text) if "T" in text else date_from(text)


# -- as text


def zone_text(where: dt.tzinfo | None, at: dt.datetime | None) -> str:
    if where is None:
        return ""
    if isinstance(where, ZoneInfo):
        return f"@{where.key}"
    offset = where.utcoffset(at) or dt.timedelta()
    if not offset:
        return "Z"
    sign, seconds = "-" if offset < dt.timedelta() else "+", int(abs(offset).total_seconds())
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}:{seconds % 3600 // 60:02}{rest}"


def time_text(at: dt.time | dt.datetime) -> str:
    fraction = f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    where = zone_text(at.tzinfo, at if isinstance(at, dt.datetime) else None)
    return f"{at.hour:02}:{at.minute:02}:{at.second:02}{fraction}{where}"


def date_and_time_text(at: dt.datetime) -> str:
    return f"{at.date().isoformat()}T{time_text(at)}"


def far_text(at: eras.Far) -> str:
    year = eras.placed(at).year
    clock = f"T{time_text(at.near)}" if isinstance(at, FarMoment) else ""
    return f"{'-' if year < 0 else ''}{abs(year):04}-{at.near.month:02}-{at.near.day:02}{clock}"


def duration_text(length: dt.timedelta) -> str:
    if not length:
        return "PT0S"
    seconds, micros = divmod(abs(length) // dt.timedelta(microseconds=1), 1_000_000)
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    rest = seconds % 60
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{rest}{fraction}S" if rest or micros else ""
    sign = "-" if length < dt.timedelta() else ""
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def months_text(length: YearsMonths) -> str:
    years, months = divmod(abs(length.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
    return f"{'-' if length.months < 0 else ''}P{text}"


# -- arithmetic


def add_days_time(at: eras.Day, length: dt.timedelta) -> eras.Day:
    """On the time line: a day across a change to summer time has 24 hours."""
    place = eras.placed(at)
    whole, rest = divmod(length, eras.DAYS * DAY)
    near = place.near
    assert isinstance(near, dt.datetime)
    if near.tzinfo is None or isinstance(near.tzinfo, dt.timezone):
        return eras.settled(place.eras + whole, near + rest)
    return eras.settled(place.eras + whole, (near.astimezone(dt.UTC) + rest).astimezone(near.tzinfo))


def add_to_date(day: dt.date | FarDate, length: dt.timedelta) -> eras.Day:
    """A date counts as its midnight; the time that comes out is cut off."""
    place = eras.placed(day)
    whole, rest = divmod(length, eras.DAYS * DAY)
    return eras.settled(place.eras + whole, (dt.datetime.combine(place.near, dt.time()) + rest).date())


def add_to_time(at: dt.time, length: dt.timedelta) -> dt.time:
    moved = dt.datetime.combine(dt.date(2000, 1, 1), at.replace(tzinfo=None)) + length % DAY
    return moved.time().replace(tzinfo=at.tzinfo)


def add_months(at: eras.Day, length: YearsMonths) -> eras.Day:
    """The same day of a later month, or that month's last day; keeps the time of a date and time."""
    place = eras.placed(at)
    near = place.near
    years, month = divmod(near.month - 1 + length.months, 12)
    more, years = divmod(near.year + years - 2000, eras.YEARS)
    year = 2000 + years
    moved = near.replace(year=year, month=month + 1, day=min(near.day, days_in(year, month + 1)))
    return eras.settled(place.eras + more, moved)


def days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def at_midnight_utc(value: dt.date) -> dt.datetime:
    """A date as the date and time that it counts as in arithmetic."""
    return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time(), dt.UTC)


def between(later: eras.Day, earlier: eras.Day) -> dt.timedelta:
    """The length from one date or date and time to another; raises Undefined where only one of them has a zone."""
    if isinstance(later, eras.FAR) or isinstance(earlier, eras.FAR):
        one_place, other_place = eras.placed(later), eras.placed(earlier)
        return eras.between(one_place, other_place, between(one_place.near, other_place.near))
    if type(later) is dt.date and type(earlier) is dt.date:
        return later - earlier
    one, other = at_midnight_utc(later), at_midnight_utc(earlier)
    if (one.tzinfo is None) != (other.tzinfo is None):
        raise Undefined("One date and time has a zone, the other has none.")
    if one.tzinfo is None:
        return one - other
    return one.astimezone(dt.UTC) - other.astimezone(dt.UTC)


def time_of_day(at: dt.time) -> dt.timedelta:
    """The time since midnight UTC (or local midnight, where it has no fixed offset)."""
    since = dt.timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return since - (at.utcoffset() or dt.timedelta())


def between_times(later: dt.time, earlier: dt.time) -> dt.timedelta:
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        raise Undefined("One time has a zone, the other has none.")
    return time_of_day(later) - time_of_day(earlier)


def years_and_months_between(start_day: eras.Day, end_day: eras.Day) -> YearsMonths:
    """The whole months from start to end."""
    first, last = eras.placed(start_day), eras.placed(end_day)
    start, end = first.near, last.near
    months = (last.year - first.year) * 12 + end.month - start.month
    if months > 0 and _within_month(end) < _within_month(start):
        months -= 1
    elif months < 0 and _within_month(end) > _within_month(start):
        months += 1
    return YearsMonths(months)


def _within_month(at: dt.date) -> tuple[int, dt.time]:
    return at.day, at.time() if isinstance(at, dt.datetime) else dt.time()
