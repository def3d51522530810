"""Lead, waiting and processing time: figures of public logs, laws, and what is not known."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.performance import case_times, lead_times, performance, times
from mining.reading import Reading, read
from tests.mining.conftest import completions
from tests.mining.logs import Done, log_of, work_of

DAY = 86_400


NO_CASES = pd.DataFrame({"closed": [], "first_at": [], "last_at": []}).astype("datetime64[us]")


def seen(log: EventLog) -> Reading:
    return read(log, {})


def test_receipt_lead_time_to_the_digit(receipt: EventLog) -> None:
    lead = times(lead_times(case_times(receipt).to_pandas())[0])
    assert lead is not None
    assert lead.median / DAY == pytest.approx(0.03320119791666666, abs=1e-15)
    assert round(lead.mean / DAY, 3) == 5.408
    assert round(lead.p90 / DAY, 2) == 14.10


@pytest.mark.slow
def test_bpic_2012_mean_lead_time_to_the_digit(public_log: Callable[[str], EventLog]) -> None:
    log = completions(public_log("bpic2012_loan.xes.gz"))
    assert round(lead_times(case_times(log).to_pandas())[0].mean() / DAY, 4) == 8.6128


def test_completions_alone_give_neither_waiting_nor_processing(receipt: EventLog) -> None:
    reading = seen(receipt)
    found = performance(reading.work, reading.cases)
    assert not found.processing_known and found.flow_efficiency is None
    assert all(a.waiting is None and a.processing is None for a in (*found.activities, *found.handovers))
    assert sum(a.between_completions.total for a in found.activities if a.between_completions) == pytest.approx(
        found.lead.total if found.lead else 0
    )


@pytest.mark.parametrize(
    "name", ["production_startend.csv.gz", pytest.param("bpic2012_W_startend.csv.gz", marks=pytest.mark.slow)]
)
def test_two_column_logs_give_waiting_and_processing(public_log: Callable[[str], EventLog], name: str) -> None:
    reading = seen(public_log(name))
    found = performance(reading.work, reading.cases)
    assert found.processing_known
    assert all(a.processing is not None and a.between_completions is None for a in found.activities)


work = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(work)
def test_waiting_and_processing_make_up_the_lead_time_of_a_sequential_case(pieces: list[tuple[int, int]]) -> None:
    done, hour = [], 0.0
    for n, (wait, effort) in enumerate(pieces):
        done.append(Done("1", f"a{n}", hour + wait + effort, started=hour + wait, scheduled=hour))
        hour += wait + effort
    found = performance(work_of(*done, calendar=WorkingCalendar.always()), NO_CASES)
    waited = sum(a.waiting.total for a in found.activities if a.waiting)
    worked = sum(a.processing.total for a in found.activities if a.processing)
    assert waited + worked == pytest.approx(hour * 3600)
    assert [a.waiting_working for a in found.activities] == [a.waiting for a in found.activities]


def test_working_time_leaves_out_the_night_and_the_lunch_hour() -> None:
    work = work_of(Done("1", "check", 26, started=24, scheduled=0), calendar=WorkingCalendar.china())  # Tuesday 09-11
    [check] = performance(work, NO_CASES).activities
    assert check.waiting and check.waiting_working and check.processing_working
    assert (check.waiting.total, check.waiting_working.total) == (24 * 3600, 7 * 3600)
    assert check.processing_working.total == 2 * 3600


def test_open_cases_have_no_lead_time_and_unknown_ones_count_as_finished() -> None:
    pieces = (Done("1", "a", 0), Done("1", "b", 2), Done("2", "a", 0), Done("2", "b", 9))
    for log, expected in ((log_of(*pieces, open_cases=["2"]), [7200]), (log_of(*pieces), [7200, 32400])):
        assert sorted(lead_times(case_times(log).to_pandas())[0]) == expected


def test_the_office_of_a_case_is_the_first_recorded() -> None:
    log = log_of(Done("1", "a", 0), Done("1", "b", 1, office="north"), Done("1", "c", 2, office="south"))
    assert list(case_times(log).to_pandas()["office"]) == ["north"]
