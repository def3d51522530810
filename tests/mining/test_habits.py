"""Habits: every rule means what it says, is counted as it means, and agrees with the peer; times by quantiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.alignment import Trace
from mining.diagnosis import diagnose
from mining.habits import Template, again, drifted, eventually, habits, keeps, learnt, profile
from mining.habits.counting import counted
from mining.habits.templates import UNARY, activated
from mining.reading import read
from mining.steps import steps
from mining.variants import variants
from tests.mining.logs import Done, log_of, path

T = Template


@pytest.mark.parametrize(
    ("rule", "kept", "broken", "silent"),
    [
        (T.EXISTENCE, ["a", "xa"], ["", "b"], []),
        (T.ABSENCE, ["", "b"], ["a", "xa"], []),
        (T.AT_MOST_ONCE, ["", "a"], ["aa", "aba"], []),
        (T.EXACTLY_ONCE, ["a", "xay"], ["", "aa"], []),
        (T.INIT, ["a", "ab"], ["", "ba"], []),
        (T.END, ["a", "ba"], ["", "ab"], []),
        (T.RESPONDED_EXISTENCE, ["ab", "ba"], ["a"], ["b", ""]),
        (T.CO_EXISTENCE, ["ab", "ba"], ["a", "b"], [""]),
        (T.RESPONSE, ["ab", "aab", "bab"], ["a", "ba", "aba"], ["b"]),
        (T.PRECEDENCE, ["ab", "abb", "aba"], ["b", "ba"], ["a"]),
        (T.SUCCESSION, ["ab", "aabb"], ["a", "b", "ba", "aba"], [""]),
        (T.ALTERNATE_RESPONSE, ["ab", "abab", "abb"], ["aab", "aba"], ["b"]),
        (T.ALTERNATE_PRECEDENCE, ["ab", "abab", "aab"], ["abb", "bab"], ["a"]),
        (T.ALTERNATE_SUCCESSION, ["ab", "axbab"], ["aab", "abb"], [""]),
        (T.CHAIN_RESPONSE, ["ab", "abb", "xab"], ["axb", "aba"], ["b"]),
        (T.CHAIN_PRECEDENCE, ["ab", "aab"], ["axb", "b", "abb"], ["a"]),
        (T.CHAIN_SUCCESSION, ["ab", "abxab"], ["axb", "aab", "abb"], [""]),
        (T.NOT_CO_EXISTENCE, ["a", "b"], ["ab", "ba"], [""]),
        (T.NOT_SUCCESSION, ["a", "ba"], ["ab", "bab"], ["b"]),
        (T.EQUALLY_OFTEN, ["ab", "abba"], ["a", "aab"], [""]),
    ],
)
def test_each_rule_says_what_its_name_says(
    rule: Template, kept: list[str], broken: list[str], silent: list[str]
) -> None:
    for steps_, keeping in [*((k, True) for k in kept), *((b, False) for b in broken)]:
        assert activated(rule, tuple(steps_), "a", "b"), steps_
        assert keeps(rule, tuple(steps_), "a", "b") is keeping, steps_
    for steps_ in silent:
        assert not activated(rule, tuple(steps_), "a", "b") and keeps(rule, tuple(steps_), "a", "b"), steps_


def test_every_rule_is_told_above() -> None:
    [mark] = test_each_rule_says_what_its_name_says.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == set(Template)


logs = st.dictionaries(
    st.lists(st.sampled_from("abcx"), max_size=7).map(tuple), st.integers(1, 5), min_size=1, max_size=6
).map(lambda log: list(log.items()))


def _by_asking(log: list[tuple[Trace, int]], names: str) -> Iterator[tuple[Template, tuple[int, ...], int, int]]:
    for rule in Template:
        pairs = [(n,) for n in range(len(names))] if rule in UNARY else list(np.ndindex(len(names), len(names)))
        for at in pairs:
            if len(set(at)) < len(at):
                continue
            of = [names[n] for n in at]
            on = [(trace, n) for trace, n in log if activated(rule, trace, *of)]
            yield rule, at, sum(n for _, n in on), sum(n for trace, n in on if keeps(rule, trace, *of))


@settings(max_examples=60, deadline=None)
@given(logs)
def test_counting_all_at_once_is_asking_one_by_one(log: list[tuple[Trace, int]]) -> None:
    found = counted(log, "abc")
    for rule, at, on, kept in _by_asking(log, "abc"):
        assert (found.activated[rule][at], found.kept[rule][at]) == (on, kept), (rule, at)


@settings(max_examples=40, deadline=None)
@given(logs)
def test_what_was_learnt_without_exception_has_none(log: list[tuple[Trace, int]]) -> None:
    found = learnt(log, confidence=1)
    assert all(habit.kept == habit.activated and habit.confidence == 1 for habit in found)
    assert all(keeps(habit.template, trace, *habit.activities) for habit in found for trace, _ in log)
    assert again(found, log) == found


def test_the_strongest_is_told_and_what_follows_from_it_is_not() -> None:
    found = {(h.template, h.activities) for h in learnt([(tuple("abcd"), 30), (tuple("abd"), 30)])}
    assert found == {
        (T.INIT, ("a",)), (T.END, ("d",)), (T.CHAIN_SUCCESSION, ("a", "b")), (T.EXACTLY_ONCE, ("a",)),
        (T.EXACTLY_ONCE, ("b",)), (T.EXACTLY_ONCE, ("d",)), (T.AT_MOST_ONCE, ("c",)), (T.ALTERNATE_SUCCESSION, ("b", "d")),
        (T.CHAIN_RESPONSE, ("c", "d")), (T.CHAIN_PRECEDENCE, ("b", "c")),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["running_example.xes.gz", "receipt_wabo_permit.xes.gz"])
def test_declare_as_the_peer_counts_it(public_log: Callable[[str], EventLog], name: str) -> None:
    import pm4py

    from mining.pm4py_bridge import as_frame

    theirs = {
        "existence": T.EXISTENCE, "exactly_one": T.EXACTLY_ONCE, "init": T.INIT, "absence": T.ABSENCE,
        "responded_existence": T.RESPONDED_EXISTENCE, "response": T.RESPONSE, "precedence": T.PRECEDENCE,
        "altresponse": T.ALTERNATE_RESPONSE, "altprecedence": T.ALTERNATE_PRECEDENCE,
        "chainresponse": T.CHAIN_RESPONSE, "chainprecedence": T.CHAIN_PRECEDENCE,
    }  # fmt: skip
    paths = variants(public_log(name))
    if len(paths) > 40:
        paths = paths[:40]
    names = sorted({activity for v in paths for activity in v.activities})
    found = counted([(v.activities, v.cases) for v in paths], names)
    told = pm4py.discover_declare(
        as_frame(paths), allowed_templates=set(theirs), min_support_ratio=0.0, min_confidence_ratio=0.0
    )
    compared = 0
    for theirs_name, rule in theirs.items():
        for activities, figures in told.get(theirs_name, {}).items():
            at = tuple(names.index(a) for a in ((activities,) if isinstance(activities, str) else activities))
            mine = found.activated[rule][at], found.kept[rule][at]
            assert mine == (figures["support"], figures["confidence"]), (rule, activities)
            compared += 1
    assert compared > 300


@pytest.mark.slow
def test_the_log_skeleton_as_the_peer_finds_it(receipt: EventLog) -> None:
    import pm4py

    from mining.pm4py_bridge import as_frame

    paths = variants(receipt)
    told = pm4py.discover_log_skeleton(as_frame(paths), noise_threshold=0.0)
    names = sorted({activity for v in paths for activity in v.activities})
    found = counted([(v.activities, v.cases) for v in paths], names)

    def always(rule: Template) -> set[tuple[str, str]]:
        holds = (found.kept[rule] == found.activated[rule]) & (found.activated[rule] > 0)
        return {(names[a], names[b]) for a, b in zip(*np.nonzero(holds), strict=True) if a != b}

    assert always(T.NOT_CO_EXISTENCE) == {pair for pair in told["never_together"] if len(set(pair)) == 2}
    together = {pair for pair in told["equivalence"] if len(set(pair)) == 2}
    assert always(T.EQUALLY_OFTEN) == together & {pair[::-1] for pair in together}


def test_times_are_quantiles_over_all_later_steps() -> None:
    rows = steps(log_of(*path("1", "a", "b", "c"), *path("2", "a", "c")))
    found = {(s.source, s.target): (s.count, s.median, s.mean) for s in profile(eventually(rows))}
    assert found == {("a", "b"): (1, 3600, 3600), ("a", "c"): (2, 5400, 5400), ("b", "c"): (1, 3600, 3600)}
    alone = profile(eventually(rows, {("a", "c")}))
    assert [(s.source, s.target, s.count) for s in alone] == [("a", "c", 2)]


@pytest.mark.slow
def test_the_temporal_profile_has_the_means_of_the_peer(receipt: EventLog) -> None:
    import pm4py

    frame = receipt.events.to_pandas()
    frame = frame.rename(columns={"case_id": "case:concept:name", "activity": "concept:name", "at": "time:timestamp"})
    frame["time:timestamp"] = frame["time:timestamp"].dt.as_unit("ns")
    told = pm4py.discover_temporal_profile(frame[["case:concept:name", "concept:name", "time:timestamp"]].copy())
    found = {(s.source, s.target): s.mean for s in profile(eventually(steps(receipt)))}
    shared = [pair for pair in told if pair in found]
    assert len(shared) > 200
    close = [pair for pair in shared if found[pair] == pytest.approx(told[pair][0], rel=1e-6, abs=1)]
    assert len(close) > 0.9 * len(shared)


def changed(broken: int, slow: float) -> EventLog:
    """Ninety cases of a → b; of the last thirty some leave b out, and their b takes longer."""
    done: list[Done] = []
    for n in range(90):
        late = n >= 60
        done.append(Done(f"{n:02}", "a", 100 * n, office="north"))
        if not (late and n < 60 + broken):
            done.append(Done(f"{n:02}", "b", 100 * n + (slow if late else 1 + (n % 5) / 10), office="north"))
        done.append(Done(f"{n:02}", "c", 100 * n + 50, office="north"))
    return log_of(*done)


def test_a_habit_that_was_broken_lately_is_found_with_how_it_was_before() -> None:
    reading = read(changed(broken=9, slow=1), {})
    found = habits(reading.cases, reading.rows)
    assert found is not None and (found.earlier, found.later) == (60, 30)
    told = {(f.measure, f.subject): f for f in found.findings}
    finding = told["exactly_once", ("b",)]
    assert (finding.cases, finding.share, finding.evidence["before"]) == (9, 0.3, 0)
    assert finding.evidence["more_than_before"] is True
    assert finding.evidence["examples"] == ["60", "61", "62", "63", "64"]
    assert habits(read(log_of(*path("1", "a")), {}).cases, reading.rows) is None


def test_times_that_became_longer_than_chance_allows() -> None:
    earlier = steps(
        log_of(*(d for n in range(200) for d in [*path(f"{n}", "a", begin=n), Done(f"{n}", "b", n + 1 + n % 10)]))
    )
    spans = profile(eventually(earlier))
    same = [d for n in range(40) for d in (Done(f"{n}", "a", n), Done(f"{n}", "b", n + 1 + n % 10))]
    slow = [d for n in range(40) for d in (Done(f"{n}", "a", n), Done(f"{n}", "b", n + 30))]
    [one] = drifted(spans, eventually(steps(log_of(*same))))
    [other] = drifted(spans, eventually(steps(log_of(*slow))))
    assert (one.slower, other.slower, other.longer, other.cases) == (False, True, 40, 40)


def test_a_log_without_a_drawing_is_read_for_habits() -> None:
    diagnosis = diagnose(changed(broken=9, slow=1), only=["habits"])
    assert diagnosis.findings("habit_broken") and diagnosis.analyses["habits"].figures["later"] == 30
