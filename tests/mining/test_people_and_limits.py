"""Rework, workload, hand-overs and time limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bpmn.model import Activity, ActivityKind, MultiInstance, Timer, TimerKind
from bpmn.procedure import DayUnit, LimitKind, TimeLimit
from event_logs import typed_json
from event_logs.working_time import WorkingCalendar
from mining.organisation import handovers, workload
from mining.reading import read
from mining.rework import returns, rework
from mining.timeliness import Span, deadlines, span_of, timeliness
from tests.builders import end, model, start
from tests.mining.logs import Done, at, log_of, path, work_of

CHINA = WorkingCalendar.china()


def test_repeats_at_once_and_after_other_work_and_what_they_cost() -> None:
    work = work_of(
        Done("1", "check", 2, started=1),
        Done("1", "check", 4, started=3),
        Done("1", "correct", 6, started=5),
        Done("1", "check", 9, started=7),
        Done("2", "check", 2, started=1),
    )
    [finding] = rework(work)
    assert (finding.subject, finding.value, finding.cases, finding.share) == (("check",), 2, 1, 0.5)
    evidence = finding.evidence
    assert (evidence["at_once"], evidence["after_other_work"]) == (1, 1)
    assert evidence["came_back_from"] == [{"activity": "check", "times": 1}, {"activity": "correct", "times": 1}]
    assert (evidence["extra_waiting"], evidence["extra_processing"]) == (2 * 3600, 3 * 3600)


def test_an_activity_drawn_with_several_instances_is_no_rework() -> None:
    countersign = Activity(id="sign", kind=ActivityKind.USER, multi_instance=MultiInstance(cardinality="3"))
    process = model(start(), countersign, end(), paths=["start > sign > end"])
    work = work_of(*path("1", "sign", "sign", "sign"))
    assert rework(work, {None: process}) == () and len(rework(work)) == 1


def test_returns_for_correction_by_the_recorded_outcome() -> None:
    outcome = '{{"check_outcome":"{}","remark":"x"}}'
    log = log_of(
        *(Done(f"{n}", "check", n, attributes=outcome.format("return" if n < 5 else "pass")) for n in range(20)),
        Done("0", "check", 30, attributes=outcome.format("return")),
        Done("0", "other", 31),
    )
    [finding] = returns(log)
    assert (finding.subject, finding.value, finding.cases, finding.evidence["decided"]) == (("check",), 6, 5, 21)


def test_workload_and_utilisation() -> None:
    work = work_of(
        Done("1", "a", 1, started=0, officer="wang", post="clerk"),
        Done("2", "a", 3, started=2, officer="wang", post="clerk"),
        Done("2", "b", 3, started=2, officer="li", post="clerk"),
        calendar=CHINA,
    )
    told = {(f.measure, f.subject[0]): (f.value, f.share, f.evidence["utilisation"]) for f in workload(work, CHINA)}
    assert told == {
        ("post", "clerk"): (3, 1, pytest.approx(3 / 4)),
        ("officer", "wang"): (2, pytest.approx(2 / 3), pytest.approx(2 / 3)),
        ("officer", "li"): (1, pytest.approx(1 / 3), 1),
    }
    assert workload(work_of(Done("1", "a", 1, officer="wang")))[0].evidence["utilisation"] is None


def test_handovers_between_hands_and_back() -> None:
    work = work_of(
        Done("1", "a", 1, started=0, office="north", officer="wang"),
        Done("1", "b", 3, started=2, office="south", officer="li"),
        Done("1", "c", 5, started=4, office="north", officer="wang"),
        Done("1", "d", 6, started=5, office="north", officer="wang"),
    )
    offices = [f for f in handovers(work) if f.measure == "office"]
    assert [(f.subject, f.value, f.share, f.evidence["back"]) for f in offices] == [
        (("north", "south"), 1, pytest.approx(1 / 3), 1),
        (("south", "north"), 1, pytest.approx(1 / 3), 1),
    ]


@pytest.mark.parametrize(
    ("text", "working", "expected"),
    [
        ("P3D", True, Span(3, timedelta(0), True)),
        ('duration("P1DT4H")', False, Span(1, timedelta(hours=4), False)),
        ('@"PT30M"', False, Span(0, timedelta(minutes=30), False)),
        ("days_left", False, None),
        ("P", False, None),
    ],
)
def test_spans_of_drawn_limits(text: str, working: bool, expected: Span | None) -> None:
    assert span_of(Timer(TimerKind.DURATION, text, working)) == expected


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(1, timedelta(0), True), "2026-03-09T09:30"),  # Friday + 1 working day: Monday 17:30 in Shanghai
        (Span(2, timedelta(0), False), "2026-03-08T16:00"),  # the end of Sunday in Shanghai
        (Span(0, timedelta(hours=3), True), "2026-03-09T02:00"),  # an hour and a half on Friday, the rest on Monday
        (Span(1, timedelta(hours=1), False), "2026-03-07T09:00"),
    ],
)
def test_deadlines(span: Span, expected: str) -> None:
    friday = np.array(["2026-03-06T08:00"], dtype="datetime64[us]")  # 16:00 in Shanghai
    if span.rest and span.working:
        expected = CHINA.add(_utc("2026-03-06T08:00"), span.rest).replace(tzinfo=None).isoformat()
    assert deadlines(friday, span, CHINA) == np.array([expected], dtype="datetime64[us]")


def test_statutory_and_activity_limits() -> None:
    limits = (
        TimeLimit(LimitKind.STATUTORY, 2, DayUnit.WORKING, "article 1", True),
        TimeLimit(LimitKind.ACCEPTANCE, 1, DayUnit.CALENDAR, "article 2", False, activity="accept"),
    )
    log = log_of(
        Done("1", "accept", 1, started=0.5, scheduled=0, office="north"), Done("1", "end", 24),
        Done("2", "accept", 60, started=50, scheduled=0, office="south"), Done("2", "end", 100),
        Done("3", "accept", 1, started=0.5, scheduled=0, office="south"),
        open_cases=["3"],
    )  # fmt: skip
    reading = read(log, {}, calendar=CHINA)
    found = {f.measure: f for f in timeliness(reading.cases, reading.work, limits, CHINA)}
    statutory, acceptance = found["statutory"], found["acceptance"]
    assert (statutory.value, statutory.evidence["eligible"], statutory.evidence["open_overdue"]) == (1, 2, 1)
    assert (acceptance.subject, acceptance.value, acceptance.evidence["eligible"]) == (("accept",), 1, 3)
    assert statutory.evidence["kept"] == 0.5


def test_days_on_which_the_clock_stood_do_not_count_against_the_office() -> None:
    """Two working days, three of which the taxpayer corrected papers: with the stop the case is in time, without it is late."""
    limit = TimeLimit(kind=LimitKind.PROMISED, days=2, unit=DayUnit.WORKING, basis="b", confirmed=True)
    stop = typed_json.dumps({"clock_stopped_since": at(1)})
    corrected = [
        Done("1", "start", 0.0),
        Done("1", "papers", 3 * 24.0, attributes=stop),
        Done("1", "end", 4 * 24.0 + 1),
    ]
    plain = [Done("2", "start", 0.0), Done("2", "papers", 3 * 24.0), Done("2", "end", 4 * 24.0 + 1)]
    reading = read(log_of(*corrected, *plain), {})
    (found,) = timeliness(reading.cases, reading.work, [limit], WorkingCalendar.china())
    assert (found.value, found.cases) == (1.0, 1)  # only the case whose clock ran
