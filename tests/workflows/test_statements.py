"""Completing a task costs at most eight statements: four eyes, a letter, deadlines, two tasks at once and the end of a case included."""

from __future__ import annotations

import pytest

from benchmarks import engine as benchmark

MOST = 8


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_no_step_of_a_case_costs_more(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    engine = benchmark.furnished(url, durable=False)
    watch = benchmark.Watch(engine)
    for day in range(2):  # the first may have to read the calendars of the offices
        benchmark.whole_case(engine, watch, benchmark.NOW.replace(day=3 + day))
    counted = {name: min(step[2] for step in steps) for name, steps in watch.taken.items()}
    assert set(counted) == {"accept", "arrears", "account", "review", "approve"}
    assert max(counted.values()) <= MOST, counted
    engine.dispose()
