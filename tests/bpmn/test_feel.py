"""What expressions mean: stories of conditions, dates, lists and errors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bpmn import feel
from bpmn.feel import Undecided, UnreadableExpression, YearsMonths

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
CASE = {"amount": Decimal("60000.50"), "risk": "high", "Monthly Salary": 3, "items": [{"price": 3}, {"price": 5}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2 = 0.3", True),
        ('amount > 50000 and risk = "high"', True),
        ("Monthly Salary * 12", Decimal(36)),
        ("sum(items.price)", Decimal(8)),
        ("items[price > 3].price", [Decimal(5)]),
        ("items[1].price", Decimal(3)),
        ("items[-1].price", Decimal(5)),
        ("for i in 1..3 return i * i", [Decimal(1), Decimal(4), Decimal(9)]),
        ("some i in items satisfies i.price = 5", True),
        ("every i in items satisfies i.price = 5", False),
        ('if risk = "high" then "audit" else "pass"', "audit"),
        ("amount between 1 and 100", False),
        ("5 in (1, [3..9])", True),
        ("3 in ]3..9]", False),
        ("null and false", False),
        ("null or true", True),
        ("null and true", None),
        ("-3 ** 2", Decimal(9)),
        ('date("2024-01-31") + duration("P1M")', dt.date(2024, 2, 29)),
        ('@"2026-03-02" - @"2026-03-01"', dt.timedelta(days=1)),
        ('years and months duration(@"2025-01-15", @"2026-03-14")', YearsMonths(13)),
        ("{a: 1, b: a + 1}.b", Decimal(2)),
        ("(function(x, y) x + y)(1, 2)", Decimal(3)),
        ('substring(string: "foobar", start position: 4)', "bar"),
        ("now()", NOW),
        ("today()", dt.date(2026, 3, 2)),
        ("amount instance of number", True),
        ('string join(["a", "b"], "、")', "a、b"),
        ('replace("2026-03-02", "(\\d+)-(\\d+)-(\\d+)", "$3.$2.$1")', "02.03.2026"),
    ],
)
def test_expressions_have_their_value(text: str, expected: object) -> None:
    assert feel.evaluate(text, CASE, now=NOW) == expected


@pytest.mark.parametrize(
    ("cell", "value", "passes"),
    [
        ("-", None, True),
        ("< 5", 4, True),
        ("[1..3], 7", 7, True),
        ("not([1..3], 7)", 7, False),
        ('"a", "b"', "b", True),
        ("> amount", 70000, True),
        ("? > 3 and ? < 5", 4, True),
        ("null", None, True),
        ("true", False, False),
        ("< 5", None, False),
    ],
)
def test_cells_pass_values(cell: str, value: object, passes: bool) -> None:
    assert feel.unary_test(cell, value, CASE) is passes


def test_names_are_the_free_variables() -> None:
    text = "for i in orders return i.net + Standard Rate + x1"
    assert feel.names(text) == {"orders", "Standard Rate", "x1"}
    assert feel.names("items[price > limit]") == {"items", "price", "limit"}
    assert feel.names("items[price > limit]", in_filters=False) == {"items"}


def test_a_variable_may_have_the_name_of_a_function() -> None:
    context = {"date": dt.date(2026, 3, 2), "count": 2, "item": "x", "mode": "paper"}
    assert feel.truth('date > date("2026-03-01") and count(["a", "b"]) = count and item = "x"', context)
    assert feel.names('date > date("2026-03-01") and mode = "paper"') == {"date", "mode"}
    assert feel.unary_test("< date", dt.date(2026, 3, 1), context)


def test_a_name_with_an_operator_is_read_when_it_is_known() -> None:
    assert feel.evaluate("net-amount + 1", {"net-amount": 5}) == 6


def test_chinese_names_need_no_quotes() -> None:
    assert feel.truth('申请金额 > 100000 and 信用等级 in ("A", "B")', {"申请金额": 200000, "信用等级": "A"})


def test_an_undecided_condition_names_what_is_missing() -> None:
    with pytest.raises(Undecided) as caught:
        feel.truth("amount > limit", CASE)
    assert caught.value.missing == ("limit",)
    assert "limit" in str(caught.value)


def test_a_condition_must_be_boolean() -> None:
    with pytest.raises(Undecided, match="a number"):
        feel.truth("amount + 1", CASE)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("amount >", 8, "missing"),
        ("amount == 3", 8, "="),
        ("amount > 3 amount", 11, "end here"),
        ("(amount", 7, ") is expected"),
        ("amount ＞ 3", 7, "half-width"),
        ('risk = "high', 7, "not closed"),
        ("amount > 3 && true", 11, "and"),
        ("if amount then 1", 16, "else"),
        ("not amount > 3", 0, "brackets"),
        ("amount is null", 10, "operator is missing"),
    ],
)
def test_errors_point_at_the_character(text: str, position: int, says: str) -> None:
    with pytest.raises(UnreadableExpression) as caught:
        feel.parse(text)
    assert caught.value.position == position
    assert says in str(caught.value)
    assert caught.value.pointer == f"{text}\n{' ' * position}^"


def test_null_comes_with_its_reason() -> None:
    outcome = feel.examine("1 / 0 + 2", {})
    assert outcome.value is None
    assert "divided by zero" in outcome.warnings[0].message
    assert outcome.warnings[0].position == 2


def test_the_time_is_only_what_was_given() -> None:
    assert feel.evaluate("now()", {}) is None
