"""Stored values come back exactly as they were."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import ForeignValue, Range, TooExpensive, YearsMonths
from bpmn.feel.codec import dumps, loads

zones = st.none() | st.sampled_from([dt.UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris")])
offsets = st.integers(-1439, 1439).map(lambda m: dt.timezone(dt.timedelta(minutes=m)))
folds = st.sampled_from([0, 1])
moments = st.builds(lambda d, f: d.replace(fold=f), st.datetimes(timezones=zones | offsets), folds)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(timezones=zones | offsets),
    moments,
    st.timedeltas(),
    st.integers(-(10**9), 10**9).map(YearsMonths),
)
values = st.recursive(
    scalars | st.builds(Range, scalars, scalars, st.booleans(), st.booleans()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("#number"), inner, max_size=4),
    max_leaves=12,
)


def same(one: object, other: object) -> bool:
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, Range):
        return (
            isinstance(other, Range) and same([one.low, one.high], [other.low, other.high]) and repr(one) == repr(other)
        )
    return type(one) is type(other) and one == other and repr(one) == repr(other)


@given(values)
def test_what_is_written_is_read_again_exactly(value: object) -> None:
    text = dumps(value)
    assert same(value, loads(text))
    text.encode()  # every text can be stored


def test_the_form_on_disk_is_readable() -> None:
    assert dumps({"amount": Decimal("1.50"), "年": dt.date(2026, 1, 31)}) == (
        '{"amount":{"#number":"1.50"},"年":{"#date":"2026-01-31"}}'
    )


def test_a_context_cannot_forge_a_tag() -> None:
    forged = {"#date": "2026-01-31"}
    assert loads(dumps(forged)) == forged


def test_a_repeated_hour_in_autumn_keeps_its_side() -> None:
    second = dt.datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=1)
    assert loads(dumps(second)).utcoffset() == dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "foreign",
    [1.5, b"x", object(), Decimal("NaN"), {1: 2}, {"a": {"b": [float("inf")]}}, 10**5000],
    ids=lambda value: type(value).__name__,
)
def test_what_feel_does_not_have_is_refused(foreign: object) -> None:
    with pytest.raises(ForeignValue):
        dumps(foreign)


@pytest.mark.parametrize(
    "text", ["{", '{"#number":"NaN"}', '{"#number":"x"}', '{"#tag":1}', '{"#date":5}', "[" * 100_000]
)
def test_what_was_not_written_by_us_is_refused(text: str) -> None:
    with pytest.raises(ForeignValue):
        loads(text)


def test_shared_parts_do_not_explode() -> None:
    value: list[object] = [Decimal(1)]
    for _ in range(40):
        value = [value, value]
    with pytest.raises(TooExpensive):
        dumps(value)


def test_a_list_that_contains_itself_is_refused() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(ForeignValue):
        dumps(circle)
