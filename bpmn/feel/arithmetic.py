"""Addition, subtraction, multiplication, division and power of every pair of types that has them (DMN 1.5, table 55 ff.)."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import TypeAlias

from bpmn.feel import temporal as t
from bpmn.feel.eras import Day
from bpmn.feel.values import CONTEXT, FarDate, FarMoment, Undefined, Value, YearsMonths, kind

_AS_FAR: dict[type, tuple[type, ...]] = {dt.date: (dt.date, FarDate), dt.datetime: (dt.datetime, FarMoment)}
Operation: TypeAlias = Callable[[Value, Value], Value]
Table: TypeAlias = dict[tuple[type, type], Operation]

_MICROSECOND = dt.timedelta(microseconds=1)
NUMBER, TEXT, DATE, TIME, MOMENT, LENGTH, MONTHS = (
    Decimal,
    str,
    dt.date,
    dt.time,
    dt.datetime,
    dt.timedelta,
    YearsMonths,
)


def _months(value: Decimal) -> YearsMonths:
    return t.months_duration(int(value.to_integral_value(decimal.ROUND_DOWN)))


def _length(micros: Decimal) -> dt.timedelta:
    if abs(micros) > Decimal("8.6e22"):
        raise Undefined("The duration is too long.")
    return int(micros.to_integral_value(decimal.ROUND_HALF_EVEN)) * _MICROSECOND


def _scaled(length: dt.timedelta, factor: Decimal) -> dt.timedelta:
    return _length(CONTEXT.multiply(Decimal(length // _MICROSECOND), factor))


def _divided(length: dt.timedelta, divisor: Decimal) -> dt.timedelta:
    return _length(CONTEXT.divide(Decimal(length // _MICROSECOND), divisor))


def _ratio(one: dt.timedelta, other: dt.timedelta) -> Decimal:
    return CONTEXT.divide(Decimal(one // _MICROSECOND), Decimal(other // _MICROSECOND))


def _minus_months(at: Day, length: YearsMonths) -> Day:
    return t.add_months(at, YearsMonths(-length.months))


def _swapped(operation: Operation) -> Operation:
    return lambda one, other: operation(other, one)


ADD: Table = {
    (NUMBER, NUMBER): CONTEXT.add,
    (TEXT, TEXT): lambda a, b: a + b,
    (DATE, LENGTH): t.add_to_date,
    (LENGTH, DATE): _swapped(t.add_to_date),
    (MOMENT, LENGTH): t.add_days_time,
    (LENGTH, MOMENT): _swapped(t.add_days_time),
    (TIME, LENGTH): t.add_to_time,
    (LENGTH, TIME): _swapped(t.add_to_time),
    (DATE, MONTHS): t.add_months,
    (MONTHS, DATE): _swapped(t.add_months),
    (MOMENT, MONTHS): t.add_months,
    (MONTHS, MOMENT): _swapped(t.add_months),
    (LENGTH, LENGTH): lambda a, b: a + b,
    (MONTHS, MONTHS): lambda a, b: t.months_duration(a.months + b.months),
}
SUBTRACT: Table = {
    (NUMBER, NUMBER): CONTEXT.subtract,
    (DATE, DATE): t.between,
    (MOMENT, MOMENT): t.between,
    (DATE, MOMENT): t.between,
    (MOMENT, DATE): t.between,
    (TIME, TIME): t.between_times,
    (DATE, LENGTH): lambda a, b: t.add_to_date(a, -b),
    (MOMENT, LENGTH): lambda a, b: t.add_days_time(a, -b),
    (TIME, LENGTH): lambda a, b: t.add_to_time(a, -b),
    (DATE, MONTHS): _minus_months,
    (MOMENT, MONTHS): _minus_months,
    (LENGTH, LENGTH): lambda a, b: a - b,
    (MONTHS, MONTHS): lambda a, b: t.months_duration(a.months - b.months),
}
for _table in (ADD, SUBTRACT):  # far dates count as near ones do
    for (_one, _other), _operation in tuple(_table.items()):
        for _pair in product(_AS_FAR.get(_one, (_one,)), _AS_FAR.get(_other, (_other,))):
            _table.setdefault(_pair, _operation)
MULTIPLY: Table = {
    (NUMBER, NUMBER): CONTEXT.multiply,
    (LENGTH, NUMBER): _scaled,
    (NUMBER, LENGTH): _swapped(_scaled),
    (MONTHS, NUMBER): lambda a, b: _months(CONTEXT.multiply(Decimal(a.months), b)),
    (NUMBER, MONTHS): lambda a, b: _months(CONTEXT.multiply(a, Decimal(b.months))),
}
DIVIDE: Table = {
    (NUMBER, NUMBER): CONTEXT.divide,
    (LENGTH, NUMBER): _divided,
    (LENGTH, LENGTH): _ratio,
    (MONTHS, NUMBER): lambda a, b: _months(CONTEXT.divide(Decimal(a.months), b)),
    (MONTHS, MONTHS): lambda a, b: CONTEXT.divide(Decimal(a.months), Decimal(b.months)),
}


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return CONTEXT.power(base, exponent) if exponent else Decimal(1)


def steps(sign: str, other: Value) -> int:
    """What an operation costs besides the step of its node: roots and powers with fractions take as long as hundreds of sums."""
    if sign != "**" or type(other) is not Decimal:
        return 0
    return 20 if abs(other) < 1000 and other == int(other) else 200


POWER: Table = {(NUMBER, NUMBER): _power}
TABLES: dict[str, Table] = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE, "**": POWER}
_DOINGS = {"+": "added", "-": "subtracted", "*": "multiplied", "/": "divided", "**": "raised to a power"}


def calculate(sign: str, one: Value, other: Value) -> Value:
    """The result of one operation; raises Undefined where there is none."""
    operation = TABLES[sign].get((type(one), type(other)))
    if operation is None:
        raise Undefined(f"{kind(one)} and {kind(other)} cannot be {_DOINGS[sign]}.")
    try:
        return operation(one, other)
    except decimal.DecimalException as error:
        raise Undefined(_why(error)) from error
    except OverflowError as error:
        raise Undefined("The result is out of range.") from error


def _why(error: decimal.DecimalException) -> str:
    if isinstance(error, decimal.DivisionByZero | decimal.DivisionUndefined) or "DivisionUndefined" in str(error):
        return "A number cannot be divided by zero."
    return (
        "The result is too large for a number." if isinstance(error, decimal.Overflow) else "There is no such number."
    )


def negate(value: Value) -> Value:
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if type(value) is dt.timedelta:
        return -value
    if type(value) is YearsMonths:
        return YearsMonths(-value.months)
    raise Undefined(f"{kind(value)} has no negative.")
