"""Cuts the inputs of a decision table, whose cells compare with constants, into regions within which no cell changes its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bpmn.decisions.model import DecisionTable
from bpmn.decisions.tables import Column
from bpmn.feel import syntax
from bpmn.feel.compiling import Closure, close
from bpmn.feel.free_names import free_names
from bpmn.feel.parsing import read_unary_tests
from bpmn.feel.running import Run, Scope
from bpmn.feel.values import CONTEXT, SCALARS, Value

_UNITS: dict[type, Any] = {
    dt.date: dt.timedelta(days=1),
    dt.datetime: dt.timedelta(seconds=1),
    dt.timedelta: dt.timedelta(seconds=1),
}
_OTHER_TEXT = "…"  # stands for every text that no cell names


class NotConstant(ValueError):
    """A cell depends on something else than its input."""


@dataclass(frozen=True, slots=True)
class Region:
    sample: Value
    rows: int  # the rows whose cell the sample passes, as bits


def regions(table: DecisionTable, index: int, *, strange: bool = False) -> list[Region]:
    """One region for every set of rows that some value of the input passes. `strange` asks about null, values of another type
    and times between dates as well. Raises NotConstant, and FeelError for a cell that cannot be read.
    """
    column, trees = Column(_nothing), []
    for row, rule in enumerate(table.rules):
        text = rule.inputs[index] if index < len(rule.inputs) else "-"
        tree, closure = _cell(text, index, row + 1)
        column.add(row, text, tree, closure)
        trees.append(tree)
    allowed = table.inputs[index].allowed
    limits = [_cell(allowed, index, 0)] if allowed else []
    samples = _samples([*trees, *(tree for tree, _ in limits)], table.inputs[index].type)
    everything = (1 << len(table.rules)) - 1
    found: dict[int, Region] = {}
    for sample in [*samples, *_strange(samples)] if strange else samples:
        if sample is None or all(_passes(test, sample) for _, test in limits):
            rows = column.passing(sample, everything, Scope({}, None, Run()))
            found.setdefault(rows, Region(sample, rows))
    return list(found.values())


def _nothing(scope: Scope) -> Value:
    return None


def _cell(text: str, index: int, number: int) -> tuple[syntax.Node, Closure]:
    tree = read_unary_tests(text)
    if free := sorted(free_names(tree)):
        raise NotConstant(f"row {number}, input {index + 1} compares with {', '.join(free)}.")
    return tree, close(tree)


def _passes(test: Closure, sample: Value) -> bool:
    return test(Scope({"?": sample}, None, Run())) is True


def _samples(trees: list[syntax.Node], type_name: str | None) -> list[Value]:
    """One value for every region that the constants of the cells cut."""
    constants: list[Value] = []
    for tree in trees:
        constants += [value for value in _constants(tree) if value is not None]
    if any(type(value) not in SCALARS for value in constants):
        raise NotConstant("the cells of one input compare with lists or contexts.")
    constants = list(dict.fromkeys(constants))
    kinds = {type(value) for value in constants}
    if len(kinds) > 1:
        raise NotConstant("the cells of one input compare with values of different types.")
    if bool in kinds or type_name == "boolean":
        return [True, False]
    if str in kinds or not constants:
        return [*(c for c in constants if isinstance(c, str)), _OTHER_TEXT]
    return _between(sorted(constants))


def _strange(samples: list[Value]) -> list[Value]:
    """What an input may be although no cell names it; an empty context stands for every other type."""
    noons = [dt.datetime.combine(day, dt.time(12), dt.UTC) for day in samples if type(day) is dt.date]
    return [*noons, None, {}]


def _constants(node: syntax.Node) -> Iterator[Value]:
    """The constants in a cell; a call such as `date("2026-01-31")` is one."""
    if isinstance(node, syntax.Literal):
        yield node.value
    elif isinstance(node, syntax.Call | syntax.Negation) and "?" not in _all_names(node):
        yield close(node)(Scope({}, None, Run()))
    else:
        for child in syntax.children(node):
            yield from _constants(child)


def _all_names(node: syntax.Node) -> set[str]:
    own = {node.name} if isinstance(node, syntax.Name) else set()
    return own.union(*(_all_names(child) for child in syntax.children(node)))


def _between(points: list[Value]) -> list[Value]:
    """The points, a value between each two, and one beyond each end."""
    if isinstance(points[0], Decimal):
        inner = [CONTEXT.divide(CONTEXT.add(low, high), Decimal(2)) for low, high in pairwise(points)]
        return [points[0] - 1, *points, *inner, points[-1] + 1]
    unit = _UNITS.get(type(points[0]))
    if unit is None:
        raise NotConstant("the cells compare with values that have no neighbours to try.")
    inner = [low + (high - low) / 2 for low, high in pairwise(points)]
    return [points[0] - unit, *points, *(value for value in inner if value not in points), points[-1] + unit]
