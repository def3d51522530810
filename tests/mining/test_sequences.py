"""Sequences: what is counted from distinct paths is what counting case by case gives; nothing stays in the engine."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.figures import FIGURES
from mining.sequences import sequences
from tests.mining.logs import Done, log_of

traces = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), min_size=1, max_size=8)


def _walked(cases: list[list[str]]) -> EventLog:
    """All steps of a case at one moment, so that the recorded order decides."""
    return log_of(*(Done(str(n), name, 0, officer=None) for n, trace in enumerate(cases) for name in trace))


@settings(max_examples=10, deadline=None)
@given(traces)
def test_paths_tell_how_often_and_in_how_many_cases(cases: list[list[str]]) -> None:
    with sequences(_walked(cases)) as known:
        names, walks = known.activities.values, known.walks
    by_case = [Counter(trace) for trace in cases]
    for name, tally in walks.activities().items():
        own = [count[name] for count in by_case if count[name]]
        assert tally == (sum(own), len(own), sum(times > 1 for times in own))
    pairs = [Counter(pairwise(trace)) for trace in cases]
    told = {(names[one], names[other]): tally for (one, other), tally in walks.follows().items()}
    assert told.keys() == {pair for count in pairs for pair in count}
    for pair, tally in told.items():
        own = [count[pair] for count in pairs if count[pair]]
        assert tally == (sum(own), len(own), sum(times > 1 for times in own))


def test_what_was_laid_down_is_removed_when_all_figures_are_told() -> None:
    log = _walked([["a", "b"], ["a"]])
    with sequences(log) as known:
        together = [figure(known) for figure in FIGURES.values()]
        assert _laid_down(log)
    assert not _laid_down(log)
    assert together == [figure(log) for figure in FIGURES.values()]
    assert not _laid_down(log)


def _laid_down(log: EventLog) -> list[str]:
    found = log.events.get_backend().con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return [name for (name,) in found if name.startswith("laid_down")]
