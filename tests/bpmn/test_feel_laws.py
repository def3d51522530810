"""Laws of expressions, held against Python and against themselves."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bpmn import feel
from bpmn.feel import regex
from bpmn.feel.builtins.conversion import text_of
from bpmn.feel.running import Run

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**20), max_value=10**20)
keys = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True).filter(lambda key: key not in ("null", "true", "false"))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
truths = st.sampled_from([True, False, None])
TEXT = {True: "true", False: "false", None: "null"}


@given(values)
def test_a_value_written_as_feel_has_itself_as_its_value(value: Any) -> None:
    assert feel.evaluate(text_of(Run(), value), {}) == value


@given(values)
def test_a_variable_has_its_value(value: Any) -> None:
    assert feel.evaluate("x", {"x": value}) == value
    assert feel.evaluate("x = x", {"x": value}) is True


@given(truths, truths)
def test_logic_has_three_values(one: bool | None, other: bool | None) -> None:
    both = False if False in (one, other) else None if None in (one, other) else True
    either = True if True in (one, other) else None if None in (one, other) else False
    assert feel.evaluate(f"{TEXT[one]} and {TEXT[other]}", {}) is both
    assert feel.evaluate(f"{TEXT[one]} or {TEXT[other]}", {}) is either
    assert feel.evaluate(f"not({TEXT[one]} and {TEXT[other]}) = (not({TEXT[one]}) or not({TEXT[other]}))", {}) is True


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6).filter(bool))
def test_whole_numbers_count_as_in_python(one: int, other: int) -> None:
    context = {"a": one, "b": other}
    assert feel.evaluate("[a + b, a - b, a * b, modulo(a, b), floor(a / b)]", context) == [
        one + other,
        one - other,
        one * other,
        one % other,
        one // other,
    ]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 500))
def test_dates_move_forth_and_back(day: dt.date, days: int) -> None:
    context = {"day": day, "length": dt.timedelta(days=days)}
    assert feel.evaluate("day + length - length", context) == day
    assert feel.evaluate("(day + length) - day = length", context) is True
    later = feel.evaluate('day + duration("P1M")', context)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == 1


@given(st.lists(numbers, max_size=20))
def test_a_sorted_list_has_the_same_items_in_order(items: list[Decimal]) -> None:
    assert feel.evaluate("sort(items)", {"items": items}) == sorted(items)
    assert feel.evaluate("sort(items, function(x, y) x > y)", {"items": items}) == sorted(items, reverse=True)


@given(st.lists(st.integers(0, 5), max_size=8), st.integers(0, 5))
def test_filters_keep_what_passes(items: list[int], bound: int) -> None:
    assert feel.evaluate("items[item > bound]", {"items": items, "bound": bound}) == [i for i in items if i > bound]


signs = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "\\d"])
repeated = st.tuples(signs, st.sampled_from(["", "*", "+", "?", "*?", "+?", "{1,2}", "{2}"])).map("".join)
edges = st.sampled_from(["^", "$"])


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(inner, inner).map("".join) | st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})")


def looped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return combined(inner) | st.tuples(inner, st.sampled_from("*+?")).map(lambda p: f"(?:{p[0]}){p[1]}")


def in_python(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(pattern.replace("$", r"\Z"), text)


@given(st.recursive(repeated | edges, combined, max_leaves=8), st.text("abc1", max_size=10))
def test_patterns_find_what_those_of_python_find(pattern: str, text: str) -> None:
    found = [match[:2] for match in regex.find(Run(), regex.compile(pattern, ""), text)]
    expected = in_python(pattern, text)
    assert found[:1] == ([expected.span()] if expected else [])


@given(st.recursive(repeated | edges, looped, max_leaves=8), st.text("abc1", max_size=10))
def test_patterns_with_loops_match_where_those_of_python_match(pattern: str, text: str) -> None:
    assert feel.evaluate("matches(text, pattern)", {"text": text, "pattern": pattern}) is (
        in_python(pattern, text) is not None
    )


@given(st.text("ab$\\", max_size=8), st.text("ab", max_size=8))
def test_with_the_flag_q_every_character_stands_for_itself(pattern: str, text: str) -> None:
    assert feel.evaluate('matches(text, pattern, "q")', {"text": text, "pattern": pattern}) is (pattern in text)


@given(st.sampled_from(["a + b", "a > b", "items[item > a]", "for i in items return i + b", "{c: a, d: c + b}.d"]))
def test_the_free_variables_are_all_that_matters(text: str) -> None:
    everything = {"a": 1, "b": 2, "items": [1, 2, 3], "c": 9, "unused": "x"}
    needed = {name: everything[name] for name in feel.names(text)}
    assert feel.evaluate(text, needed) == feel.evaluate(text, everything) is not None
