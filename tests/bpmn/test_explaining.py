"""A decision is explained in words: the table as a whole, and one case by the row that fired and the values that it fired for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bpmn.decisions import (
    Aggregation,
    Decision,
    DecisionModel,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
    describe,
    explain,
)
from bpmn.decisions.phrases import PHRASES

TABLE = DecisionTable(
    (Input("amount", label="金额", names={"en": "Amount"}), Input("grade", label="等级", names={"en": "Grade"})),
    (Output("risk", label="风险", names={"en": "Risk"}),),
    (
        Rule(("(5..100]", '"A", "B"'), ('"low"',)),
        Rule(("> 100", "-"), ('"high"',)),
        Rule(("-", 'not("D")'), ('"medium"',)),
    ),
    HitPolicy.FIRST,
)


def model(table: DecisionTable = TABLE) -> DecisionModel:
    decision = Decision(id="d", name="定级", variable="d", names={"en": "Rating"}, expression=table)
    return DecisionModel(name="m", namespace="", decisions=(decision,))


def test_a_table_reads_as_sentences() -> None:
    assert describe(model().decisions[0], "en") == [
        "Rating is decided by Amount, Grade. The first row that applies decides.",
        "Row 1: if Amount is above 5 and is at most 100 and Grade is “A” or is “B”, then Risk is “low”.",
        "Row 2: if Amount is above 100, then Risk is “high”.",
        "Row 3: if Grade is none of this: is “D”, then Risk is “medium”.",
    ]
    assert describe(model().decisions[0], "zh")[2] == "第2行:若金额超过100,则风险为“high”。"


def test_a_case_is_explained_by_the_row_that_fired() -> None:
    explained = explain(model(), {"amount": 200, "grade": "A"}, language="en")
    assert explained.decided.value == "high"
    assert explained.sentences == ("Row 2 applied, because Amount is 200 (is above 100); so Risk is “high”.",)
    chinese = explain(model(), {"amount": 50, "grade": "B"}, language="zh")
    assert chinese.sentences == ("适用第1行:金额为50(超过5且不超过100)且等级为“B”(为“A”或为“B”);因此风险为“low”。",)


def test_where_no_row_fires_each_says_why_not() -> None:
    sentences = explain(model(), {"amount": 1, "grade": "D"}, language="en").sentences
    assert sentences[0] == "No row applied."
    assert sentences[1] == "Row 1 did not: Amount is 1, but it asks whether it is above 5 and is at most 100."
    assert len(sentences) == 4


def test_values_may_be_given_in_the_words_of_a_form() -> None:
    words = {("grade", "A"): "excellent", ("risk", "low"): "harmless"}
    explained = explain(
        model(), {"amount": 50, "grade": "A"}, language="en", shown=lambda name, value: words.get((name, value), "")
    )
    assert "Grade is excellent" in explained.sentences[0] and "Risk is harmless" in explained.sentences[0]


def test_what_is_more_than_a_comparison_is_shown_as_it_is_written() -> None:
    rule = Rule(("? > limit + 1", "-"), ('"x"',))
    assert (
        "passes “? > limit + 1”"
        in describe(model(DecisionTable(TABLE.inputs, TABLE.outputs, (rule,))).decisions[0], "en")[1]
    )


@pytest.mark.parametrize("policy", [*HitPolicy, *Aggregation])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_hit_policy_has_its_sentence(policy: str, language: str) -> None:
    aggregation = policy if isinstance(policy, Aggregation) else None
    hit = HitPolicy.COLLECT if aggregation else HitPolicy(policy)
    table = DecisionTable(TABLE.inputs, TABLE.outputs, TABLE.rules, hit, aggregation)
    assert PHRASES[language][f"policy {policy}"] in describe(model(table).decisions[0], language)[0]


def test_dates_and_nothing_are_told() -> None:
    table = DecisionTable(
        (Input("day"),), (Output("x"),), (Rule(('< @"2026-03-01"',), ("1",)), Rule(("null",), ("2",)))
    )
    assert explain(model(table), {"day": dt.date(2026, 1, 31)}, language="en").sentences == (
        "Row 1 applied, because day is 2026-01-31 (is below 2026-03-01); so x is 1.",
    )
    assert explain(model(table), {"day": None}, language="en").sentences == (
        "Row 2 applied, because day is empty; so x is 2.",
    )


def test_both_languages_have_the_same_phrases() -> None:
    assert PHRASES["zh"].keys() == PHRASES["en"].keys()


def test_the_inputs_of_a_decision_are_told_with_its_rows() -> None:
    decided = explain(model(), {"amount": Decimal("7.5"), "grade": "A"}).decided
    assert decided.inputs == {"定级": (Decimal("7.5"), "A")}
