"""Ping-pong, redos, specialisation, separation of duties, and where breaches of time limits begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bpmn.procedure import DayUnit, LimitKind, TimeLimit
from event_logs import typed_json
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import diagnose
from mining.findings import Kind
from mining.organisation import matrix
from mining.ping_pong import ping_pong
from mining.reading import read
from mining.rework import returns, rework
from mining.separation import separation
from mining.specialisation import evenness, gini, specialisation
from mining.steps import steps
from mining.timeliness import timeliness
from tests.builders import end, model, start, user
from tests.mining.logs import Done, log_of, work_of

DAY = 86_400.0


def test_work_that_comes_straight_back_is_ping_pong_and_what_goes_on_is_not() -> None:
    work = work_of(
        Done("1", "a", 1, office="north"),
        Done("1", "b", 2, office="south"),
        Done("1", "c", 3, office="south"),
        Done("1", "d", 5, office="north"),
        Done("2", "a", 1, office="north"),
        Done("2", "b", 2, office="south"),
        Done("2", "c", 4, office="east"),
        Done("3", "a", 1, office="north"),
        Done("3", "b", 2, office="south"),
    )
    [found] = ping_pong(work)
    assert (found.measure, found.subject, found.value, found.cases) == ("office", ("north", "south"), 1, 1)
    assert found.share == 0.5 and found.evidence["eligible"] == 2, "the third case has not gone on yet"
    assert found.evidence["away"] == 2 * 3600


def test_on_the_tickets_of_a_help_desk_it_is_what_reading_them_one_by_one_counts(
    public_log: Callable[[str], EventLog],
) -> None:
    log = public_log("bpic2013_closed_problems.xes.gz")
    frame = steps(log).order_by(["case_id", "at", "position"]).to_pandas()
    expected: Counter[tuple[str, str]] = Counter()
    for _, rows in frame.groupby("case_id", sort=False):
        stays = [hand for hand, _ in groupby(rows["officer"])]
        for one, other, third in zip(stays, stays[1:], stays[2:], strict=False):
            if one == third and not pd.isna(one) and not pd.isna(other):
                expected[one, other] += 1
    found = {f.subject: f.value for f in ping_pong(read(log, {}).work) if f.measure == "officer"}
    assert sum(expected.values()) > 20
    assert found == {pair: expected[pair] for pair in found}
    assert min(found.values()) >= sorted(expected.values())[-len(found)]


def test_a_repeat_is_told_from_a_redo_and_the_way_round_is_counted() -> None:
    work = work_of(
        Done("1", "check", 2, officer="wang"),
        Done("1", "check", 4, officer="wang"),
        Done("1", "correct", 6, officer="li"),
        Done("1", "check", 9, officer="zhao"),
    )
    evidence = rework(work)[0].evidence
    assert (evidence["same_officer"], evidence["other_officer"]) == (1, 1)
    assert (evidence["same_officer_at_once"], evidence["other_officer_at_once"]) == (1, 0)
    assert evidence["way_round"] == 7 * 3600 and evidence["median_way_round"] == 3.5 * 3600
    assert rework(work_of(Done("1", "a", 1), Done("1", "a", 2)))[0].evidence["same_officer"] is None


def test_returns_name_the_reasons_that_they_have_in_common() -> None:
    def answers(n: int) -> str:
        missing = "invoice; contract" if n % 2 else "invoice"
        return typed_json.dumps({"check_outcome": "return", "missing": missing, "remark": f"letter {n}"})

    [found] = returns(log_of(*(Done(f"{n}", "check", n, attributes=answers(n)) for n in range(20))))
    assert found.evidence["reasons"] == [
        {"field": "missing", "answer": "invoice", "times": 20},
        {"field": "missing", "answer": "contract", "times": 10},
    ]


def test_evenness_and_gini_of_the_textbooks() -> None:
    assert evenness(np.array([5, 5, 5, 5])) == pytest.approx(1) and evenness(np.array([9, 0, 0])) == 0
    assert evenness(np.array([1, 3])) == pytest.approx(0.8112781)
    assert gini(np.array([4, 4, 4])) == 0 and gini(np.array([0, 0, 0, 12])) == pytest.approx(0.75)
    values = np.random.default_rng(1).integers(1, 50, 30)
    by_pairs = np.abs(values[:, None] - values).mean() / (2 * values.mean())
    assert gini(values) == pytest.approx(by_pairs)


def test_a_specialist_does_one_thing_and_an_activity_may_rest_on_one_officer() -> None:
    pieces = [Done(f"{n}", "a", 1, officer="wang") for n in range(20)]
    pieces += [Done(f"{n}", "ab"[n % 2], 2, officer="li") for n in range(20)]
    found = {(f.measure, f.subject[0]): f for f in specialisation(work_of(*pieces))}
    assert found["officer", "wang"].value == 1 and found["officer", "li"].value == pytest.approx(0)
    assert found["activity", "b"].share == 1 and found["activity", "b"].evidence["mostly"] == "li"
    assert found["activity", "a"].value == pytest.approx(1 / 6)


def test_separation_by_rule_and_by_habit_names_who_broke_it() -> None:
    staff = ["wang", "li", "zhao"]
    pieces = []
    for n in range(90):
        accept, review = staff[n % 3], staff[(n + 1 + n // 3 % 2) % 3] if n else staff[0]
        pieces += [
            Done(f"{n:02d}", "accept", 1, officer=accept),
            Done(f"{n:02d}", "review", 2, officer=review),
            Done(f"{n:02d}", "file", 3, officer=staff[n // 3 % 3]),
        ]
    work = work_of(*pieces)
    habit = [f for f in separation(work, {}) if f.measure == "habit"]
    assert [(f.subject, f.value, f.evidence["examples"]) for f in habit] == [(("accept", "review"), 1, ["00"])]
    assert habit[0].evidence["by_chance"] == pytest.approx(1 / 3, abs=0.01)
    drawn = model(
        start(), user("accept"), user("review", four_eyes=("accept",)), end(), paths=["start > accept > review > end"]
    )
    rule = separation(work, {None: drawn})
    assert [(f.measure, f.subject, f.value) for f in rule] == [("four_eyes", ("accept", "review"), 1)]


def test_by_chance_nobody_has_a_habit() -> None:
    staff, habits = ["wang", "li", "zhao"], 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        pieces = [
            Done(f"{n}", activity, at, officer=str(random.choice(staff)))
            for n in range(60)
            for at, activity in enumerate("abcd")
        ]
        habits += len(separation(work_of(*pieces), {}))
    assert habits == 0


def test_the_square_of_hand_overs_holds_every_step_with_both_hands_known() -> None:
    work = work_of(
        Done("1", "a", 1, started=0, office="north"),
        Done("1", "b", 3, started=2, office="south"),
        Done("1", "c", 4, started=3, office="south"),
        Done("2", "a", 1, started=0, office="north"),
        Done("2", "b", 5, started=4, office="south"),
    )
    told: Any = matrix(work, work.office)
    assert told["names"] == ["south", "north"]
    assert told["counts"] == [[1, 0], [2, 0]]
    assert told["median_waiting"] == [[0, None], [2 * 3600, None]]


def test_a_breach_begins_where_a_late_case_falls_behind_those_in_time() -> None:
    """Everybody accepts within a day; late cases lose a week in the check and run out of time only in the approval."""
    limit = TimeLimit(LimitKind.PROMISED, 10, DayUnit.CALENDAR, "b", True)
    work = []
    for n in range(30):
        lost = 8 * 24 if n < 5 else n % 3
        for hours, activity in (
            (0, "start"),
            (20, "accept"),
            (48 + lost, "check"),
            (96 + lost, "approve"),
            (97 + lost, "end"),
        ):
            work.append(Done(f"{n:02d}", activity, hours, office="north" if n % 2 else "south", officer="wang"))
    reading = read(log_of(*work), {})
    [found] = timeliness(reading.cases, reading.work, [limit], WorkingCalendar.china())
    assert found.value == 5
    assert found.evidence["fell_behind"] == [{"activity": "check", "cases": 5}]
    assert found.evidence["ran_out"] == [{"activity": "approve", "cases": 5}]
    kept: Any = found.evidence["kept_by"]
    assert [(one["who"], one["kept"], one["of"]) for one in kept["office"]] == [("south", 12, 15), ("north", 13, 15)]


def test_receipt_has_all_of_it(receipt: EventLog) -> None:
    found = diagnose(receipt, only=["organisation", "rework"])
    handovers = sum(f.value for f in found.findings(Kind.HANDOVER) if f.measure == "office")
    square: Any = found.analyses["organisation"].figures["between_offices"]
    across = sum(n for a, row in enumerate(square["counts"]) for b, n in enumerate(row) if a != b)
    assert across == handovers > 0
    assert found.findings(Kind.PING_PONG) and found.findings(Kind.SPECIALISATION)
    assert all(f.evidence["way_round"] >= 0 for f in found.findings(Kind.REWORK))  # type: ignore[operator]
