"""Variants: counts of public logs, and laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.steps import every_event
from mining.variants import variants
from tests.mining.conftest import completions
from tests.mining.logs import log_of, path

traces = st.lists(
    st.lists(st.sampled_from(["a", "b", "ab", "c,d", "审核"]), min_size=1, max_size=5), min_size=1, max_size=8
)


@pytest.mark.parametrize(
    ("name", "cases", "paths"),
    [
        ("receipt_wabo_permit.xes.gz", 1434, 116),
        ("running_example.xes.gz", 6, 6),
        ("bpic2013_closed_problems.xes.gz", 1487, 183),
        ("bpic2013_open_problems.xes.gz", 819, 108),
        pytest.param("bpic2020_DomesticDeclarations.xes.gz", 10500, 99, marks=pytest.mark.slow),
        pytest.param("bpic2013_incidents.xes.gz", 7554, 1511, marks=pytest.mark.slow),
        pytest.param("road_traffic_fines.xes.gz", 150370, 231, marks=pytest.mark.slow),
    ],
)
def test_published_counts(public_log: Callable[[str], EventLog], name: str, cases: int, paths: int) -> None:
    found = variants(public_log(name))
    assert (sum(v.cases for v in found), len(found)) == (cases, paths)


@pytest.mark.slow
def test_bpic_2012_by_completions_and_by_every_event(public_log: Callable[[str], EventLog]) -> None:
    log = public_log("bpic2012_loan.xes.gz")
    assert len(variants(log)) == len(variants(completions(log))) == 4336
    assert len(variants(every_event(log))) == 4366


def test_repair_by_every_event(public_log: Callable[[str], EventLog]) -> None:
    assert len(variants(every_event(public_log("repair_example.xes.gz")))) == 77


@settings(max_examples=8, deadline=None)
@given(traces)
def test_a_variant_is_the_path_of_its_cases(cases: list[list[str]]) -> None:
    found = variants(log_of(*(d for n, trace in enumerate(cases) for d in path(str(n), *trace))))
    assert {v.activities: v.cases for v in found} == Counter(map(tuple, cases))
    assert sum(v.share for v in found) == pytest.approx(1)
    assert found[-1].cumulative == 1
    assert [v.cases for v in found] == sorted((v.cases for v in found), reverse=True)
    assert all(v.median_lead == v.mean_lead == 3600 * (len(v.activities) - 1) for v in found)
