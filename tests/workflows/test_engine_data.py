"""Data of parallel branches: isolated while they run, merged without losing anybody's work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ActivityKind, Assignment, MultiInstance
from tests.builders import activity, both, end, model, service, start, user
from tests.workflows.playing import Play, Surroundings
from workflows.engine import begin, facts, prepare, resume
from workflows.engine.expressions import Expression
from workflows.engine.merging import merge

SPLIT = model(
    start(), both("s"), user("a"), user("b"), both("j"), user("z"), paths=["start > s > a > j > z", "s > b > j"]
)


def met(order: str, before: dict[str, Any], **writes: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    play = Play(SPLIT, before)
    for branch in order:
        play.complete(branch, **writes[branch])
    return dict(play.execution.variables(play.token("z"))), [c.path for c in play.said(facts.Conflict)]


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize(
    ("before", "a", "b", "after"),
    [
        ({"status": "new"}, {"status": "checked"}, {"y": 1}, {"status": "checked", "y": 1}),
        (
            {"inv": [{"ok": None}, {"ok": None}]},
            {"inv": [{"ok": True}, {"ok": None}]},
            {"inv": [{"ok": None}, {"ok": False}]},
            {"inv": [{"ok": True}, {"ok": False}]},
        ),
        ({"docs": [1, 2, 3]}, {"docs": [1, 2]}, {}, {"docs": [1, 2]}),
        ({"months": [1, 2, 3]}, {"months": [1, 2, 9]}, {"months": [7, 2, 3]}, {"months": [7, 2, 9]}),
        ({"l": ["x"]}, {"l": ["x", "x"]}, {"l": ["x", "x"]}, {"l": ["x", "x"]}),
        (
            {"cases": {"a": [{"no": "1"}], "b": [Decimal("1.10")]}},
            {"cases": {"a": [{"no": "1", "paid": date(2026, 3, 2)}], "b": [Decimal("1.10")]}},
            {"cases": {"a": [{"no": "1", "tax": Decimal("3.30")}], "b": [Decimal("2.20")]}},
            {"cases": {"a": [{"no": "1", "paid": date(2026, 3, 2), "tax": Decimal("3.30")}], "b": [Decimal("2.20")]}},
        ),
        ({"c": {"x": 1, "y": 1}}, {"c": {"x": 2, "y": 1}}, {"c": {"x": 1, "y": 2}}, {"c": {"x": 2, "y": 2}}),
        ({"v": 1}, {"v": 5}, {"v": 5}, {"v": 5}),
        ({"l": ["x", "y", "x"]}, {"l": ["y", "x"]}, {"l": ["x", "y", "x", "z"]}, {"l": ["y", "x", "z"]}),
        ({"v": 1}, {"v": Decimal(5)}, {"v": 5}, {"v": 5}),
        ({"v": Decimal("1.50")}, {"v": Decimal("1.5")}, {"v": Decimal(2)}, {"v": Decimal(2)}),
        ({"v": 5, "w": 1}, {"v": None}, {"w": 2}, {"v": None, "w": 2}),
        ({"c": {"a": 1, "b": 1}}, {"c": {"b": 1}}, {"c": {"a": 1, "b": 2}}, {"c": {"b": 2}}),
        (
            {"l": [{"n": 1}, {"n": 2}]},
            {"l": [{"n": 2}]},
            {"l": [{"n": 1}, {"n": 2, "ok": True}]},
            {"l": [{"n": 2, "ok": True}]},
        ),
    ],
)
def test_nobody_s_work_is_lost(
    order: str, before: dict[str, Any], a: dict[str, Any], b: dict[str, Any], after: dict[str, Any]
) -> None:
    assert met(order, before, a=a, b=b) == (after, [])


def test_both_append_and_all_is_kept() -> None:
    merged, conflicts = met("ab", {"notes": ["n0"]}, a={"notes": ["n0", "from a"]}, b={"notes": ["n0", "from b"]})
    assert sorted(merged["notes"]) == ["from a", "from b", "n0"] and not conflicts


def test_what_was_added_once_more_is_no_less_an_addition() -> None:
    merged, conflicts = met("ab", {"fines": [Decimal(50)]}, a={"fines": [50, 50]}, b={"fines": [50, Decimal(20)]})
    assert sorted(merged["fines"]) == [20, 50, 50] and not conflicts
    merged, _ = met("ab", {"l": [True]}, a={"l": [True, Decimal(1)]}, b={"l": [True, "y"]})
    assert [(type(item), item) for item in merged["l"]] == [(bool, True), (Decimal, 1), (str, "y")]


THREE = model(
    start(), both("s"), user("a"), both("t"), user("b"), user("c"), both("u"), both("j"), user("z"),
    paths=["start > s > a > j > z", "s > t > b > u > j", "t > c > u"],
)  # fmt: skip


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_branches_within_a_branch_lose_nothing_in_any_order(order: str) -> None:
    before = {"form": {"lines": [{"sum": Decimal("1.10")}, {"sum": Decimal("2.20")}], "due": None}, "notes": []}
    play = Play(THREE, before)
    for branch in order:
        seen = dict(play.execution.variables(play.token(branch)))
        assert seen == before, "nobody sees what others write"
        lines = [dict(line) for line in seen["form"]["lines"]]
        form = {**seen["form"], "lines": lines}
        if branch == "a":
            form["due"] = date(2026, 3, 15)
        else:
            lines["bc".index(branch)]["checked"] = branch
        play.complete(branch, form=form, notes=[*seen["notes"], f"from {branch}"])
    merged = play.execution.variables(play.token("z"))
    lines = [{"sum": Decimal("1.10"), "checked": "b"}, {"sum": Decimal("2.20"), "checked": "c"}]
    assert merged["form"] == {"lines": lines, "due": date(2026, 3, 15)}
    assert sorted(merged["notes"]) == ["from a", "from b", "from c"]
    assert not play.said(facts.Conflict)


def test_instances_that_write_the_same_context_lose_nothing() -> None:
    each = MultiInstance(collection="places", element="place")
    drawn = model(start(), user("look", multi_instance=each), user("z"), paths=["start > look > z"])
    play = Play(drawn, {"places": ["x", "y", "w"], "seen": {"by": {}}})
    for number, place in enumerate(("w", "x", "y")):
        tokens = [t for t, at in play.execution.waiting().items() if at == "look"]
        token = next(t for t in tokens if play.execution.variables(t)["place"] == place)
        play.execution.complete(token, {"seen": {"by": {place: Decimal(number)}}})
        play._settle()
    assert play.data["seen"] == {"by": {"w": 0, "x": 1, "y": 2}} and not play.said(facts.Conflict)


def test_a_service_that_changes_what_it_was_given_changes_nobody_else_s_data() -> None:
    """What branches share they share in memory: a service gets a copy of its own."""

    def careless(inputs: dict[str, Any]) -> dict[str, Any]:
        inputs["lines"].append("mine")
        inputs["form"]["status"] = "spoilt"
        return {"told": len(inputs["lines"])}

    drawn = model(
        start(), both("s"), user("a"), service("b", "be.careless"), user("c"), both("j"), user("z"),
        paths=["start > s > a > j > z", "s > b > c > j"],
    )  # fmt: skip
    play = Play(drawn, {"lines": ["first"], "form": {"status": "new"}}, be__careless=careless)
    for place in ("a", "c"):
        seen = play.execution.variables(play.token(place))
        assert (seen["lines"], seen["form"]) == (["first"], {"status": "new"})
    assert play.complete("a").complete("c").data["told"] == 2


def test_a_real_conflict_is_recorded() -> None:
    merged, conflicts = met("ab", {"risk": "?"}, a={"risk": "high"}, b={"risk": "low"})
    assert conflicts == ["risk"] and merged["risk"] in ("high", "low")


@pytest.mark.parametrize(
    ("before", "a", "b"),
    [
        ({"l": [1, 2, 3]}, {"l": [3, 2, 1]}, {"l": [1, 2, 3, 4]}),
        ({"l": [1, 2, 3]}, {"l": [3, 1]}, {"l": [1, 2, 3, 4]}),
        ({"l": 5}, {"l": None}, {"l": 6}),
        ({}, {"l": None}, {"l": 6}),
        ({"l": date(2026, 1, 1)}, {"l": date(2026, 1, 2)}, {"l": datetime(2026, 1, 2, tzinfo=UTC)}),
        ({"l": True}, {"l": Decimal(1)}, {"l": False}),
    ],
)
def test_what_cannot_be_brought_together_is_a_conflict(
    before: dict[str, Any], a: dict[str, Any], b: dict[str, Any]
) -> None:
    for order, kept in (("ab", b), ("ba", b)):
        merged, conflicts = met(order, before, a=a, b=b)
        assert conflicts == ["l"] and merged["l"] in (a["l"], kept["l"])


def test_a_branch_does_not_see_what_the_other_writes() -> None:
    play = Play(SPLIT, {"risk": "?"}).complete("a", risk="high")
    assert play.execution.variables(play.token("b"))["risk"] == "?"


scalars = st.one_of(st.booleans(), st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=5), st.none())
contexts = st.dictionaries(st.sampled_from("pqrs"), st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=4)


@given(contexts, contexts)
def test_one_branch_alone_decides(base: dict[str, Any], changed: dict[str, Any]) -> None:
    conflicts: list[Any] = []
    assert merge(base, [base, changed], conflicts) == changed == merge(base, [changed, base], conflicts)
    assert not conflicts


@given(contexts, contexts)
def test_agreeing_branches_agree(base: dict[str, Any], changed: dict[str, Any]) -> None:
    conflicts: list[Any] = []
    assert merge(base, [changed, dict(changed)], conflicts) == changed and not conflicts


@given(contexts, contexts, contexts)
def test_every_conflict_is_a_key_that_both_changed(
    base: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    conflicts: list[Any] = []
    merge(base, [one, other], conflicts)
    for path, _ in conflicts:
        key = path.partition("[")[0].partition(".")[0]
        assert repr(one.get(key, "-")) != repr(other.get(key, "-"))


values = st.one_of(
    scalars,
    st.dates(min_value=date(1900, 1, 1)),
    st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))),
    st.timedeltas(min_value=timedelta(-1000), max_value=timedelta(1000)),
    st.dictionaries(st.text(max_size=3), scalars, max_size=3),
    st.lists(scalars, max_size=3),
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.text(min_size=1, max_size=4), values, max_size=5),
    st.dictionaries(st.text(min_size=1, max_size=4), values, max_size=3),
)
def test_the_stored_state_is_the_state(data: dict[str, Any], written: dict[str, Any]) -> None:
    plan, around = prepare(SPLIT), Surroundings()
    one = begin(plan, data, around)
    other = resume(plan, one.dump(), dict(one.data), around)
    for execution in (one, other):
        token = next(t for t, place in execution.waiting().items() if place == "a")
        execution.complete(token, written)
    assert one.dump() == other.dump() and one.data == other.data == {**data, **written}


def test_inputs_and_outputs_map_the_names() -> None:
    call = activity(
        "ask",
        ActivityKind.SEND,
        message="m",
        inputs=(Assignment("sum", "amount * 2"),),
        outputs=(Assignment("asked", "true"),),
    )
    play = Play(model(start(), call, end(), paths=["start > ask > end"]), {"amount": Decimal(2)})
    assert play.said(facts.Sent)[0].payload == {"sum": Decimal(4)} and play.data["asked"] is True


def test_a_called_procedure_sees_its_inputs_and_gives_back_its_outputs() -> None:
    inner = model(start("s2"), user("pay"), end("e2"), paths=["s2 > pay > e2"], key="payment")
    call = activity(
        "call",
        ActivityKind.CALL,
        called="payment",
        inputs=(Assignment("sum", "amount"),),
        outputs=(Assignment("slip", "reference"),),
    )
    drawn = model(start(), call, user("after"), paths=["start > call > after"])
    plan, around = prepare(drawn, {"payment": inner}), Surroundings()
    execution = begin(plan, {"amount": Decimal(3), "secret": "x"}, around)
    ((token, place),) = execution.waiting().items()
    assert place == "call/pay" and execution.variables(token) == {"sum": Decimal(3)}
    execution.complete(token, {"reference": "S1"})
    ((token, place),) = execution.waiting().items()
    assert place == "after" and execution.variables(token) == {"amount": Decimal(3), "secret": "x", "slip": "S1"}


def test_a_procedure_that_calls_itself_is_refused() -> None:
    call: Callable[[str], Any] = lambda key: activity("call", ActivityKind.CALL, called=key)  # noqa: E731
    drawn = model(start(), call("trial"), end(), paths=["start > call > end"])
    with pytest.raises(ValueError, match="already running"):
        prepare(drawn, {"trial": drawn})


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('duration("P5D")', timedelta(days=5)),
        ("now()", None),
        ('now() + duration("P5D")', None),
        ("days", None),
        ("[1, 2]", None),  # each branch has a list of its own
    ],
)
def test_a_value_is_fixed_where_neither_the_data_nor_the_time_can_change_it(text: str, fixed: Any) -> None:
    expression, first = Expression(text), datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert expression.fixed == fixed
    for days in (1, 2):
        now, data = first + timedelta(days=days), {"days": Decimal(days)}
        assert expression.value("x", data, now) == expression.compiled(data, now=now) is not None
