"""Equality and order of values: true, false, or null where two values cannot be compared (DMN 1.5, tables 49 to 54)."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal

from bpmn.feel.eras import DAYLIKE, FAR, Day, placed
from bpmn.feel.running import Run
from bpmn.feel.temporal import at_midnight_utc, time_of_day
from bpmn.feel.values import Range, Undefined, Value, YearsMonths

_DIRECT = frozenset({Decimal, str, bool, dt.date, dt.timedelta, YearsMonths})
_ORDERED = frozenset({Decimal, str, dt.date, dt.timedelta, YearsMonths})
ORDERS: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def equal(one: Value, other: Value, run: Run) -> bool | None:
    kind = type(one)
    if kind is type(other) and kind in _DIRECT:
        return bool(one == other)
    if one is None or other is None:
        return one is other
    if kind is type(other):
        return _equal_of_kind(kind, one, other, run)
    if isinstance(one, DAYLIKE) and isinstance(other, DAYLIKE):
        return _equal_days(one, other)
    if {kind, type(other)} == {dt.timedelta, YearsMonths}:
        return True if one in (dt.timedelta(), YearsMonths(0)) and other in (dt.timedelta(), YearsMonths(0)) else None
    return None


def _equal_of_kind(kind: type, one: Value, other: Value, run: Run) -> bool | None:
    if kind is list:
        run.charge(min(len(one), len(other)) + 3)
        return len(one) == len(other) and _all_equal(zip(one, other, strict=True), run)
    if kind is dict:
        run.charge(2 * min(len(one), len(other)) + 3)
        return one.keys() == other.keys() and _all_equal(((one[k], other[k]) for k in one), run)
    if kind is dt.datetime or kind in FAR:
        return _equal_days(one, other)
    if kind is dt.time:
        return _equal_times(one, other)
    if kind is Range:
        return _equal_ranges(one, other, run)
    return one is other


def _all_equal(pairs: object, run: Run) -> bool:
    return all(equal(a, b, run) is True for a, b in pairs)  # type: ignore[attr-defined]


def _equal_days(one: Day, other: Day) -> bool:
    first, second = placed(one), placed(other)
    return first.eras == second.eras and _equal_moments(at_midnight_utc(first.near), at_midnight_utc(second.near))


def _equal_moments(one: dt.datetime, other: dt.datetime) -> bool:
    """To the second, as the standard says; one with a zone never equals one without."""
    if (one.tzinfo is None) != (other.tzinfo is None):
        return False
    return one.replace(microsecond=0) == other.replace(microsecond=0)


def _equal_times(one: dt.time, other: dt.time) -> bool:
    if (one.tzinfo is None) != (other.tzinfo is None):
        return False
    if one.utcoffset() is None and one.tzinfo != other.tzinfo:
        return False
    return time_of_day(one.replace(microsecond=0)) == time_of_day(other.replace(microsecond=0))


def _equal_ranges(one: Range, other: Range, run: Run) -> bool:
    sides = (one.low_included, one.high_included, one.operator) == (
        other.low_included,
        other.high_included,
        other.operator,
    )
    return sides and _all_equal(((one.low, other.low), (one.high, other.high)), run)


def ordered(sign: str, one: Value, other: Value) -> bool:
    """`one < other` and the like; raises Undefined where the values have no order."""
    kind = type(one)
    if kind is type(other) and kind in _ORDERED:
        return ORDERS[sign](one, other)
    if isinstance(one, dt.date) and isinstance(other, dt.date):
        return _ordered_moments(sign, one, other)
    if isinstance(one, DAYLIKE) and isinstance(other, DAYLIKE):
        first, second = placed(one), placed(other)
        near = _ordered_moments(sign, first.near, second.near)  # undefined where only one of them has a zone
        return near if first.eras == second.eras else ORDERS[sign](first.eras, second.eras)
    if kind is dt.time and type(other) is dt.time and (one.tzinfo is None) == (other.tzinfo is None):
        return ORDERS[sign](time_of_day(one), time_of_day(other))
    raise Undefined("The values have no order.")


def _ordered_moments(sign: str, one: dt.date, other: dt.date) -> bool:
    first, second = at_midnight_utc(one), at_midnight_utc(other)
    if (first.tzinfo is None) != (second.tzinfo is None):
        if type(one) is not type(other):  # a date has no zone of its own: it takes the other's
            return ORDERS[sign](first.replace(tzinfo=None), second.replace(tzinfo=None))
        raise Undefined("One date and time has a zone, the other has none.")
    return ORDERS[sign](first, second)


def contains(interval: Range, value: Value, run: Run) -> bool | None:
    """Does the value lie in the interval? null where they cannot be compared."""
    if interval.operator in ("=", "!="):
        same = equal(value, interval.low, run)
        return same if interval.operator == "=" or same is None else not same
    unbounded = interval.operator != ""  # `(< 5)` has no low end; `(null..5)` has an unknown one
    if value is None or (not unbounded and (interval.low is None or interval.high is None)):
        return None
    try:
        above = interval.low is None or ordered(">=" if interval.low_included else ">", value, interval.low)
        below = interval.high is None or ordered("<=" if interval.high_included else "<", value, interval.high)
    except Undefined:
        return None
    return above and below
