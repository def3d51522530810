"""Says in words what a decision table decides, and why it decided one case as it did, in Chinese and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bpmn.decisions.deciding import Decided, decide
from bpmn.decisions.model import Decision, DecisionModel, DecisionTable, HitPolicy, Input, Output
from bpmn.decisions.phrases import PHRASES, Phrases
from bpmn.decisions.tables import constant
from bpmn.feel import FeelError, Range, syntax
from bpmn.feel.builtins.conversion import text_of
from bpmn.feel.evaluating import unary_test
from bpmn.feel.parsing import read_expression, read_unary_tests
from bpmn.feel.running import Run
from bpmn.feel.values import Value

Shown: TypeAlias = Callable[[str, Value], str]  # a value of a variable in the reader's words


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided and why: the answer of `decide`, and a sentence for each row that fired, or for each that nearly did."""

    decided: Decided
    sentences: tuple[str, ...]


def describe(decision: Decision, language: str = "zh", shown: Shown | None = None) -> list[str]:
    """What a table decides: a sentence on how its rows work together, then one for each row. No sentences for another expression."""
    if not isinstance(decision.expression, DecisionTable):
        return []
    words = _Words(decision.expression, language, shown)
    say, table = words.say, decision.expression
    asked = say["list"].join(dict.fromkeys(map(words.column, table.inputs)))
    first = say["decides"].format(decision=decision.label(language), inputs=asked, policy=say[f"policy {words.policy}"])
    return [first, *(words.row(number) for number in range(1, len(table.rules) + 1))]


def explain(
    model: DecisionModel,
    context: Mapping[str, Any],
    decision: str | None = None,
    *,
    language: str = "zh",
    now: dt.datetime | None = None,
    shown: Shown | None = None,
) -> Explanation:
    """The answer of `decide` for these variables, and why: which row fired because of which values, or why none did.

    Raises what `decide` raises. A decision that is no table has an answer but no sentences.
    """
    decided = decide(model, context, decision, now=now)
    element = model.find(decision) if decision else next((d for d in model.decisions if d.name in decided.inputs), None)
    if not isinstance(element, Decision) or not isinstance(element.expression, DecisionTable):
        return Explanation(decided, ())
    words = _Words(element.expression, language, shown)
    values = decided.inputs.get(element.name, ())
    if decided.rows:
        return Explanation(decided, tuple(words.fired(number, values) for number in decided.rows))
    missed = (words.missed(number, values, context) for number in range(1, len(element.expression.rules) + 1))
    return Explanation(decided, (words.say["nothing"], *missed))


