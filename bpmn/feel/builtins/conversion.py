"""Functions that make a value of one type from others (DMN 1.5, table 70), and not."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from bpmn.feel import temporal as t
from bpmn.feel.calling import builtin
from bpmn.feel.eras import DAYLIKE, FAR, Day, at_time, settled
from bpmn.feel.running import Run
from bpmn.feel.values import CONTEXT, FarDate, FarMoment, Range, Undefined, Value, YearsMonths, kind

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)


@builtin("not", "negand: Any")
def not_(run: Run, negand: Value) -> bool | None:
    return None if type(negand) is not bool else not negand


# -- numbers and strings


@builtin("number", "from: string, grouping separator?: string|null, decimal separator?: string|null")
def number(run: Run, text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and point == grouping):
        raise Undefined("The grouping separator is a blank, comma or dot, the decimal separator another comma or dot.")
    if grouping:
        text = text.replace(grouping, "")
    if point:
        text = text.replace(point, ".")
    if len(text) > 6200 or not _NUMBER.fullmatch(text):
        raise Undefined(f'"{text[:40]}" is no number.')
    return CONTEXT.create_decimal(text)


@builtin("string", "from: Any")
def string(run: Run, value: Value) -> str | None:
    return None if value is None else run.string(value if type(value) is str else text_of(run, value))


def text_of(run: Run, value: Value) -> str:
    """The value as FEEL would write it."""
    run.charge(4)
    if type(value) is list:
        return run.string("[" + ", ".join(text_of(run, item) for item in value) + "]")
    if type(value) is dict:
        return run.string("{" + ", ".join(f"{_key(k)}: {text_of(run, v)}" for k, v in value.items()) + "}")
    if type(value) is Range:
        return _range_text(run, value)
    if type(value) is str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return scalar_text(value)


def scalar_text(value: Value) -> str:
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) is Decimal:
        return number_text(value)
    if type(value) is dt.datetime:
        return t.date_and_time_text(value)
    if type(value) is dt.date:
        return value.isoformat()
    if isinstance(value, FAR):
        return t.far_text(value)
    if type(value) is dt.time:
        return t.time_text(value)
    if type(value) is dt.timedelta:
        return t.duration_text(value)
    if type(value) is YearsMonths:
        return t.months_text(value)
    return "function"


def number_text(value: Decimal) -> str:
    return format(value, "f") if abs(value.adjusted()) < 400 else str(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w ?]+", key) else '"' + key.replace('"', '\\"') + '"'


def _range_text(run: Run, value: Range) -> str:
    if value.operator:
        end = value.low if value.operator in ("=", "!=", ">", ">=") else value.high
        return f"({value.operator} {text_of(run, end)})"
    left, right = "[" if value.low_included else "(", "]" if value.high_included else ")"
    return f"{left}{text_of(run, value.low)}..{text_of(run, value.high)}{right}"


# -- dates, times and durations


@builtin("date", "from: string")
def date_from_text(run: Run, text: str) -> Day:
    return t.date_from(text)


@builtin("date", "from: date and time")
def date_of_moment(run: Run, moment: dt.datetime | FarMoment) -> Day:
    return FarDate(moment.eras, moment.near.date()) if isinstance(moment, FarMoment) else moment.date()


@builtin("date", "from: date")
def date_of_date(run: Run, day: dt.date) -> dt.date:
    return day


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Day:
    return t.make_date(_whole(year), _whole(month), _whole(day))


def _whole(value: Decimal) -> int:
    if abs(value) > 10**12:
        raise Undefined("The number is too large here.")
    return int(value)


@builtin("date and time", "from: string")
def moment_from_text(run: Run, text: str) -> Day:
    return t.date_and_time_from(text)


@builtin("date and time", "from: date and time")
def moment_of_moment(run: Run, moment: dt.datetime) -> dt.datetime:
    return moment


@builtin("date and time", "from: date")
def moment_of_date(run: Run, day: Day) -> Day:
    return at_time(day, dt.time(tzinfo=dt.UTC))


@builtin("date and time", "date: date, time: time")
@builtin("date and time", "date: date and time, time: time")
def moment_of_date_and_time(run: Run, date: Day, time: dt.time) -> Day:
    return at_time(date_of_moment(run, date) if isinstance(date, dt.datetime | FarMoment) else date, time)


@builtin("date and time", "date: date and time, timezone: string")
def moment_in_zone(run: Run, moment: dt.datetime | FarMoment, timezone: str) -> Day:
    where = t.zone(f"@{timezone}")
    if isinstance(moment, FarMoment):
        return settled(moment.eras, moment.near.astimezone(where))
    return moment.astimezone(where)


@builtin("date and time", "year: number, month: number, day: number, hour: number, minute: number, second: number")
def moment_of_parts(
    run: Run, year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal
) -> Day:
    return at_time(date_of_parts(run, year, month, day), time_of_parts(run, hour, minute, second))


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset: days and time duration|null",
)
def moment_of_parts_with_offset(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: dt.timedelta | None,
) -> Day:
    return at_time(date_of_parts(run, year, month, day), time_of_parts(run, hour, minute, second, offset))


@builtin("time", "from: string")
def time_from_text(run: Run, text: str) -> dt.time:
    return t.time_from(text)


@builtin("time", "from: time")
def time_of_time(run: Run, at: dt.time) -> dt.time:
    return at


@builtin("time", "from: date and time")
def time_of_moment(run: Run, moment: dt.datetime | FarMoment) -> dt.time:
    return (moment.near if isinstance(moment, FarMoment) else moment).timetz()


@builtin("time", "from: date")
def time_of_date(run: Run, day: dt.date) -> dt.time:
    return dt.time(tzinfo=dt.UTC)


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration|null")
def time_of_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: dt.timedelta | None = None
) -> dt.time:
    whole = _whole(second)
    micros = int((second - whole) * 1_000_000)
    if offset is not None and abs(offset) > t.LONGEST_OFFSET:
        raise Undefined("An offset from UTC has at most 18 hours.")
    try:
        zone = None if offset is None else dt.timezone(offset) if offset else dt.UTC
        return dt.time(_whole(hour), _whole(minute), whole, micros, zone)
    except ValueError as error:
        raise Undefined("There is no such time.") from error


@builtin("duration", "from: string")
def duration_from_text(run: Run, text: str) -> Value:
    return t.duration_from(text)


@builtin("duration", "from: days and time duration")
@builtin("duration", "from: years and months duration")
def duration_of_duration(run: Run, length: Value) -> Value:
    return length


@builtin("years and months duration", "from: Any, to: Any")
def months_between(run: Run, start: Value, end: Value) -> YearsMonths:
    if not isinstance(start, DAYLIKE) or not isinstance(end, DAYLIKE):
        raise Undefined(f"Two dates are expected, not {kind(start)} and {kind(end)}.")
    return t.years_and_months_between(start, end)
