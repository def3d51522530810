"""Walks lists and ranges for loops and filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from bpmn.feel.errors import TooExpensive
from bpmn.feel.running import LONGEST_LIST, Closure, Run, Scope
from bpmn.feel.values import CONTEXT, Range, Undefined, Value

_DAY = dt.timedelta(days=1)


def select(scope: Scope, items: list[Value], predicate: Closure, weight: int, position: int) -> Value:
    """The items for which the predicate is true, or the item of the number that it gives."""
    run, kept = scope.run, []
    for item in items:
        run.charge(weight)
        around = Scope({"item": item}, scope, run)
        answer = predicate(Scope(item, around, run) if type(item) is dict else around)
        if answer is True:
            kept.append(item)
        elif type(answer) is Decimal:
            return _at(run, items, answer, position)
    if not items and type(index := predicate(Scope({"item": None}, scope, run))) is Decimal:
        return _at(run, items, index, position)
    return kept


def _at(run: Run, items: list[Value], index: Decimal, position: int) -> Value:
    number = int(index)
    if number == 0 or abs(number) > len(items) or number != index:
        run.warn(f"there is no item {index} in a list of {len(items)}", position)
        return None
    return items[number - 1 if number > 0 else number]


Iterations: TypeAlias = tuple[tuple[str, Closure, Closure | None], ...]


def walk_iterations(iterations: Iterations, scope: Scope, weight: int) -> Iterator[Scope]:
    """A scope for every combination; the last variable turns fastest."""
    (name, source, end), rest = iterations[0], iterations[1:]
    for item in _domain(scope, source(scope), end):
        scope.run.charge(weight)
        inner = Scope({name: item}, scope, scope.run)
        if rest:
            yield from walk_iterations(rest, inner, weight)
        else:
            yield inner


def _domain(scope: Scope, value: Value, end: Closure | None) -> Iterator[Value]:
    return _steps(value, end(scope)) if end is not None else items_of(value)


def items_of(value: Value) -> Iterator[Value]:
    """What a loop walks: the items of a list, the steps of a range, or the one value; raises Undefined for null."""
    if type(value) is list:
        return iter(value)
    if type(value) is Range:
        return _steps_of_range(value)
    if value is None:
        raise Undefined("null cannot be walked through.")
    return iter((value,))


def _steps_of_range(interval: Range) -> Iterator[Value]:
    if interval.operator or interval.low is None or interval.high is None:
        raise Undefined("A range without an end cannot be walked through.")
    for value in _steps(interval.low, interval.high):
        outside = (value == interval.low and not interval.low_included) or (
            value == interval.high and not interval.high_included
        )
        if not outside:
            yield value


def _steps(first: Value, last: Value) -> Iterator[Value]:
    """The whole numbers or days from first to last, downwards where last is smaller."""
    numbers = type(first) is type(last) is Decimal and first == int(first) and last == int(last)
    if not numbers and not type(first) is type(last) is dt.date:
        raise Undefined("A range is walked through from one whole number or date to another.")
    size = abs(int(last) - int(first)) if numbers else abs((last - first).days)
    if size > LONGEST_LIST:
        raise TooExpensive(f"The range has more than the {LONGEST_LIST} steps that one loop may have.")
    sign = -1 if first > last else 1
    if numbers:
        return iter([CONTEXT.add(first, Decimal(sign * step)) for step in range(size + 1)])
    return iter([first + sign * step * _DAY for step in range(size + 1)])
