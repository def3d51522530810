"""Makes decision tables smaller that decide the same: rows that make no difference are dropped, rows that differ in one cell joined.

Every input is cut into regions within which no cell changes its answer; a cell is then the set of regions that it accepts, and what
a table decides is known from the rows that fire in each combination of regions. So nothing here is a guess: `difference` walks all
combinations of two tables, and `simplify` does only what it would find no difference in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bpmn.decisions.bounds import End
from bpmn.decisions.model import Aggregation, DecisionTable, HitPolicy, Rule
from bpmn.decisions.regions import NotConstant, Region, regions
from bpmn.decisions.tables import indexes, interval
from bpmn.feel import FeelError
from bpmn.feel.builtins.conversion import text_of
from bpmn.feel.parsing import read_unary_tests
from bpmn.feel.running import Run
from bpmn.feel.values import Value

MOST_COMBINATIONS = 50_000
MOST_COMPARISONS = 2_000_000
Cell: TypeAlias = frozenset[int]  # the regions of an input that the cell accepts, by their number
_IN_ORDER = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER})
_ONE_DECIDES = frozenset({HitPolicy.FIRST, HitPolicy.PRIORITY})


class TooManyCombinations(ValueError):
    """The table has more combinations of inputs than are walked."""


@dataclass(frozen=True, slots=True)
class Simplified:
    """A table that decides the same. `dropped` are the numbers of rows that made no difference, `joined` those of rows that became
    one; `reason` says why nothing could be done to a table whose cells are not compared with constants.
    """

    table: DecisionTable
    dropped: tuple[int, ...] = ()
    joined: tuple[tuple[int, ...], ...] = ()
    reason: str = ""


def simplify(table: DecisionTable) -> Simplified:
    """The table with fewer rows; for every input, null included, the same answer or the same contradiction."""
    if not table.inputs or any(len(rule.inputs) != len(table.inputs) for rule in table.rules):
        return Simplified(table, reason="its rows do not have a cell for each input.")
    try:
        cut = [regions(table, index, strange=True) for index in range(len(table.inputs))]
        rows = _Rows(table, cut)
        dropped = tuple(rows.drop_idle())
    except (FeelError, NotConstant, TooManyCombinations) as error:
        return Simplified(table, reason=str(error))
    rows.join()
    made = replace(table, rules=tuple(row.rule for row in rows.kept))
    return Simplified(made, dropped, tuple(row.numbers for row in rows.kept if len(row.numbers) > 1))


def difference(one: DecisionTable, other: DecisionTable) -> Mapping[str, Value] | None:
    """Inputs for which two tables of the same inputs and policy answer differently; None where there are none.

    Raises NotConstant, TooManyCombinations, and FeelError for cells that cannot be read.
    """
    both = replace(one, rules=(*one.rules, *other.rules))
    cut = [regions(both, index, strange=True) for index in range(len(one.inputs))]
    size = len(one.rules)
    for rows, samples in _combinations(cut, (1 << len(both.rules)) - 1):
        if _answer(one, rows & ((1 << size) - 1)) != _answer(other, rows >> size):
            return dict(zip((column.expression for column in one.inputs), samples, strict=True))
    return None


def _combinations(cut: list[list[Region]], rows: int) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Every set of rows that fire together, with inputs for which they do; the same rows in the same column are walked once."""
    seen: set[tuple[int, int]] = set()
    todo: list[tuple[int, int, tuple[Value, ...]]] = [(0, rows, ())]
    while todo:
        column, alive, samples = todo.pop()
        if (column, alive) in seen:
            continue
        seen.add((column, alive))
        if len(seen) > MOST_COMBINATIONS:
            raise TooManyCombinations("there are too many combinations of inputs.")
        if column == len(cut):
            yield alive, samples
        else:
            todo += [(column + 1, alive & region.rows, (*samples, region.sample)) for region in cut[column]]


def _answer(table: DecisionTable, rows: int) -> Any:
    """What the hit policy makes of the rows that fire; equal for equal answers."""
    fired = [table.rules[index].outputs for index in indexes(rows)]
    if table.hit_policy is HitPolicy.FIRST:
        return fired[:1]
    if table.hit_policy is HitPolicy.UNIQUE:
        return fired if len(fired) < 2 else "contradiction"
    if table.hit_policy is HitPolicy.PRIORITY:
        return list(dict.fromkeys(fired))
    if table.hit_policy is HitPolicy.ANY or table.aggregation in (Aggregation.MIN, Aggregation.MAX):
        return set(fired)
    return sorted(fired) if table.aggregation else fired


@dataclass(slots=True)
class _Row:
    rule: Rule
    cells: tuple[Cell, ...]
    numbers: tuple[int, ...]

    def meets(self, other: _Row) -> bool:
        """Can both fire together?"""
        return all(one & two for one, two in zip(self.cells, other.cells, strict=True))


