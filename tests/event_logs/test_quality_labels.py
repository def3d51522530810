"""Labels that are wrong are found by how they are written and by their company; labels that are only alike are left in peace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_logs.quality.contexts import Contexts, counted
from event_logs.quality.defects import defects_in
from event_logs.quality.labels import one_slip
from tests.event_logs import data_quality
from tests.event_logs.told_apart import LABELS, told_apart

NORMAL = ("accept", "check", "approve", "deliver")


def company(*traces: tuple[tuple[str, ...], int]) -> Contexts:
    """The company in cases that follow these traces so many times, done by one person."""
    around: Counter[tuple[str, str, str]] = Counter()
    for trace, times in traces:
        for before, activity, after in zip(("", *trace), trace, (*trace[1:], ""), strict=False):
            around[activity, before, after] += times
    people = Counter({(activity, "A"): n for (activity, _, _), n in around.items()})
    return counted(around, people, Counter(), Counter())


def test_a_slip_of_the_hand_is_traced_to_what_was_meant() -> None:
    found = defects_in(
        company((NORMAL, 100), (("accept", "chekc", "approve", "deliver"), 2), (("Accept", *NORMAL[1:]), 1))
    )
    assert found.names == {"chekc": "check", "Accept": "accept"}


def test_numbers_that_are_new_each_time_are_cut_off() -> None:
    polluted = [(("accept", f"check_{n}ab_2026030{n}1200", "approve", "deliver"), 1) for n in range(9)]
    found = defects_in(company((NORMAL, 3), *polluted))
    assert len(found.polluted) == 9 and set(found.polluted.values()) == {"check"}


def test_numbered_steps_are_no_pollution_and_no_slips() -> None:
    steps = tuple(f"step {n}" for n in range(1, 9))
    found = defects_in(company((steps, 50), (("step 1", "step 9"), 2)))
    assert not found.names


def test_a_longer_name_for_the_same_work_is_a_synonym() -> None:
    found = defects_in(company((NORMAL, 60), (("accept", "check - east", "approve", "deliver"), 40)))
    assert found.synonymous == {"check - east": "check"}


def test_alternatives_are_no_synonyms() -> None:
    found = defects_in(company((NORMAL, 60), (("accept", "refuse", "deliver"), 40)))
    assert not found.synonymous


def test_a_label_in_two_places_is_a_homonym() -> None:
    mixed = company((("a", "check", "b", "approve", "c"), 70), (("a", "look", "b", "look", "c"), 30))
    assert [(h.label, {sense for sense, _ in h.senses}) for h in defects_in(mixed).homonymous] == [
        ("look", {"check", "approve"})
    ]


def test_an_activity_that_is_done_again_is_no_homonym() -> None:
    assert not defects_in(
        company((NORMAL, 70), (("accept", "check", "accept", "check", "approve", "deliver"), 30))
    ).homonymous


def test_what_falls_together_at_times_is_of_one_form() -> None:
    pairs, tied = (
        Counter({("check", "approve"): 100, ("start", "accept"): 100}),
        Counter({("check", "approve"): 30, ("start", "accept"): 98}),
    )
    found = defects_in(counted(Counter(), Counter(), pairs, tied))
    assert [(form.first, form.then) for form in found.form_based] == [("check", "approve")]


@given(st.text("abcdef ", min_size=5, max_size=12), st.data())
def test_one_slip_is_recognised_wherever_it_happens(meant: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(meant) - 1))
    letter = data.draw(st.sampled_from("xyz"))
    slips = [meant[:at] + meant[at + 1 :], meant[:at] + letter + meant[at:], meant[:at] + letter + meant[at + 1 :]]
    slips += [meant[:at] + meant[at].upper() + meant[at + 1 :], meant[:at] + meant[at : at + 2][::-1] + meant[at + 2 :]]
    assert all(one_slip(written, meant) for written in slips if written != meant)
    assert not one_slip(f"{meant}xy", meant)


@pytest.mark.slow
def test_known_defects_are_found_and_nothing_else(shared: Path) -> None:
    counted_all = data_quality.measure_all(shared / "data" / "logs")
    assert len(counted_all) == 50
    for kind in data_quality.KINDS:
        # of that log the labelled events are a draw among equal ones: nothing in the data tells them apart
        f1 = data_quality.together(counted_all, kind, without="dq_Pub_Homonymous").f1
        assert f1 is not None and f1 >= 0.9, kind


@pytest.mark.slow
def test_where_no_homonym_is_found_nothing_in_the_data_tells_one(shared: Path) -> None:
    found = {
        name: told_apart(shared / "data" / "logs" / f"dq_{name}_Homonymous.csv.gz", label)
        for name, label in LABELS.items()
    }
    assert found["Credit"].auc > 0.99
    assert 0.4 < found["Pub"].auc < 0.55
    assert (found["Pub"].marked, found["Pub"].marked_cases, found["Pub"].mixed) == (2487, 1500, 0)
