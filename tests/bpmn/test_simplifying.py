"""A simplified table decides the same as before, on every input; the index of its rows finds what a test of each row finds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import feel
from bpmn.decisions import (
    Aggregation,
    Decision,
    DecisionModel,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
    decide,
    difference,
    simplify,
)
from bpmn.errors import Undecidable

NUMBERS = ["-", "< 2", ">= 2", "[2..5]", "(5..7)", "[2..7]", "3", "3, 4", "not(3)", "(5..9]", "> 9", "null"]
TEXTS = ["-", '"a"', '"b"', '"a", "b"', 'not("a")']
DAYS = ["-", '<= @"2026-01-31"', '> @"2026-01-31"', '[@"2026-01-01"..@"2026-01-31"]', '(@"2026-01-31"..@"2026-02-28"]']
POLICIES = [(policy, None) for policy in HitPolicy] + [(HitPolicy.COLLECT, aggregation) for aggregation in Aggregation]
VALUES: dict[str, list[Any]] = {
    "n": [None, "x", *map(Decimal, ("0", "1.99", "2", "2.5", "3", "4", "5", "5.5", "7", "8", "9", "9.5"))],
    "t": [None, Decimal(1), "a", "b", "c"],
    "d": [
        None,
        *(dt.date(2026, m, d) for m, d in ((1, 1), (1, 31), (2, 1), (2, 28), (3, 1))),
        dt.datetime(2026, 1, 31, 9),
    ],
}
rows = st.builds(
    lambda n, t, d, out: Rule((n, t, d), (out,)),
    *(st.sampled_from(cells) for cells in (NUMBERS, TEXTS, DAYS)),
    st.sampled_from(["1", "2", "3"]),
)
tables = st.builds(
    lambda rules, policy: DecisionTable(
        tuple(map(Input, "ntd")), (Output("out", allowed="3, 1"),), tuple(rules), policy[0], policy[1]
    ),
    st.lists(rows, min_size=1, max_size=7),
    st.sampled_from(POLICIES),
)
cases = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


def model(table: DecisionTable) -> DecisionModel:
    return DecisionModel(
        name="m", namespace="", decisions=(Decision(id="x", name="x", variable="x", expression=table),)
    )


def answer(table: DecisionTable, case: dict[str, Any]) -> Any:
    try:
        return decide(model(table), case).value
    except Undecidable:
        return "contradiction"


@settings(max_examples=150, deadline=None)
@given(tables, st.lists(cases, min_size=8, max_size=8))
def test_a_simplified_table_decides_the_same(table: DecisionTable, tried: list[dict[str, Any]]) -> None:
    simple = simplify(table)
    assert len(simple.table.rules) <= len(table.rules)
    assert difference(table, simple.table) is None
    for case in tried:
        assert answer(simple.table, case) == answer(table, case)


@settings(max_examples=150, deadline=None)
@given(tables, tables, st.lists(cases, min_size=8, max_size=8))
def test_tables_that_do_not_differ_decide_the_same(
    one: DecisionTable, two: DecisionTable, tried: list[dict[str, Any]]
) -> None:
    other = DecisionTable(one.inputs, one.outputs, two.rules, one.hit_policy, one.aggregation)
    example = difference(one, other)
    if example is None:
        assert all(answer(one, case) == answer(other, case) for case in tried)


@given(tables, cases)
def test_the_rows_that_fire_are_those_whose_every_cell_passes(table: DecisionTable, case: dict[str, Any]) -> None:
    every = DecisionTable(table.inputs, table.outputs, table.rules, HitPolicy.RULE_ORDER)
    passing = [
        number
        for number, rule in enumerate(table.rules, 1)
        if all(feel.unary_test(cell, case[name], {}) for cell, name in zip(rule.inputs, "ntd", strict=True))
    ]
    assert list(decide(model(every), case).rows) == passing


def made(*rules: tuple[str, ...], policy: HitPolicy = HitPolicy.FIRST) -> DecisionTable:
    return DecisionTable((Input("n"), Input("t")), (Output("out"),), tuple(Rule(r[:2], r[2:]) for r in rules), policy)


def test_rows_that_touch_become_one_interval() -> None:
    simple = simplify(made(("[0..5]", "-", "1"), ("(5..9)", "-", "1"), ("-", "-", "2")))
    assert simple.table.rules[0].inputs == ("[0..9)", "-")
    assert simple.joined == ((1, 2),)


def test_a_row_behind_one_that_catches_all_is_dropped() -> None:
    assert simplify(made(("-", "-", "1"), ("> 5", "-", "2"))).dropped == (2,)


def test_a_row_that_says_what_the_next_would_say_is_dropped() -> None:
    assert simplify(made(("> 5", '"a"', "1"), ("> 5", "-", "1"), ("-", "-", "2"))).dropped == (1,)


def test_the_order_of_a_first_table_is_kept() -> None:
    table = made(("< 2", '"a"', "1"), ("< 5", "-", "2"), ("[2..9]", '"a"', "1"))
    assert simplify(table).table == table


def test_a_difference_is_shown_by_an_example() -> None:
    example = difference(made(("> 5", "-", "1")), made((">= 5", "-", "1")))
    assert example is not None and example["n"] == 5


def test_a_table_that_compares_with_variables_is_left_alone() -> None:
    simple = simplify(made(("> limit", "-", "1")))
    assert "limit" in simple.reason


@pytest.mark.parametrize("policy", [HitPolicy.UNIQUE, HitPolicy.ANY])
def test_values_of_one_input_are_listed(policy: HitPolicy) -> None:
    table = made(("1", '"a"', "1"), ("1", '"b"', "1"), ("1", '"c"', "2"), policy=policy)
    assert [rule.inputs for rule in simplify(table).table.rules] == [("1", '"a", "b"'), ("1", '"c"')]
