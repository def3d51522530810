"""Functions of lists (DMN 1.5, table 75, and sort)."""

from __future__ import annotations

import functools
from decimal import Decimal

from bpmn.feel.builtins.strings import position_from
from bpmn.feel.calling import builtin, invoke
from bpmn.feel.comparing import equal, ordered
from bpmn.feel.running import Run
from bpmn.feel.values import CONTEXT, Undefined, Value

Items = list[Value]


def has(run: Run, items: Items, wanted: Value) -> bool:
    return any(equal(item, wanted, run) is True for item in items)


def numbers_of(items: Items) -> list[Decimal]:
    if any(type(item) is not Decimal for item in items):
        raise Undefined("All items must be numbers.")
    return items


@builtin("list contains", "list: list, element: Any")
def list_contains(run: Run, items: Items, element: Value) -> bool:
    run.charge(len(items))
    return has(run, items, element)


@builtin("count", "list: list")
def count(run: Run, items: Items) -> Decimal:
    return Decimal(len(items))


@builtin("min", "list: list")
@builtin("min", "*c: list")
def min_(run: Run, items: Items) -> Value:
    return _extreme(run, items, "<")


@builtin("max", "list: list")
@builtin("max", "*c: list")
def max_(run: Run, items: Items) -> Value:
    return _extreme(run, items, ">")


def _extreme(run: Run, items: Items, sign: str) -> Value:
    run.charge(len(items))
    if not items or None in items:
        return None
    best = items[0]
    ordered(sign, best, best)
    for item in items[1:]:
        if ordered(sign, item, best):
            best = item
    return best


@builtin("sum", "list: list")
@builtin("sum", "*n: list")
def sum_(run: Run, items: Items) -> Value:
    run.charge(len(items))
    return functools.reduce(CONTEXT.add, numbers_of(items)) if items else None


@builtin("product", "list: list")
@builtin("product", "*n: list")
def product(run: Run, items: Items) -> Value:
    run.charge(len(items))
    return functools.reduce(CONTEXT.multiply, numbers_of(items)) if items else None


@builtin("mean", "list: list")
@builtin("mean", "*n: list")
def mean(run: Run, items: Items) -> Value:
    return CONTEXT.divide(sum_(run, items), Decimal(len(items))) if items else None


@builtin("median", "list: list")
@builtin("median", "*n: list")
def median(run: Run, items: Items) -> Value:
    run.charge(2 * len(items))
    if not items:
        return None
    in_order, middle = sorted(numbers_of(items)), len(items) // 2
    if len(items) % 2:
        return in_order[middle]
    return CONTEXT.divide(CONTEXT.add(in_order[middle - 1], in_order[middle]), Decimal(2))


@builtin("stddev", "list: list")
@builtin("stddev", "*n: list")
def stddev(run: Run, items: Items) -> Value:
    """The standard deviation of a sample (divided by n - 1)."""
    if len(items) < 2:
        raise Undefined("A standard deviation needs two numbers or more.")
    centre = mean(run, items)
    squares = [CONTEXT.power(CONTEXT.subtract(n, centre), Decimal(2)) for n in numbers_of(items)]
    return CONTEXT.sqrt(CONTEXT.divide(functools.reduce(CONTEXT.add, squares), Decimal(len(items) - 1)))


@builtin("mode", "list: list")
@builtin("mode", "*n: list")
def mode(run: Run, items: Items) -> Items:
    run.charge(2 * len(items))
    times: dict[Decimal, int] = {}
    for number in numbers_of(items):
        times[number] = times.get(number, 0) + 1
    most = max(times.values(), default=0)
    return sorted(number for number, n in times.items() if n == most)


@builtin("all", "list: list")
@builtin("all", "*b: list")
def all_(run: Run, items: Items) -> bool | None:
    run.charge(len(items))
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@builtin("any", "list: list")
@builtin("any", "*b: list")
def any_(run: Run, items: Items) -> bool | None:
    run.charge(len(items))
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(run: Run, items: Items, start: Decimal, length: Decimal | None = None) -> Items:
    first = position_from(start, len(items))
    if length is not None and not 1 <= length <= len(items) - first:
        raise Undefined("The part reaches beyond the list.")
    return items[first:] if length is None else items[first : first + int(length)]


@builtin("append", "list: list|null, *item: list")
def append(run: Run, items: Items | None, more: Items) -> Items:
    return run.list([*(items if items is not None else [None]), *more])


@builtin("concatenate", "*list: list")
def concatenate(run: Run, lists: Items) -> Items:
    if any(part is None for part in lists):
        raise Undefined("null cannot be concatenated.")
    joined: Items = []
    for part in lists:
        joined.extend(part if type(part) is list else [part])
        run.list(joined)
    return joined


@builtin("insert before", "list: list, position: number, newItem: Any")
def insert_before(run: Run, items: Items, position: Decimal, item: Value) -> Items:
    index = position_from(position, len(items))
    return run.list([*items[:index], item, *items[index:]])


@builtin("remove", "list: list, position: number")
def remove(run: Run, items: Items, position: Decimal) -> Items:
    index = position_from(position, len(items))
    return run.list([*items[:index], *items[index + 1 :]])


@builtin("list replace", "list: list, position: number, newItem: Any")
def list_replace(run: Run, items: Items, position: Decimal, item: Value) -> Items:
    index = position_from(position, len(items))
    return run.list([*items[:index], item, *items[index + 1 :]])


@builtin("list replace", "list: list, match: function, newItem: Any")
def list_replace_matches(run: Run, items: Items, match: Value, item: Value) -> Items:
    matched = [invoke(run, match, [old, item]) for old in items]
    if any(type(answer) is not bool for answer in matched):
        raise Undefined("The match function must say true or false for every item.")
    return run.list([item if hit else old for old, hit in zip(items, matched, strict=True)])


@builtin("reverse", "list: list")
def reverse(run: Run, items: Items) -> Items:
    return run.list(items[::-1])


@builtin("index of", "list: list, match: Any")
def index_of(run: Run, items: Items, match: Value) -> Items:
    run.charge(len(items))
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match, run) is True]


@builtin("union", "*list: list")
def union(run: Run, lists: Items) -> Items:
    return distinct_values(run, concatenate(run, lists))


@builtin("distinct values", "list: list")
def distinct_values(run: Run, items: Items) -> Items:
    kept: Items = []
    for item in items:
        run.charge(len(kept) + 1)
        if not has(run, kept, item):
            kept.append(item)
    return kept


@builtin("flatten", "list: list")
def flatten(run: Run, items: Items) -> Items:
    flat: Items = []
    todo = items[::-1]
    while todo:
        item = todo.pop()
        run.charge(1)
        if type(item) is list:
            todo.extend(item[::-1])
            run.charge(len(item))
        else:
            flat.append(item)
    return run.list(flat)


@builtin("sort", "list: list, precedes?: function")
def sort(run: Run, items: Items, precedes: Value = None) -> Items:
    def order(one: Value, other: Value) -> int:
        run.charge(1)
        if precedes is None:
            return -1 if ordered("<", one, other) else int(ordered(">", one, other))
        if _said(invoke(run, precedes, [one, other])):
            return -1
        return 1 if _said(invoke(run, precedes, [other, one])) else 0

    return sorted(items, key=functools.cmp_to_key(order))


def _said(answer: Value) -> bool:
    if type(answer) is not bool:
        raise Undefined("The function that orders two items must say true or false.")
    return answer
