"""Decision tables, ready to decide: which rows fire for the inputs, and what their hit policy makes of them.

Every column keeps sets of rows as the bits of one integer. Deciding looks equal values up, finds intervals of numbers and dates by
their sorted ends, and tests every other distinct cell once, so that a thousand rows cost little more than a few.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from bpmn.decisions.bounds import Bounds, End
from bpmn.decisions.model import Aggregation, HitPolicy
from bpmn.errors import Undecidable
from bpmn.feel import syntax as s
from bpmn.feel.builtins.lists import max_, min_, sum_
from bpmn.feel.comparing import ORDERS, equal
from bpmn.feel.compiling import Closure
from bpmn.feel.running import Run, Scope
from bpmn.feel.types import Type, convert
from bpmn.feel.values import CONTEXT, Undefined, Value

Test: TypeAlias = Callable[[Value, Scope], bool]
_LOOKED_UP = frozenset({Decimal, str, bool})
_SORTED = frozenset({Decimal, dt.date})
_NOWHERE: End = (None, False)
MULTIPLE = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER})


class DecisionRun(Run):
    """A run that also remembers which rows of which tables fired, counted from 1, and what their inputs were."""

    __slots__ = ("fired", "inputs")

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.fired: dict[str, tuple[int, ...]] = {}
        self.inputs: dict[str, tuple[Value, ...]] = {}


@dataclass(slots=True)
class Column:
    """The cells under one input: rows by equal value, rows of `-`, intervals by their ends, and every other distinct cell."""

    expression: Closure
    allowed: Closure | None = None
    anything: int = 0
    equal: dict[tuple[type, Value], int] = field(default_factory=dict)
    bounds: dict[type, Bounds] = field(default_factory=dict)
    tests: dict[str, tuple[Test, int]] = field(default_factory=dict)
    of_dates: dict[str, tuple[Test, int]] = field(default_factory=dict)  # dates that are compared with dates and times

    def add(self, row: int, text: str, tree: s.Node, closure: Closure) -> None:
        bit = 1 << row
        assert isinstance(tree, s.UnaryTests)
        constants = [constant(test) for test in tree.tests]
        if not tree.tests:
            self.anything |= bit
        elif not tree.negated and all(type(c) in _LOOKED_UP for c in constants):
            for value in constants:
                key = type(value), value
                self.equal[key] = self.equal.get(key, 0) | bit
        elif ends := interval(tree):
            kind = type((ends[0] or ends[1] or _NOWHERE)[0])
            self.bounds.setdefault(kind, Bounds()).add(*ends, bit)
            if kind is dt.date:
                _add_test(self.of_dates, text, closure, bit)
        else:
            _add_test(self.tests, text, closure, bit)

    def passing(self, value: Value, alive: int, scope: Scope) -> int:
        """Those of the rows still alive whose cell the value passes."""
        rows, kind = self.anything, type(value)
        if kind in _LOOKED_UP:
            rows |= self.equal.get((kind, value), 0)
        if kind in self.bounds:
            rows |= self.bounds[kind].holding(value)
        tests = self.tests | self.of_dates if kind is dt.datetime and self.of_dates else self.tests
        scope.run.charge(len(tests) + 1)
        inner = Scope({"?": value}, scope, scope.run)
        for test, tested in tests.values():
            if tested & alive & ~rows and test(value, inner):
                rows |= tested
        return rows & alive


def _add_test(tests: dict[str, tuple[Test, int]], text: str, closure: Closure, bit: int) -> None:
    test, rows = tests.get(text) or (general_test(closure), 0)
    tests[text] = test, rows | bit


def constant(node: s.Node) -> Value:
    """The value that a cell is, where that is a literal; None for anything else."""
    if isinstance(node, s.Negation) and isinstance(node.operand, s.Literal) and type(node.operand.value) is Decimal:
        return CONTEXT.minus(node.operand.value)
    return node.value if isinstance(node, s.Literal) else None


def interval(tree: s.UnaryTests) -> tuple[End | None, End | None] | None:
    """The ends of `< 5` and `[1..5)` with literal numbers or dates; None for any other cell."""
    if len(tree.tests) != 1 or tree.negated:
        return None
    test = tree.tests[0]
    if isinstance(test, s.UnaryComparison) and test.operator in ORDERS:
        end = constant(test.operand), test.operator in ("<=", ">=")
        if type(end[0]) in _SORTED:
            return (None, end) if test.operator in ("<", "<=") else (end, None)
    if isinstance(test, s.RangeLiteral):
        low, high = constant(test.low), constant(test.high)
        if type(low) is type(high) and type(low) in _SORTED and low <= high:
            return (low, test.low_included), (high, test.high_included)
    return None


def general_test(closure: Closure) -> Test:
    """Any other test, in a scope in which `?` is the value."""
    return lambda value, scope: closure(scope) is True


@dataclass(slots=True)
class ResultColumn:
    name: str
    type: Type | None
    order: tuple[Value, ...]  # the allowed values, the most important first
    default: Closure | None


@dataclass(slots=True)
class Table:
    """A table that is ready to decide; `owner` is the decision's name in errors and in the record of fired rows."""

    owner: str
    policy: HitPolicy
    aggregation: Aggregation | None
    columns: list[Column]
    results: list[ResultColumn]
    outputs: list[tuple[Closure, ...]]

    def decide(self, scope: Scope) -> Value:
        rows = self.fired(scope)
        if self.policy is HitPolicy.FIRST:
            rows = rows[:1]
        values = [self.row(index, scope) for index in rows]
        if self.policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER):
            rows, values = self.by_importance(rows, values, scope.run)
        if isinstance(scope.run, DecisionRun):
            scope.run.fired[self.owner] = tuple(index + 1 for index in rows)
        if not rows:
            return self.default(scope)
        return self.combined(rows, values, scope.run)

    def fired(self, scope: Scope) -> list[int]:
        """The indexes of the rows whose cells all pass."""
        alive = (1 << len(self.outputs)) - 1
        values = [column.expression(scope) for column in self.columns]
        if isinstance(scope.run, DecisionRun):
            scope.run.inputs[self.owner] = tuple(values)
        for column, value in zip(self.columns, values, strict=True):
            if column.allowed is not None and not _passes(column.allowed, value, scope):
                scope.run.warn(f"a value of {self.owner} is none of the allowed ones", 0)
                return []
            alive = column.passing(value, alive, scope)
        return indexes(alive)

    def row(self, index: int, scope: Scope) -> Value:
        values = [self._typed(c, out(scope), scope) for c, out in zip(self.results, self.outputs[index], strict=True)]
        return self._joined(values)

    def _typed(self, column: ResultColumn, value: Value, scope: Scope) -> Value:
        if column.type is None:
            return value
        try:
            return convert(value, column.type, scope.run)
        except Undefined as reason:
            scope.run.warn(f"{self.owner}: {reason.message}", 0)
            return None

    def _joined(self, values: list[Value]) -> Value:
        if len(values) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.results, values, strict=True)}

    def default(self, scope: Scope) -> Value:
        """The default outputs; without any, null, or no values at all where several are asked for."""
        if any(column.default for column in self.results):
            return self._joined([c.default(scope) if c.default else None for c in self.results])
        if self.aggregation is Aggregation.COUNT:
            return Decimal(0)
        return None

    def by_importance(self, rows: list[int], values: list[Value], run: Run) -> tuple[list[int], list[Value]]:
        def importance(pair: tuple[int, Value]) -> list[int]:
            parts = [pair[1]] if len(self.results) == 1 else list(pair[1].values())
            return [_rank(c.order, part, run) for c, part in zip(self.results, parts, strict=False)]

        pairs = sorted(zip(rows, values, strict=True), key=importance)
        if self.policy is HitPolicy.PRIORITY:
            pairs = pairs[:1]
        return [row for row, _ in pairs], [value for _, value in pairs]

    def combined(self, rows: list[int], values: list[Value], run: Run) -> Value:
        if self.policy in MULTIPLE:
            return self._aggregated(values, run)
        if len(rows) > 1 and self.policy is HitPolicy.UNIQUE:
            raise self._contradiction(rows, "only one row may fire")
        if self.policy is HitPolicy.ANY and any(equal(v, values[0], run) is not True for v in values[1:]):
            raise self._contradiction(rows, "rows that fire together must say the same")
        return values[0]

    def _aggregated(self, values: list[Value], run: Run) -> Value:
        if self.aggregation is None:
            return values
        if self.aggregation is Aggregation.COUNT:
            return Decimal(len(values))
        aggregate = {Aggregation.SUM: sum_, Aggregation.MIN: min_, Aggregation.MAX: max_}[self.aggregation]
        try:
            return aggregate(run, values)
        except Undefined as reason:
            run.warn(f"{self.owner}: {reason.message}", 0)
            return None

    def _contradiction(self, rows: list[int], rule: str) -> Undecidable:
        fired = tuple(index + 1 for index in rows)
        listed = " and ".join(map(str, fired))
        return Undecidable(self.owner, f"its hit policy says that {rule}, but rows {listed} fire.", fired)


def _passes(test: Closure, value: Value, scope: Scope) -> bool:
    return value is None or test(Scope({"?": value}, scope, scope.run)) is True


def _rank(order: tuple[Value, ...], value: Value, run: Run) -> int:
    return next((rank for rank, known in enumerate(order) if equal(known, value, run) is True), len(order))


def indexes(rows: int) -> list[int]:
    """The positions of the set bits, from the lowest."""
    found = []
    while rows:
        lowest = rows & -rows
        found.append(lowest.bit_length() - 1)
        rows ^= lowest
    return found
