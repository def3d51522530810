"""Completing a task costs at most eight statements: four eyes, a letter, deadlines, two tasks at once and the end of a case included. No object is left over."""

from __future__ import annotations

import gc

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


def test_a_completion_leaves_nothing_that_only_the_garbage_collector_would_find(sqlite_url: str) -> None:
    engine = benchmark.furnished(sqlite_url, durable=False)
    benchmark.whole_case(engine, benchmark.Watch(engine), benchmark.NOW)  # what is made for the first time stays
    case = benchmark.begun(engine, "refund", benchmark.NOW)
    id, activity, officer = benchmark.open_tasks(engine, case)[0]
    gc.collect()
    gc.disable()
    try:
        benchmark.complete(engine, id, officer, benchmark.ANSWERS[activity], benchmark.NOW)
        assert gc.collect() < 10  # objects; the tokens of a case alone are more
    finally:
        gc.enable()
    engine.dispose()
