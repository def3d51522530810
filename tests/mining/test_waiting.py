"""Bottlenecks: hand-computed fixtures, enablement, causes, intervals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from bpmn.model import ActivityKind, ProcessModel, Trigger
from bpmn.procedure_costs import Costs
from event_logs.working_time import WorkingCalendar
from mining.analyses.analysis import Analysis
from mining.analyses.bottlenecks import analyse
from mining.findings import Kind
from mining.reading import read
from mining.waiting import bottlenecks, worst
from tests.builders import activity, both, boundary, catch, end, model, start, user
from tests.mining.logs import Done, at, log_of, work_of

HOUR = 3600


def many(*work: Done, times: int = 25) -> list[Done]:
    """The same case again and again, so that it counts as a fact."""
    return [Done(**{**vars(d), "case": f"{d.case}-{n:03}"}) for n in range(times) for d in work]


def _fixture(shared: Path, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = shared / "data" / "fixtures" / "waiting-time-handoffs"
    rows = pd.read_csv(folder / f"manual_log_{number}.csv")
    rows = rows.rename(
        columns={
            "case:concept:name": "case_id", "concept:name": "Activity", "start_timestamp": "start_time",
            "time:timestamp": "end_time", "org:resource": "Resource",
        }
    )  # fmt: skip
    return rows, pd.read_csv(folder / f"manual_log_{number}_expected.csv")


@pytest.mark.parametrize(("number", "hours"), [(1, 5.25), (2, 6.0), (3, 21.0), (4, 39.0), (5, 27.5)])
def test_hand_computed_waiting_of_every_transition(shared: Path, number: int, hours: float) -> None:
    rows, expected = _fixture(shared, number)
    since = pd.Timestamp(at(0))
    ends, begins = (
        (pd.to_datetime(rows[column], utc=True) - since) / pd.Timedelta(hours=1)
        for column in ("end_time", "start_time")
    )
    told = zip(rows["case_id"], rows["Activity"], ends, begins, rows["Resource"], strict=True)
    work = work_of(*(Done(str(c), str(a), e, started=s, officer=str(r)) for c, a, e, s, r in told))
    found: dict[tuple[str, str, str, str], float] = {}
    for row in range(len(work)):
        before = int(work.enabler[row])
        if before >= 0:
            names = [words.names[words.codes[at]] for at in (before, row) for words in (work.activity, work.officer)]
            key = (names[0], names[1], names[2], names[3])
            found[key] = found.get(key, 0) + int(work.waiting[row]) / 1e6
    keys = expected[["source_activity", "source_resource", "target_activity", "target_resource"]]
    wanted = {tuple(map(str, key)): s for key, s in zip(keys.to_numpy(), expected["wt_total_seconds"], strict=True)}
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in wanted.items() if v}
    assert sum(found.values()) == hours * HOUR


def test_the_longest_waiting_in_all_comes_first_with_its_share() -> None:
    work = many(
        Done("c", "accept", 1, started=0),
        Done("c", "check", 6, started=3),
        Done("c", "approve", 13, started=12),
    )
    found = bottlenecks(work_of(*work))
    activities = [f for f in found if f.kind is Kind.WAITING_ACTIVITY]
    assert [(f.subject, f.value / HOUR, f.cases, f.rank) for f in activities] == [
        (("approve",), 150, 25, 1),
        (("check",), 50, 25, 2),
    ]
    assert [f.share for f in activities] == [0.75, 0.25]
    assert [f.subject for f in found if f.kind is Kind.WAITING_HANDOVER] == [("check", "approve"), ("accept", "check")]
    assert worst(found) == activities[0]
    assert activities[0].interval == (150 * HOUR, 150 * HOUR)  # all cases are alike


def test_under_twenty_cases_nothing_is_a_fact() -> None:
    few = many(Done("c", "a", 1, started=0), Done("c", "b", 9, started=8), times=19)
    [finding, *_] = bottlenecks(work_of(*few))
    assert finding.insufficient


def test_recorded_enablement_comes_before_what_order_suggests() -> None:
    work = many(Done("c", "a", 1, started=0), Done("c", "b", 9, started=8, scheduled=6))
    [finding] = [f for f in bottlenecks(work_of(*work)) if f.kind is Kind.WAITING_ACTIVITY]
    assert finding.value == 25 * 2 * HOUR
    assert finding.evidence["enablement_recorded"] == 1


def parallel() -> ProcessModel:
    return model(
        start(), user("a"), both("split"), user("b"), user("c"), both("join"), user("d"), end(),
        paths=["start > a > split > b > join > d > end", "split > c > join"],
    )  # fmt: skip


def test_a_branch_beside_it_does_not_enable_an_activity_when_the_model_says_so() -> None:
    work = many(
        Done("c", "a", 1, started=0),
        Done("c", "b", 5, started=1),
        Done("c", "c", 8, started=7),  # waited since a, 6 hours; b ran beside it
        Done("c", "d", 9, started=8),
    )
    by_order = {f.subject: f.value for f in bottlenecks(work_of(*work)) if f.kind is Kind.WAITING_HANDOVER}
    by_model = {
        f.subject: f.value for f in bottlenecks(work_of(*work, model=parallel())) if f.kind is Kind.WAITING_HANDOVER
    }
    assert by_order == {("b", "c"): 25 * 2 * HOUR}
    assert by_model == {("a", "c"): 25 * 6 * HOUR}


def refund() -> ProcessModel:
    return model(
        start(), user("check"), activity("reply", ActivityKind.RECEIVE, message="paid"),
        boundary("failed", "reply", Trigger.MESSAGE, message="rejected"), user("correct"),
        catch("pause", Trigger.TIMER), end(), end("end2"),
        paths=["start > check > reply > pause > end", "failed > correct > end2"],
    )  # fmt: skip


def test_waiting_for_the_taxpayer_or_a_date_is_told_apart_from_waiting_for_an_officer() -> None:
    work = many(
        Done("c", "start", 0),
        Done("c", "check", 3, started=2, scheduled=0, officer="o"),
        Done("c", "reply", 13, scheduled=3),
        Done("c", "pause", 18, scheduled=13),
        Done("c", "end", 18),
    )
    found = bottlenecks(work_of(*work, model=refund()))
    told = {(f.kind, f.subject): (f.value / HOUR / 25, f.evidence["waits_for"]) for f in found if len(f.subject) == 1}
    assert told == {
        (Kind.WAITING_ACTIVITY, ("check",)): (2, "officer"),
        (Kind.WAITING_OUTSIDE, ("reply",)): (10, "outside"),
        (Kind.WAITING_OUTSIDE, ("pause",)): (5, "date"),
    }


def test_a_message_that_ends_the_wait_for_another_counts_as_waiting_outside() -> None:
    work = many(
        Done("c", "check", 3, started=2, scheduled=0, officer="o"),
        Done("c", "failed", 27, scheduled=3),
        Done("c", "correct", 30, started=29, scheduled=27, officer="o"),
    )
    found = bottlenecks(work_of(*work, model=refund()))
    assert {f.subject for f in found if f.kind is Kind.WAITING_OUTSIDE} == {("failed",)}


def test_completions_alone_are_called_time_between_completions() -> None:
    found = bottlenecks(work_of(*many(Done("c", "a", 0), Done("c", "b", 4))))
    assert {f.kind for f in found} == {Kind.ELAPSED_ACTIVITY, Kind.ELAPSED_HANDOVER}
    assert worst(found) is not None and worst(found).subject == ("a", "b")  # type: ignore[union-attr]


def test_intervals_hold_the_total_and_are_the_same_for_the_same_seed() -> None:
    work = [d for n in range(60) for d in (Done(f"{n}", "a", 1, started=0), Done(f"{n}", "b", 3 + n, started=2 + n))]
    pieces = work_of(*work, calendar=WorkingCalendar.china())
    [finding, *_] = bottlenecks(pieces, seed=3)
    low, high = finding.interval or (0, 0)
    assert low < finding.value < high
    assert bottlenecks(pieces, seed=3) == bottlenecks(pieces, seed=3) != bottlenecks(pieces, seed=4)
    assert 0 < float(str(finding.evidence["working_total"])) < finding.value


def test_equal_bottlenecks_share_their_ranks() -> None:
    work = [
        d
        for n in range(40)
        for d in (
            Done(f"{n}", "a", 1, started=0),
            Done(f"{n}", "b", 2 + n % 7, started=1 + n % 7),
            Done(f"{n}", "c", 3 + n % 7 + n % 5, started=2 + n % 7 + n % 5 + 1),
        )
    ]
    ranks = [(f.evidence["rank_low"], f.evidence["rank_high"]) for f in bottlenecks(work_of(*work))[:2]]
    assert ranks == [(1, 2), (1, 2)]


def read_of(*work: Done, open_cases: list[str], costs: Costs | None = None) -> Analysis:
    return analyse(read(log_of(*work, open_cases=open_cases), {}, costs=costs))


def test_waiting_that_is_not_over_counts_as_lasting_at_least_so_long() -> None:
    """Twenty pieces began after 1 hour; twenty have waited 3 hours and more when the log ends: half are over within 1 hour."""
    done = many(Done("c", "check", 2, started=1, scheduled=0, officer="o"), times=20)
    waits = [Done(f"w{n:02}", "check", None, scheduled=7) for n in range(20)]
    [found] = [
        f
        for f in read_of(*done, *waits, Done("z", "tick", 10, started=10), open_cases=[w.case for w in waits]).findings
        if f.kind is Kind.WAITING_ACTIVITY and f.subject == ("check",)
    ]
    told = found.evidence
    assert (told["still_waiting"], told["waited_so_far"], told["mean"]) == (20, 60 * HOUR, HOUR)
    assert (told["median_with_open"], told["p90_with_open"]) == (HOUR, None)
    assert told["restricted_mean"] == pytest.approx(2 * HOUR) and told["restricted_to"] == 3 * HOUR


def test_what_nobody_ever_began_is_a_bottleneck_too() -> None:
    waits = [Done(f"w{n:02}", "sign", None, scheduled=1) for n in range(25)]
    begun = [Done(f"w{n:02}", "check", 1, started=0, scheduled=0, officer="o") for n in range(25)]
    found = read_of(*begun, *waits, Done("z", "tick", 5, started=5), open_cases=[w.case for w in waits]).findings
    [sign] = [f for f in found if f.subject == ("sign",)]
    assert (sign.value, sign.cases, sign.insufficient, sign.evidence["median"]) == (100 * HOUR, 25, False, None)


def test_costs_follow_the_stated_rates_and_none_is_invented() -> None:
    work = many(
        Done("c", "accept", 1, started=0, scheduled=0, officer="o", post="clerk"),
        Done("c", "check", 7, started=4, scheduled=1, officer="p", post="chief"),
    )
    costs = Costs("CNY", {"clerk": Decimal("60")}, {}, Decimal("24"))
    [check] = [f for f in read_of(*work, open_cases=[], costs=costs).findings if f.kind is Kind.WAITING_ACTIVITY]
    assert (check.evidence["waiting_cost"], check.evidence["processing_cost"]) == ("75.00", None)  # 25 times 3 hours
    by_officer = Costs("CNY", {}, {"p": Decimal("100")}, None)
    [check] = [f for f in read_of(*work, open_cases=[], costs=by_officer).findings if f.kind is Kind.WAITING_ACTIVITY]
    assert (check.evidence["waiting_cost"], check.evidence["processing_cost"]) == (None, "7500.00")
    [check] = [f for f in read_of(*work, open_cases=[]).findings if f.kind is Kind.WAITING_ACTIVITY]
    assert "currency" not in check.evidence
