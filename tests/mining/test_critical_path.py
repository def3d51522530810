"""The critical path: its shares make up the lead time, and work beside it costs nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.critical_path import critical_path
from tests.mining.logs import Done, work_of
from tests.mining.test_waiting import parallel

pieces = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.integers(0, 9), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(pieces)
def test_the_parts_are_the_time_from_the_first_to_the_last_of_the_chain(work: list[tuple[str, int, int, bool]]) -> None:
    done = [Done("1", a, s + length, started=s if known else None) for a, s, length, known in work]
    found = critical_path(work_of(*done))
    last = max(d.completed or 0 for d in done)
    assert sum(f.value for f in found) <= last * 3600 + 1e-6
    if found:
        assert sum(f.share or 0 for f in found) == pytest.approx(1)


def test_what_ran_beside_the_chain_costs_nothing() -> None:
    work = work_of(
        Done("1", "a", 1, started=0, scheduled=0),
        Done("1", "b", 9, started=2, scheduled=1),
        Done("1", "c", 3, started=2, scheduled=1),
        Done("1", "d", 12, started=11, scheduled=9),
        model=parallel(),
    )
    found = {(f.subject[0], f.measure): f.value / 3600 for f in critical_path(work)}
    assert found == {
        ("b", "processing"): 7,
        ("d", "waiting"): 2,
        ("a", "processing"): 1,
        ("b", "waiting"): 1,
        ("d", "processing"): 1,
    }
    assert sum(found.values()) == 12
