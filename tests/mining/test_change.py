"""Two groups of cases side by side: the parts of a change sum to it exactly, what was changed is found, chance is not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from event_logs.log import EventLog
from mining.change import Measure, Part, change
from mining.change.decomposition import TIMES, Cell, Group, decomposition
from mining.change.looks import holm, shares
from mining.errors import NothingLeft
from mining.filters import read
from tests.mining.logs import Done, log_of

KINDS, ACTIVITIES = ("east", "west"), ("", "check", "decide")


@st.composite
def groups(draw: st.DrawFn) -> Group:
    cases = draw(st.dictionaries(st.sampled_from(KINDS), st.integers(1, 9), min_size=1))
    cell = st.builds(Cell, st.integers(1, 20), st.tuples(*[st.integers(0, 10**12)] * len(TIMES)))
    return Group(cases, {kind: draw(st.dictionaries(st.sampled_from(ACTIVITIES), cell)) for kind in cases})


def mean(group: Group) -> Fraction:
    spent = sum(us for by in group.cells.values() for cell in by.values() for us in cell.spent)
    return Fraction(spent, group.total)


@given(groups(), groups())
@settings(deadline=None)
def test_the_parts_sum_to_the_difference_exactly_and_turn_round_with_it(before: Group, after: Group) -> None:
    there, back = decomposition(before, after), decomposition(after, before)
    assert there is not None and back is not None
    assert sum(there.by_part.values()) == sum(there.by_activity.values()) == mean(after) - mean(before)
    assert there.after - there.before == mean(after) - mean(before)
    assert all(there.by_part[part] == -back.by_part[part] for part in Part)


WEEK = 168.0


def _case(
    number: int, chance: random.Random, begin: float, *, slow: float, skipped: float, mix: float
) -> Iterator[Done]:
    """Accept, perhaps check, decide; east offices take twice as long to decide."""
    name, office = f"C{number:04}", "east" if chance.random() < mix else "west"
    hours = begin
    for activity, waits, works in (
        ("accept", 1, 1),
        ("check", 20 * slow, 2),
        ("decide", 5, 8 if office == "east" else 4),
    ):
        if activity == "check" and chance.random() < skipped:
            continue
        scheduled, started = hours, hours + chance.expovariate(1 / waits)
        hours = started + works * chance.uniform(0.5, 1.5)
        yield Done(name, activity, hours, started, scheduled, officer="o", office=office)


def two_periods(seed: int, *, slow: float = 1, skipped: float = 0.3, mix: float = 0.5, each: int = 150) -> EventLog:
    """Cases of two weeks; in the second week the check waits longer by `slow`, and so on."""
    chance, done = random.Random(seed), []
    for number in range(2 * each):
        late = number >= each
        begin = chance.uniform(0, WEEK) + (WEEK if late else 0)
        told = _case(
            number, chance, begin, slow=slow if late else 1, skipped=skipped if late else 0.3, mix=mix if late else 0.5
        )
        done += told
    return log_of(*done)


FIRST, SECOND = read("started(,2026-03-09T01:00Z)"), read("started(2026-03-09T01:00Z,)")


def _share(log: EventLog) -> Callable[[Part], float]:
    lead = change(log, FIRST, SECOND).lead
    assert lead is not None and sum(lead.by_part.values()) == lead.after - lead.before
    return lambda part: float(lead.by_part[part]) / float(lead.after - lead.before)


@pytest.mark.slow
def test_a_change_is_found_where_it_was_made() -> None:
    found = change(two_periods(1, slow=2.5), FIRST, SECOND)
    assert {(look.measure, look.subject) for look in found.significant} == {
        (Measure.LEAD, ()),
        (Measure.WAITING, ("check",)),
    }
    waiting = next(look for look in found.looks if look.measure is Measure.WAITING and look.subject == ("check",))
    assert waiting.low < 1.5 < waiting.high, "it is 150 % longer"
    assert _share(two_periods(1, slow=2.5))(Part.WAITING) > 0.8
    routed = change(two_periods(2, skipped=0.9), FIRST, SECOND)
    assert {("step", ("check",)), ("edge", ("accept", "check"))} <= {(x.measure, x.subject) for x in routed.significant}
    assert _share(two_periods(2, skipped=0.9))(Part.ROUTING) > 0.8
    assert _share(two_periods(3, mix=1, each=600))(Part.MIX) > 0.6


@pytest.mark.slow
def test_chance_is_seldom_called_a_change() -> None:
    """Of logs without any change at most about one in twenty has a look that is called significant."""
    called = sum(bool(change(two_periods(seed, each=60), FIRST, SECOND).significant) for seed in range(12))
    assert stats.binomtest(called, 12, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.slow
def test_few_cases_are_no_fact_and_no_look() -> None:
    found = change(two_periods(1, slow=9, each=15), FIRST, SECOND)
    assert found.looked == 0 and not found.significant and all(look.insufficient for look in found.looks)
    with pytest.raises(NothingLeft):
        change(two_periods(1, each=15), FIRST, read("starts(z)"))


@pytest.mark.slow
def test_open_cases_count_as_lasting_at_least_so_long() -> None:
    """Both weeks have the same finished cases; the second has as many more that are still open when the log ends."""
    done = []
    for n in range(80):
        late = n >= 40
        begin, lasts = (WEEK if late else 0) + n, 1 + n % 5
        done += [Done(f"C{n}", "accept", begin, begin, begin), Done(f"C{n}", "decide", begin + lasts, begin, begin)]
    open_cases = [f"O{n}" for n in range(40)]
    done += [Done(case, "accept", WEEK + n, WEEK + n, WEEK + n) for n, case in enumerate(open_cases)]
    found = change(log_of(*done, open_cases=open_cases), FIRST, SECOND)
    lead = next(look for look in found.looks if look.measure is Measure.LEAD)
    assert found.open_cases == (0, 40) and (lead.n_before, lead.n_after) == (40, 80)
    assert lead.significant and lead.low > 0, "what is still open lasts longer than what has ended"


def test_many_looks_are_judged_together() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    one = shares(Measure.STEP, ("a",), (10, 40), (30, 40))
    assert one.difference == pytest.approx(0.5) and one.low < 0.5 < one.high and one.p < 0.001


@pytest.mark.slow
def test_of_the_road_fines_the_parts_sum_to_the_microsecond(public_log: Callable[[str], EventLog]) -> None:
    log = public_log("road_traffic_fines.xes.gz")
    found = change(log, read("started(,2005-01-01T00:00Z)"), read("started(2005-01-01T00:00Z,)"))
    assert found.cases == (60_366, 90_004) and found.lead is not None
    assert sum(found.lead.by_part.values()) == found.lead.after - found.lead.before
    assert float(found.lead.after - found.lead.before) / 86_400e6 == pytest.approx(-29.2395, abs=1e-4)
