"""The difference of two versions is named by the change that made it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.changes import (
    Automate,
    Change,
    ChangeRefused,
    Drop,
    HandOver,
    Merge,
    Move,
    Parallelise,
    Retime,
    apply,
)
from bpmn.comparison import Cause, Difference, differences, overlay
from bpmn.drawing import draw
from bpmn.layout import lay_out
from bpmn.model import ActivityKind, ProcessModel, Timer, TimerKind
from bpmn.reading import read_bpmn
from bpmn.repairing import repair
from tests.bpmn.corpora import needs_corpora, reference_models
from tests.bpmn.test_layout import overlap
from tests.builders import end, model, start, user

CAUSES = {
    Drop: Cause.DROPPED,
    Merge: Cause.MERGED,
    Parallelise: Cause.PARALLELISED,
    Move: Cause.MOVED,
    HandOver: Cause.HANDED_OVER,
    Automate: Cause.AUTOMATED,
    Retime: Cause.RETIMED,
}
STEPS = ("accept", "check", "rate", "pay")


def row() -> ProcessModel:
    two_days = Timer(TimerKind.DURATION, 'duration("P2D")')
    steps = [user(id, name=id, posts=("clerk",), due=two_days) for id in STEPS]
    return model(start(), *steps, end(), paths=["start > accept > check > rate > pay > end"])


def causes(old: ProcessModel, change: Change) -> dict[str, Cause | None]:
    return {d.element: d.cause for d in differences(old, apply(old, change))}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (Drop("check"), {"check"}),
        (Merge("check", "rate"), {"check", "rate"}),
        (Parallelise(("check", "rate")), {"check", "rate"}),
        (Move("rate", before="accept"), {"rate"}),
        (HandOver("rate", ("leader",)), {"rate"}),
        (Automate("rate", when="amount < 5", passing="pass"), {"rate_triage", "rate_auto", "rate_passed"}),
        (Retime("rate", 'duration("P1D")'), {"rate"}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, set) else "",
)
def test_each_operator_is_recognised(change: Change, named: set[str]) -> None:
    found = causes(row(), change)
    assert {found[id] for id in named & found.keys()} == {CAUSES[type(change)]}
    assert all(cause is not None for cause in found.values()), found


def test_several_changes_are_told_apart() -> None:
    changed = apply(row(), HandOver("pay", ("leader",)), Drop("check"), Retime("rate", 'duration("P1D")'))
    found = {d.element: d.cause for d in differences(row(), changed)}
    assert (found["pay"], found["check"], found["rate"]) == (Cause.HANDED_OVER, Cause.DROPPED, Cause.RETIMED)


def test_what_no_operator_explains_has_only_its_difference() -> None:
    (difference,) = differences(row(), replace(row(), name="another"))
    assert difference.cause is None


def test_a_changed_kind_is_automation() -> None:
    machine = replace(row(), nodes=tuple(_by_machine(n) if n.id == "rate" else n for n in row().nodes))
    assert [d.cause for d in differences(row(), machine)] == [Cause.AUTOMATED]


def _by_machine(node: object) -> object:
    return replace(node, kind=ActivityKind.SERVICE, service="rate")  # type: ignore[type-var]


def changes(old: ProcessModel) -> list[Change]:
    """Every change that may fit the model."""
    people = [a for a in old.activities if a.kind is ActivityKind.USER]
    found: list[Change] = [Drop(a.id) for a in people] + [HandOver(a.id, ("another",)) for a in people]
    found += [Automate(a.id, when="amount < 5", passing="pass") for a in people]
    for first in people:
        for second in [f.target for f in old.outgoing(first.id)]:
            if old.has(second) and any(a.id == second for a in people):
                found += [
                    Merge(first.id, second, first.form),
                    Parallelise((first.id, second)),
                    Move(second, before=first.id),
                ]
    found += [
        Retime(n.id, 'duration("P9D")') for n in old.nodes if getattr(n, "timer", None) or getattr(n, "due", None)
    ]
    return found


def named(old: ProcessModel, change: Change) -> list[Difference] | None:
    try:
        return differences(old, apply(old, change))
    except ChangeRefused:
        return None


@needs_corpora
@pytest.mark.slow
def test_each_change_of_a_corpus_model_is_named_by_its_operator() -> None:
    tried = 0
    for path in reference_models():
        old = repair(read_bpmn(path.read_bytes())).model
        for change in changes(old)[:40]:
            found = named(old, change)
            if found is not None:
                tried += 1
                assert CAUSES[type(change)] in {d.cause for d in found}, (path.name, change)
    assert tried > 30


@given(st.data())
@settings(max_examples=30)
def test_any_change_of_a_row_is_named_and_drawn(data: st.DataObject) -> None:
    old = row()
    change = data.draw(st.sampled_from(changes(old)))
    found = named(old, change)
    if found is None:
        return
    assert {d.cause for d in found} == {CAUSES[type(change)]}, change
    placed = lay_out(old)
    both = overlay(placed, lay_out(apply(placed, change), keep=True))
    assert "<svg" in draw(both)
    shapes = both.layout.shapes
    assert [pair for pair in combinations((n.id for n in both.nodes), 2) if overlap(*(shapes[id] for id in pair))] == []
