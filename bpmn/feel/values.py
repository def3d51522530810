"""The values of FEEL and what they are called.

null is None, number is Decimal (34 digits), string is str, boolean is bool, date, time and date and time are those of datetime,
days and time duration is timedelta, list is list, context is dict. Only what Python lacks has a type here.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from bpmn.feel.errors import FeelError, ForeignValue

Value: TypeAlias = Any  # one of the types above; a closed union would need a cast at every use

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
DEEPEST_VALUE = 60
MOST_PARTS = 200_000


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration."""

    months: int


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date before the year 1 or after 9999: the same day of the years 2000 to 2399, `eras` of 400 years away."""

    eras: int
    near: dt.date


@dataclass(frozen=True, slots=True)
class FarMoment:
    """A date and time before the year 1 or after 9999, in the same way."""

    eras: int
    near: dt.datetime


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; `operator` is set where it was written as a comparison, such as `(< 10)`."""

    low: Value
    high: Value
    low_included: bool = True
    high_included: bool = True
    operator: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that an expression or a decision model defined. `call` takes the run and the arguments in order."""

    parameters: tuple[str, ...]
    call: Callable[..., Value]
    types: tuple[Any, ...] = ()
    result: Any = None


class Undefined(FeelError):
    """There is no such value; the sentence says why. Inside an expression it becomes null and a warning."""


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    dt.date: "date",
    dt.time: "time",
    dt.datetime: "date and time",
    dt.timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    FarDate: "date",
    FarMoment: "date and time",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
SCALARS = frozenset(
    {type(None), bool, Decimal, str, dt.date, dt.time, dt.datetime, dt.timedelta, YearsMonths, FarDate, FarMoment}
)


def kind(value: Value) -> str:
    """What FEEL calls the type of this value."""
    return KINDS.get(type(value), "function")


def accept(value: Any) -> Value:
    """The FEEL value for a Python value; raises ForeignValue for what FEEL does not have or for more than 200,000 parts."""
    return _Accepting().value(value, 0)


class _Accepting:
    """One value on its way in; counts its parts, since shared parts can make it far larger than its memory."""

    def __init__(self) -> None:
        self.parts = 0

    def value(self, value: Any, depth: int) -> Value:
        python = type(value)
        if python in SCALARS:
            return _accept_number(value) if python is Decimal else value
        if python is int:
            return _accept_whole(value)
        if isinstance(value, Mapping | list | tuple):
            return self.collection(value, depth + 1)
        if python in KINDS or hasattr(python, "overloads"):
            return value
        return _accept_unusual(value)

    def collection(self, value: Any, depth: int) -> Value:
        self.parts += len(value)
        if depth > DEEPEST_VALUE or self.parts > MOST_PARTS:
            raise ForeignValue("The value has too many parts, is nested too deeply, or contains itself.")
        if isinstance(value, Mapping):
            return {str(key): self.value(part, depth) for key, part in value.items()}
        return [self.value(part, depth) for part in value]


def _accept_whole(value: int) -> Decimal:
    try:
        return CONTEXT.create_decimal(value)
    except ArithmeticError as error:
        raise ForeignValue("The number is too large for FEEL.") from error


def _accept_number(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ForeignValue(f"{value} is no number that FEEL has.")
    return value


def _accept_unusual(value: Any) -> Value:
    """Children of the plain types, such as the members of a StrEnum."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _accept_whole(int(value))
    if isinstance(value, float):
        raise ForeignValue(f"{value!r} is a binary fraction; give a Decimal, which is exact.")
    raise ForeignValue(f"FEEL has no values of the type {type(value).__name__}.")
