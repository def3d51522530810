"""The figures that every page asks for: the same from the maintained tables as from the events, and those of a reading by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import ibis
import pytest

from event_logs.log import EventLog
from event_logs.warehouse import Warehouse
from mining.figures import FIGURES
from mining.figures.arrivals import arrivals
from mining.figures.handovers import handovers
from mining.figures.lead_times import lead_times
from mining.figures.repeats import repeats
from mining.performance import case_times
from mining.performance import lead_times as read_lead_times
from mining.steps import steps
from tests.mining.logs import Done, log_of


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> EventLog:
    """The receipt log as the warehouse keeps it, with its performed work and courses on file."""
    store = Warehouse(tmp_path_factory.mktemp("home"))
    store.import_log(shared / "data" / "logs" / "receipt_wabo_permit.xes.gz", "receipt")
    log = store.load("receipt")
    assert log.kept_performed() is not None and log.kept_courses() is not None
    return log


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_on_file_says_what_the_events_say(name: str, kept: EventLog) -> None:
    bare = EventLog(kept.name, kept.events, kept.cases, kept.source, kept.zone)
    assert bare.kept_courses() is None
    assert FIGURES[name](kept) == FIGURES[name](bare)


def test_some_cases_of_a_log_on_file_have_their_own_figures(kept: EventLog) -> None:
    some = kept.events.filter(kept.events.case_id.length() == 7).select("case_id").distinct()
    part = kept.filtered(some)
    assert part.kept_courses() is not None
    bare = EventLog(kept.name, part.events, part.cases, kept.source, kept.zone)
    assert all(figure(part) == figure(bare) for figure in FIGURES.values())


def test_repeats_and_handovers_are_those_of_a_reading_by_hand(kept: EventLog) -> None:
    rows = steps(kept).order_by("case_id", "at", "position").to_pandas()
    done = Counter(zip(rows.case_id, rows.activity, strict=True))
    for one in repeats(kept):
        own = [times for (_case, activity), times in done.items() if activity == one.activity]
        assert (one.done, one.cases, one.again) == (sum(own), len(own), sum(own) - len(own))
        assert one.cases_again == sum(times > 1 for times in own)
    again = rows.case_id == rows.case_id.shift()
    pairs = Counter(zip(rows.officer.shift()[again], rows.officer[again], strict=True))
    assert {(one.before, one.officer): one.times for one in handovers(kept)} == pairs


def test_lead_times_are_those_of_the_cases_that_are_not_open(kept: EventLog) -> None:
    lead, _working = read_lead_times(case_times(kept).to_pandas())
    told = lead_times(kept)
    assert told is not None and told.count == len(lead)
    assert (told.mean, told.total) == pytest.approx((lead.mean(), lead.sum()))
    log = log_of(Done("1", "a", 0), Done("1", "b", 2), Done("2", "a", 0), Done("2", "b", 9), open_cases=["2"])
    assert getattr(lead_times(log), "total", None) == 7200
    assert lead_times(log_of(Done("1", "a", 0), open_cases=["1"])) is None


def test_every_case_arrives_once(kept: EventLog) -> None:
    hours = arrivals(kept)
    assert sum(hour.cases for hour in hours) == kept.cases.count().execute() == 1434
    assert [hour.begin for hour in hours] == sorted({hour.begin for hour in hours})
    first = kept.events.group_by("case_id").aggregate(at=ibis._["at"].min()).at.min().execute()
    assert hours[0].begin == first.floor("h")
