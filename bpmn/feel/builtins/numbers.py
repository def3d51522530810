"""Functions of numbers (DMN 1.5, table 74)."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal

from bpmn.feel.calling import builtin
from bpmn.feel.running import Run
from bpmn.feel.values import CONTEXT, Undefined, YearsMonths

_LARGEST_SCALE, _SMALLEST_SCALE = 6176, -6111
_STEPS_OF_LOG, _STEPS_OF_EXP = 130, 60  # by the time that they take at their slowest


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """The number with that many decimal places; raises Undefined for a scale that decimals do not have."""
    if not _SMALLEST_SCALE <= scale <= _LARGEST_SCALE:
        raise Undefined(f"{scale} is no number of decimal places.")
    places = int(scale)
    exponent = int(number.as_tuple().exponent)
    if exponent >= 0 and places >= 0:
        return number
    if -exponent <= places and places - exponent > 0:
        return number
    quantum = Decimal((0, (1,), -places))
    return number.quantize(quantum, rounding, decimal.Context(prec=6200, Emin=-6200, Emax=6200))


@builtin("decimal", "n: number, scale: number")
def decimal_(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    return rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    return rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return rounded(n, scale, decimal.ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number")
def abs_(run: Run, n: Decimal) -> Decimal:
    return n.copy_abs()


@builtin("abs", "n: days and time duration")
def abs_length(run: Run, n: dt.timedelta) -> dt.timedelta:
    return abs(n)


@builtin("abs", "n: years and months duration")
def abs_months(run: Run, n: YearsMonths) -> YearsMonths:
    return YearsMonths(abs(n.months))


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    """dividend - divisor * floor(dividend / divisor): the result has the sign of the divisor."""
    if not divisor:
        raise Undefined("A number cannot be divided by zero.")
    try:
        rest = CONTEXT.remainder(dividend, divisor)
    except decimal.InvalidOperation as error:
        raise Undefined("The numbers are too far apart for a remainder.") from error
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt", "number: number")
def sqrt(run: Run, number: Decimal) -> Decimal:
    if number < 0:
        raise Undefined("A negative number has no square root.")
    return CONTEXT.sqrt(number)


@builtin("log", "number: number")
def log(run: Run, number: Decimal) -> Decimal:
    if number <= 0:
        raise Undefined("Only numbers above zero have a logarithm.")
    run.charge(_STEPS_OF_LOG)
    return CONTEXT.ln(number)


@builtin("exp", "number: number")
def exp(run: Run, number: Decimal) -> Decimal:
    run.charge(_STEPS_OF_EXP)
    return CONTEXT.exp(number)


@builtin("odd", "number: number")
def odd(run: Run, number: Decimal) -> bool:
    return abs(_halved(number)) == 1


@builtin("even", "number: number")
def even(run: Run, number: Decimal) -> bool:
    return _halved(number) == 0


def _halved(number: Decimal) -> Decimal:
    try:
        return CONTEXT.remainder(number, Decimal(2))
    except decimal.InvalidOperation:  # beyond 34 digits every number is a multiple of ten
        return Decimal(0)