class _Words:
    """One table in one language."""

    def __init__(self, table: DecisionTable, language: str, shown: Shown | None) -> None:
        self.table, self.language, self.shown = table, language, shown
        self.say: Phrases = PHRASES.get(language) or PHRASES["en"]

    @property
    def policy(self) -> str:
        if self.table.hit_policy is HitPolicy.COLLECT and self.table.aggregation:
            return self.table.aggregation.value
        return self.table.hit_policy.value

    # -- sentences

    def row(self, number: int) -> str:
        conditions = [
            text for text in map(self.condition, self.table.inputs, self.table.rules[number - 1].inputs) if text
        ]
        phrase = (
            self.say["row"] if conditions else self.say["row otherwise" if self.after_others(number) else "row of all"]
        )
        return phrase.format(row=number, conditions=self.say["and"].join(conditions), result=self.result(number))

    def fired(self, number: int, values: tuple[Value, ...]) -> str:
        cells = zip(self.table.inputs, self.table.rules[number - 1].inputs, values, strict=False)
        reasons = [self.reason(column, cell, value) for column, cell, value in cells if cell.strip() != "-"]
        always = "fired otherwise" if self.after_others(number) else "fired always"
        phrase = self.say["fired" if reasons else always]
        return phrase.format(row=number, reasons=self.say["and"].join(reasons), result=self.result(number))

    def after_others(self, number: int) -> bool:
        return self.table.hit_policy is HitPolicy.FIRST and number > 1

    def missed(self, number: int, values: tuple[Value, ...], context: Mapping[str, Any]) -> str:
        """Why a row did not fire: the first of its cells that the value does not pass."""
        for column, cell, value in zip(self.table.inputs, self.table.rules[number - 1].inputs, values, strict=False):
            if not _passes(cell, value, context):
                test = self.cell(column, cell)
                given = self.value(column.expression, value)
                return self.say["missed"].format(row=number, column=self.column(column), value=given, test=test)
        return self.say["missed unseen"].format(row=number)

    def result(self, number: int) -> str:
        named = [
            self.say["is"].format(name=self.named(output), value=self.output(output, text))
            for output, text in zip(self.table.outputs, self.table.rules[number - 1].outputs, strict=False)
        ]
        return self.say["and"].join(named)

    def condition(self, column: Input, cell: str) -> str:
        test = self.cell(column, cell)
        return self.say["condition"].format(column=self.column(column), test=test) if test else ""

    def reason(self, column: Input, cell: str, value: Value) -> str:
        given = self.value(column.expression, value)
        test = self.cell(column, cell)
        bare = self.say["is value"].format(value=given)
        phrase = self.say["reason bare"] if test == bare else self.say["reason"]
        return phrase.format(column=self.column(column), value=given, test=test)

    # -- names and values

    def column(self, column: Input | Output) -> str:
        own = column.names.get(self.language) or column.label
        return own or (column.expression if isinstance(column, Input) else column.name)

    def named(self, output: Output) -> str:
        return self.column(output) or self.say["result"]

    def output(self, output: Output, text: str) -> str:
        try:
            tree = read_expression(text)
        except FeelError:
            return text
        value = constant(tree)
        return text if value is None else self.value(output.name, value)

    def value(self, variable: str, value: Value) -> str:
        if value is None:
            return self.say["empty"]
        if self.shown is not None and (text := self.shown(variable, value)):
            return text
        if type(value) is bool:
            return self.say["true"] if value else self.say["false"]
        return self.say["quoted"].format(text=value) if type(value) is str else text_of(Run(), value)

    # -- cells

    def cell(self, column: Input, cell: str) -> str:
        """The tests of a cell in words; nothing for `-`."""
        try:
            tree = read_unary_tests(cell)
        except FeelError:
            return self.say["passes"].format(test=cell)
        assert isinstance(tree, syntax.UnaryTests)
        tests = [self.test(column, test, cell) for test in tree.tests]
        if None in tests:
            return self.say["passes"].format(test=cell)
        joined = self.say["or"].join(dict.fromkeys(test for test in tests if test))
        return self.say["not"].format(tests=joined) if tree.negated else joined

    def test(self, column: Input, test: syntax.Node, cell: str) -> str | None:
        """One test in words; None where it is more than a comparison with a constant."""
        name = column.expression
        if isinstance(test, syntax.UnaryComparison):
            value = constant(test.operand)
            return None if value is None else self.say[test.operator].format(value=self.value(name, value))
        if isinstance(test, syntax.RangeLiteral):
            return self.range(name, test)
        if isinstance(test, syntax.Literal | syntax.Negation):
            value = constant(test)
            is_null = isinstance(test, syntax.Literal) and test.value is None
            return self.say["is value"].format(value=self.value(name, value)) if is_null or value is not None else None
        return None

    def range(self, name: str, test: syntax.RangeLiteral) -> str | None:
        low, high = constant(test.low), constant(test.high)
        if low is None or high is None or isinstance(low, Range):
            return None
        above, below = self.say[">=" if test.low_included else ">"], self.say["<=" if test.high_included else "<"]
        return self.say["and"].join(
            [above.format(value=self.value(name, low)), below.format(value=self.value(name, high))]
        )


def _passes(cell: str, value: Value, context: Mapping[str, Any]) -> bool:
    try:
        return unary_test(cell, value, context)
    except FeelError:
        return False
