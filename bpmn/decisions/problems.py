"""Finds the gaps, overlaps and idle rows of decision tables whose cells compare with constants.

Every input is cut at the constants of its cells into regions within which no cell changes its answer; one sample stands for each
region. Walking the combinations of regions then finds what no row, or more than one row, answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bpmn.decisions.model import Decision, DecisionModel, DecisionTable, HitPolicy
from bpmn.decisions.regions import NotConstant, Region, regions
from bpmn.decisions.tables import indexes
from bpmn.feel import FeelError
from bpmn.feel.builtins.conversion import text_of
from bpmn.feel.running import Run
from bpmn.feel.values import Value

MOST_COMBINATIONS = 50_000
MOST_EXAMPLES = 20


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
        cut = [regions(table, index) for index in range(len(table.inputs))]
    except (FeelError, NotConstant) as error:
        reason = f"{decision.name} is not checked for gaps and overlaps: {error}"
        return [TableProblem(decision.name, Flaw.UNCHECKED, reason)]
    survey = _Survey(decision, table, cut)
    if not survey.walk(0, (1 << len(table.rules)) - 1, ()):
        reason = f"{decision.name} has too many combinations of inputs to be checked for gaps and overlaps."
        return [TableProblem(decision.name, Flaw.UNCHECKED, reason)]
    return [*survey.problems.values(), *survey.idle_rows()]


class _Survey:
    """The walk over all combinations of regions of one table."""

    def __init__(self, decision: Decision, table: DecisionTable, regions: list[list[Region]]) -> None:
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
