"""What can be read of a value by `value.name` (DMN 1.5, table 65)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from bpmn.feel.eras import placed
from bpmn.feel.running import Run
from bpmn.feel.values import FarDate, FarMoment, Range, Undefined, Value, YearsMonths, kind


def _offset(at: Value) -> Value:
    return at.utcoffset()


def _zone(at: Value) -> Value:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else None


def _seconds(at: Value) -> Decimal:
    return Decimal(at.second)


def _part(length: dt.timedelta, unit: int, most: int) -> Decimal:
    """A part of a duration, with its sign."""
    size = abs(length) // dt.timedelta(seconds=1) // unit % most
    return Decimal(-size if length < dt.timedelta() else size)


def _near(read: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda at: read(at.near)


_DATE: dict[str, Callable[[Value], Value]] = {
    "year": lambda d: Decimal(d.year),
    "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day),
    "weekday": lambda d: Decimal(d.isoweekday()),
}
_TIME: dict[str, Callable[[Value], Value]] = {
    "hour": lambda t: Decimal(t.hour),
    "minute": lambda t: Decimal(t.minute),
    "second": _seconds,
    "time offset": _offset,
    "timezone": _zone,
}
_FAR_DATE: dict[str, Callable[[Value], Value]] = {
    "year": lambda d: Decimal(placed(d).year),
    "month": lambda d: Decimal(d.near.month),
    "day": lambda d: Decimal(d.near.day),
    "weekday": lambda d: Decimal(d.near.isoweekday()),
}
PROPERTIES: dict[type, dict[str, Callable[[Value], Value]]] = {
    dt.date: _DATE,
    dt.time: _TIME,
    dt.datetime: {**_DATE, **_TIME},
    FarDate: _FAR_DATE,
    FarMoment: {**_FAR_DATE, **{name: _near(read) for name, read in _TIME.items()}},
    dt.timedelta: {
        "days": lambda d: _part(d, 86_400, 10**12),
        "hours": lambda d: _part(d, 3600, 24),
        "minutes": lambda d: _part(d, 60, 60),
        "seconds": lambda d: _part(d, 1, 60),
    },
    YearsMonths: {
        "years": lambda d: Decimal((abs(d.months) // 12) * (-1 if d.months < 0 else 1)),
        "months": lambda d: Decimal((abs(d.months) % 12) * (-1 if d.months < 0 else 1)),
    },
    Range: {
        "start": lambda r: r.low,
        "end": lambda r: r.high,
        "start included": lambda r: r.low_included,
        "end included": lambda r: r.high_included,
    },
}


def read_path(run: Run, value: Value, name: str) -> Value:
    """The member of that name; of a list, the member of each item. Raises Undefined where there is none."""
    if type(value) is dict:
        if name not in value:
            raise Undefined(f"the context has no {name}")
        return value[name]
    if type(value) is list:
        run.charge(len(value) + 1)
        return [_of_item(run, item, name) for item in value]
    read = PROPERTIES.get(type(value), {}).get(name)
    if read is None:
        raise Undefined(f"{'null' if value is None else f'a {kind(value)}'} has no {name}")
    return read(value)


def _of_item(run: Run, item: Value, name: str) -> Value:
    try:
        return read_path(run, item, name)
    except Undefined:
        return None
