"""Finds the gaps, overlaps and idle rows of decision tables whose cells compare with constants.

Every input is cut at the constants of its cells into regions within which no cell changes its answer; one sample stands for each
region. Walking the combinations of regions then finds what no row, or more than one row, answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from bpmn.decisions.model import Decision, DecisionModel, DecisionTable, HitPolicy
from bpmn.decisions.tables import Column, indexes
from bpmn.feel import FeelError, syntax
from bpmn.feel.builtins.conversion import text_of
from bpmn.feel.compiling import Closure, close
from bpmn.feel.free_names import free_names
from bpmn.feel.parsing import read_unary_tests
from bpmn.feel.running import Run, Scope
from bpmn.feel.values import CONTEXT, SCALARS, Value

MOST_COMBINATIONS = 50_000
MOST_EXAMPLES = 20
_UNITS: dict[type, Any] = {
    dt.date: dt.timedelta(days=1),
    dt.datetime: dt.timedelta(seconds=1),
    dt.timedelta: dt.timedelta(seconds=1),
}
_OTHER_TEXT = "…"  # stands for every text that no cell names


class Flaw(StrEnum):
    GAP = "gap"
    OVERLAP = "overlap"
    IDLE = "idle"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong with a table; `rows` count from 1, `example` gives inputs as FEEL for which it shows."""

    decision: str
    flaw: Flaw
    message: str
    rows: tuple[int, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)


def table_problems(model: DecisionModel) -> list[TableProblem]:
    """The problems of every decision that is a table; at most twenty of each kind a table.

    A gap is reported where no row fires and there is no default; an overlap where several rows of a UNIQUE table fire, or rows of an
    ANY table that differ; an idle row where others of a FIRST table always come before it, or no input can reach it.
    """
    found: list[TableProblem] = []
    for decision in model.decisions:
        if isinstance(decision.expression, DecisionTable):
            found += _of_table(decision, decision.expression)
    return found


def _of_table(decision: Decision, table: DecisionTable) -> list[TableProblem]:
    try:
        regions = [_regions(table, index) for index in range(len(table.inputs))]
    except (FeelError, _NotConstant) as error:
        reason = f"{decision.name} is not checked for gaps and overlaps: {error}"
        return [TableProblem(decision.name, Flaw.UNCHECKED, reason)]
    survey = _Survey(decision, table, regions)
    if not survey.walk(0, (1 << len(table.rules)) - 1, ()):
        reason = f"{decision.name} has too many combinations of inputs to be checked for gaps and overlaps."
        return [TableProblem(decision.name, Flaw.UNCHECKED, reason)]
    return [*survey.problems.values(), *survey.idle_rows()]


class _NotConstant(ValueError):
    """A cell depends on something else than its input."""


@dataclass(frozen=True, slots=True)
class _Region:
    sample: Value
    rows: int  # the rows whose cell the sample passes, as bits


def _regions(table: DecisionTable, index: int) -> list[_Region]:
    """One region for every set of rows that some value of the input passes."""
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
    found: dict[int, _Region] = {}
    for sample in samples:
        if all(_passes(test, sample) for _, test in limits):
            rows = column.passing(sample, everything, Scope({}, None, Run()))
            found.setdefault(rows, _Region(sample, rows))
    return list(found.values())


def _nothing(scope: Scope) -> Value:
    return None


def _cell(text: str, index: int, number: int) -> tuple[syntax.Node, Closure]:
    tree = read_unary_tests(text)
    if free := sorted(free_names(tree)):
        raise _NotConstant(f"row {number}, input {index + 1} compares with {', '.join(free)}.")
    return tree, close(tree)


def _passes(test: Closure, sample: Value) -> bool:
    return test(Scope({"?": sample}, None, Run())) is True


def _samples(trees: list[syntax.Node], type_name: str | None) -> list[Value]:
    """One value for every region that the constants of the cells cut."""
    constants: list[Value] = []
    for tree in trees:
        constants += [value for value in _constants(tree) if value is not None]
    if any(type(value) not in SCALARS for value in constants):
        raise _NotConstant("the cells of one input compare with lists or contexts.")
    constants = list(dict.fromkeys(constants))
    kinds = {type(value) for value in constants}
    if len(kinds) > 1:
        raise _NotConstant("the cells of one input compare with values of different types.")
    if bool in kinds or type_name == "boolean":
        return [True, False]
    if str in kinds or not constants:
        return [*(c for c in constants if isinstance(c, str)), _OTHER_TEXT]
    return _between(sorted(constants))


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
        raise _NotConstant("the cells compare with values that have no neighbours to try.")
    beyond = [points[0] - unit, *(point + unit for point in points)]
    return [*points, *(value for value in beyond if value not in points)]


class _Survey:
    """The walk over all combinations of regions of one table."""

    def __init__(self, decision: Decision, table: DecisionTable, regions: list[list[_Region]]) -> None:
        self.decision, self.table, self.regions = decision, table, regions
        self.problems: dict[object, TableProblem] = {}
        self.seen: set[tuple[int, int]] = set()
        self.reached = 0

    def walk(self, column: int, rows: int, samples: tuple[Value, ...]) -> bool:
        """False where there are too many combinations. The same rows in the same column are walked once."""
        if (column, rows) in self.seen:
            return True
        self.seen.add((column, rows))
        if len(self.seen) > MOST_COMBINATIONS:
            return False
        if column == len(self.regions):
            self.judge(rows, samples)
            return True
        return all(self.walk(column + 1, rows & r.rows, (*samples, r.sample)) for r in self.regions[column])

    def judge(self, rows: int, samples: tuple[Value, ...]) -> None:
        fired = tuple(index + 1 for index in indexes(rows))
        self.reached |= rows & -rows if self.table.hit_policy is HitPolicy.FIRST else rows
        if not fired and not any(output.default for output in self.table.outputs):
            self.add(Flaw.GAP, (), samples, "no row answers")
        elif self.table.hit_policy is HitPolicy.UNIQUE and len(fired) > 1:
            self.add(Flaw.OVERLAP, fired, samples, f"rows {_listed(fired)} all answer")
        elif self.table.hit_policy is HitPolicy.ANY and len({self.table.rules[n - 1].outputs for n in fired}) > 1:
            self.add(Flaw.OVERLAP, fired, samples, f"rows {_listed(fired)} answer differently")

    def add(self, flaw: Flaw, rows: tuple[int, ...], samples: tuple[Value, ...], what: str) -> None:
        if self.table.hit_policy is HitPolicy.COLLECT and flaw is Flaw.GAP:
            return
        if sum(problem.flaw is flaw for problem in self.problems.values()) >= MOST_EXAMPLES:
            return
        inputs = [column.expression for column in self.table.inputs]
        example = {name: text_of(Run(), value) for name, value in zip(inputs, samples, strict=True)}
        shown = ", ".join(f"{name} = {text}" for name, text in example.items())
        message = f"{self.decision.name}: {what} for {shown}."
        self.problems[flaw, rows, samples] = TableProblem(self.decision.name, flaw, message, rows, example)

    def idle_rows(self) -> Iterator[TableProblem]:
        for index in range(len(self.table.rules)):
            if not self.reached >> index & 1:
                message = f"{self.decision.name}: row {index + 1} never fires."
                yield TableProblem(self.decision.name, Flaw.IDLE, message, (index + 1,))


def _listed(rows: tuple[int, ...]) -> str:
    return " and ".join(map(str, rows))