@dataclass(slots=True)
class _Rows:
    """The rows that are left of a table on its way to fewer."""

    table: DecisionTable
    cut: list[list[Region]]
    kept: list[_Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, rule in enumerate(self.table.rules):
            cells = tuple(frozenset(n for n, r in enumerate(column) if r.rows >> index & 1) for column in self.cut)
            self.kept.append(_Row(rule, cells, (index + 1,)))

    def drop_idle(self) -> Iterator[int]:
        """Drops rows without which every answer is the same, the last first; their numbers in order."""
        combinations = {rows for rows, _ in _combinations(self.cut, (1 << len(self.kept)) - 1)}
        if len(combinations) * len(self.kept) > MOST_COMPARISONS:
            raise TooManyCombinations("there are too many combinations of inputs.")
        for index in reversed(range(len(self.kept))):
            bit = 1 << index
            if all(
                _answer(self.table, rows) == _answer(self.table, rows & ~bit) for rows in combinations if rows & bit
            ):
                combinations = {rows & ~bit for rows in combinations}
                self.kept[index].numbers = ()
        idle = [index + 1 for index, row in enumerate(self.kept) if not row.numbers]
        self.kept = [row for row in self.kept if row.numbers]
        yield from idle

    def join(self) -> None:
        """Joins pairs of rows as long as there are any."""
        at = 0
        while at < len(self.kept):
            after = next((n for n in range(at + 1, len(self.kept)) if self._join(at, n)), None)
            at = at + 1 if after is None else 0

    def _join(self, first: int, second: int) -> bool:
        one, two = self.kept[first], self.kept[second]
        if one.rule.outputs != two.rule.outputs:
            return False
        differing = [n for n, (a, b) in enumerate(zip(one.cells, two.cells, strict=True)) if a != b]
        if len(differing) > 1 or (one.meets(two) and self._counts_twice()):
            return False
        between = self.kept[first + 1 : second]
        stays = not any(self._order_matters(two, row) for row in between)
        if not stays and any(self._order_matters(one, row) for row in between):
            return False
        joined = _joined(one, two, differing[0] if differing else 0)
        if joined is None:
            return False
        self.kept[first if stays else second] = joined
        del self.kept[second if stays else first]
        return True

    def _counts_twice(self) -> bool:
        """Is it something else when two rows that say the same fire together?"""
        several = self.table.hit_policy in (HitPolicy.COLLECT, *_IN_ORDER)
        extreme = self.table.aggregation in (Aggregation.MIN, Aggregation.MAX)
        return self.table.hit_policy is HitPolicy.UNIQUE or (several and not extreme)

    def _order_matters(self, row: _Row, other: _Row) -> bool:
        ordered = self.table.hit_policy in _IN_ORDER or (
            self.table.hit_policy is HitPolicy.COLLECT and not self.table.aggregation
        )
        if self.table.hit_policy in _ONE_DECIDES:
            return row.rule.outputs != other.rule.outputs and row.meets(other)
        return ordered and row.meets(other)


def _joined(one: _Row, two: _Row, column: int) -> _Row | None:
    text = _either(one.rule.inputs[column], two.rule.inputs[column], one.cells[column], two.cells[column])
    if text is None:
        return None
    inputs = tuple(text if n == column else cell for n, cell in enumerate(one.rule.inputs))
    cells = tuple(a | b for a, b in zip(one.cells, two.cells, strict=True))
    notes = dict.fromkeys(note for note in (one.rule.description, two.rule.description) if note)
    return _Row(
        replace(one.rule, inputs=inputs, description="; ".join(notes)),
        cells,
        tuple(sorted((*one.numbers, *two.numbers))),
    )


def _either(one: str, other: str, accepts: Cell, other_accepts: Cell) -> str | None:
    """A cell that accepts what either cell accepts; None where that cannot be written."""
    if accepts >= other_accepts:
        return one
    if other_accepts >= accepts:
        return other
    first, second = read_unary_tests(one), read_unary_tests(other)
    if first.negated or second.negated:  # type: ignore[attr-defined]
        return None
    return _touching(interval(first), interval(second)) or f"{one}, {other}"  # type: ignore[arg-type]


def _touching(one: tuple[End | None, End | None] | None, other: tuple[End | None, End | None] | None) -> str | None:
    """One interval for two that meet without a gap."""
    for left, right in ((one, other), (other, one)) if one and other else ():
        (low, end), (start, high) = left, right
        if end and start and end[0] == start[0] and (end[1] or start[1]):
            return _interval_text(low, high)
    return None


def _interval_text(low: End | None, high: End | None) -> str | None:
    """None where both ends are open: `-` would accept null besides."""
    if low and high:
        return f"{'[' if low[1] else '('}{_literal(low[0])}..{_literal(high[0])}{']' if high[1] else ')'}"
    if low:
        return f"{'>=' if low[1] else '>'} {_literal(low[0])}"
    return f"{'<=' if high[1] else '<'} {_literal(high[0])}" if high else None


def _literal(value: Value) -> str:
    return f'@"{value.isoformat()}"' if isinstance(value, dt.date) else text_of(Run(), value)
