"""Figures of public logs that are known from elsewhere, to the digit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.performance import case_times
from mining.steps import every_event
from mining.variants import variants
from mining.work_in_progress import beside
from tests.mining.conftest import completions

OUT_OF_ORDER = "dq_Pub_Distorted.csv.gz"  # counted in the order of its rows, which is not that of its times


def known_of(readme: str) -> dict[str, tuple[int, int, int, int, int]]:
    """Cases, events, activities, variants and resources by file, from the table of the collection."""
    row = r"^\| (\S+) \| (\d+) / (\d+) / (\d+) / (\d+) \|[^|]*\|[^|]*\| (?:(\d+) res|no resource)"
    return {name: tuple(int(n or 0) for n in numbers) for name, *numbers in re.findall(row, readme, re.MULTILINE)}  # type: ignore[misc]


@pytest.mark.slow
def test_mining_sees_the_cases_events_activities_variants_and_resources_of_every_log(
    shared: Path, public_log: Callable[[str], EventLog]
) -> None:
    known = known_of((shared / "data" / "README.md").read_text(encoding="utf-8"))
    assert len(known) > 30
    for name, (cases, rows, activities, paths, officers) in known.items():
        found = numbers_of(public_log(name))
        assert (found.cases, found.activities, found.officers) == (cases, activities, officers), name
        spans = (
            found.events == 2 * rows
        )  # each row tells a start and an end; its path depends on which of them orders it
        assert spans or found.events == rows, name
        assert spans or name == OUT_OF_ORDER or found.paths == paths, name


class Numbers(NamedTuple):
    cases: int
    events: int
    activities: int
    officers: int
    paths: int


def numbers_of(log: EventLog) -> Numbers:
    events = log.events
    row = events.aggregate(
        cases=events.case_id.nunique(),
        events=events.count(),
        activities=events.activity.nunique(),
        officers=events.officer.nunique(),
    ).to_pyarrow()
    return Numbers(*(column[0].as_py() for column in row.columns), paths=len(variants(every_event(log))))


@pytest.mark.slow
def test_how_many_cases_of_bpic_2012_were_in_progress_beside_each(public_log: Callable[[str], EventLog]) -> None:
    cases = case_times(completions(public_log("bpic2012_loan.xes.gz"))).to_pandas()
    assert round(float(beside(cases["first_at"].to_numpy(), cases["last_at"].to_numpy()).mean()), 4) == 1412.6355


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), min_size=1, max_size=12))
def test_the_sweep_counts_what_comparing_all_pairs_counts(spans: list[list[int]]) -> None:
    first, last = (np.array(ends, dtype="datetime64[s]") for ends in zip(*spans, strict=True))
    pairs = [sum(a <= d and c <= b for c, d in spans) for a, b in spans]
    assert beside(first, last).tolist() == pairs
