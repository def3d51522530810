"""Rehearsals: the real engine on a virtual clock, with officers who keep office hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bpmn.procedure import PROCEDURES, read_procedure
from event_logs import store
from event_logs.event import Event, Lifecycle
from event_logs.working_time import china
from workflows import deployment, staff
from workflows.database import create_schema, open_engine
from workflows.rehearsal import InvalidPlan, Plan, read_plan, rehearse, scaled
from workflows.rehearsal.arrivals import arrivals, population
from workflows.rehearsal.chance import poisson, stream
from workflows.tables import Case, CaseState, Incident, OutgoingMessage, Task, TaskState

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, tzinfo=SHANGHAI).astimezone(UTC)
END = datetime(2026, 4, 1, tzinfo=SHANGHAI).astimezone(UTC)
POSTS = ("reception", "tax_source", "policy", "leader")

PLAN = """
[taxpayers]
count = 20
offices = { district = 1 }
ratings = { A = 1, C = 1 }

[desks]
share = 0.8

[[procedure]]
key = "invoice_ceiling"
per_year = 300

[procedure.application]
requested_ceiling = { choice = { "1000000" = 1 } }
annual_sales = { lognormal = [4000000, 1.0], step = 100 }
months_registered = { between = [1, 60] }
risk_alerts = { poisson = 0.4 }
applied_on = { feel = "this_day" }

[procedure.work.accept]
minutes = [20, 0.5]
outcomes = [{ when = 'credit_rating = "C"', return = 1, pass = 1 }, { pass = 1 }]

[procedure.work.site_check]
minutes = [120, 0.5]
outcomes = [{ pass = 0.9, doubt = 0.1 }]

[procedure.work.record_check]
minutes = [40, 0.5]
outcomes = [{ pass = 1 }]

[procedure.work.review]
minutes = [30, 0.5]
outcomes = [{ pass = 1 }]

[procedure.work.approve]
minutes = [15, 0.5]
outcomes = [{ when = 'site_check_outcome = "doubt"', refuse = 1 }, { pass = 1 }]

[procedure.answers]
await_papers = [{ message = "papers_corrected", share = 1, days = [2, 0.3] }]

[procedure.withdrawal]
share = 0.1
days = [2, 0.5]

[procedure.suspension]
share = 0.5
days = [0.4, 0.5]
lasts = [3, 0.3]
by = "head"
reason = "等待协查回函"
""".replace('{ choice = { "1000000" = 1 } }', "1000000")


def office(place: Path | str, holders: int = 2) -> sessionmaker[Session]:
    """A district office with some officers on each post, and the ceiling of invoices deployed."""
    engine = open_engine(place if isinstance(place, str) else f"sqlite:///{place}", durable=False)
    create_schema(engine)
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        staff.add_office(session, "district", {"zh": "演示区税务局"})
        for post in POSTS:
            staff.add_post(session, post, {"zh": post})
            for n in range(holders):
                staff.add_officer(session, f"{post}{n}", {"zh": f"演示员{n}"}, office="district", posts=[post])
        staff.add_post(session, "manager", {"zh": "科室负责人"}, rights=["manage"])
        staff.add_officer(session, "head", {"zh": "演示员"}, office="district", posts=["manager"])
        procedure = read_procedure(PROCEDURES / "invoice_ceiling")
        deployment.activate(session, deployment.deploy(session, procedure, now=START), now=START)
    return sessions


def log(sessions: sessionmaker[Session]) -> list[Event]:
    with sessions() as session:
        return list(store.read(session))


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sessionmaker[Session]]:
    """A month of casework."""
    sessions = office(tmp_path_factory.mktemp("rehearsal") / "month.sqlite")
    rehearse(sessions, read_plan(PLAN), start=START, end=END, seed=7)
    yield sessions


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    logs = []
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        sessions = office(tmp_path / f"{name}.sqlite")
        rehearse(sessions, read_plan(PLAN), start=START, end=START + timedelta(days=9), seed=seed)
        logs.append([repr(astuple(event)) for event in log(sessions)])
    assert logs[0] and logs[0] == logs[1]
    assert logs[0] != logs[2]


@pytest.mark.slow
def test_both_databases_keep_the_same_log(tmp_path: Path, postgres_url: str) -> None:
    logs = []
    for place in (tmp_path / "one.sqlite", postgres_url):
        sessions = office(place)
        rehearse(sessions, read_plan(PLAN), start=START, end=START + timedelta(days=9), seed=7)
        logs.append([astuple(event) for event in log(sessions)])
    assert logs[0] and logs[0] == logs[1]


def test_cases_come_to_all_ends_and_nothing_goes_wrong(month: sessionmaker[Session]) -> None:
    with month() as session:
        states = dict(session.execute(select(Case.state, func.count()).group_by(Case.state)).all())
        assert session.scalars(select(Incident)).all() == []
    assert states[CaseState.COMPLETED] > 10
    assert states[CaseState.RUNNING] > 0
    assert states[CaseState.WITHDRAWN] > 0
    done = {event.activity for event in log(month) if event.lifecycle is Lifecycle.COMPLETE}
    assert {"accept", "notify_correction", "await_papers", "site_check", "approve", "set_ceiling", "closed"} <= done


def test_officers_work_in_office_hours_and_on_one_thing_at_a_time(month: sessionmaker[Session]) -> None:
    calendar, spans = china(), defaultdict(list)
    rested = {(e.case_id, e.instance) for e in log(month) if e.lifecycle is Lifecycle.SUSPEND}
    with month() as session:
        for task in session.scalars(
            select(Task).where(Task.started_at.is_not(None), Task.state == TaskState.COMPLETED)
        ):
            if (task.case, task.instance) in rested:
                continue  # other work was done in between
            assert calendar.is_working(task.started_at)
            assert calendar.between(task.started_at, task.completed_at) > timedelta(0)
            spans[task.officer].append((task.started_at, task.completed_at))
    assert len(spans) == len(POSTS) * 2
    for each in spans.values():
        each.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(each))


def test_no_officer_is_on_both_sides_of_a_four_eyes_pair(month: sessionmaker[Session]) -> None:
    with month() as session:
        by_case: dict[str, dict[str, str | None]] = defaultdict(dict)
        for task in session.scalars(select(Task).where(Task.state == TaskState.COMPLETED)):
            by_case[task.case][task.activity] = task.officer
    for officers in by_case.values():
        assert officers.get("review", "-") not in (officers.get("site_check"), officers.get("record_check"))


def test_taxpayers_answer_and_the_case_goes_on(month: sessionmaker[Session]) -> None:
    facts = log(month)
    asked = {e.case_id for e in facts if e.activity == "notify_correction"}
    answered = {e.case_id for e in facts if e.activity == "await_papers" and e.lifecycle is Lifecycle.COMPLETE}
    assert len(answered) > len(asked) / 2
    assert answered <= asked


def test_a_suspended_case_rests_and_goes_on(month: sessionmaker[Session]) -> None:
    rested = defaultdict(list)
    for event in log(month):
        if event.lifecycle in (Lifecycle.SUSPEND, Lifecycle.RESUME, Lifecycle.COMPLETE):
            rested[event.case_id, event.activity, event.instance].append(event.lifecycle)
    assert [Lifecycle.SUSPEND, Lifecycle.RESUME, Lifecycle.COMPLETE] in rested.values()


def test_what_was_sent_reached_the_outside(month: sessionmaker[Session]) -> None:
    with month() as session:
        letters = session.scalars(select(OutgoingMessage)).all()
    assert letters and all(letter.sent_at == letter.created_at for letter in letters)


def test_outcomes_follow_the_attributes_of_the_case(month: sessionmaker[Session]) -> None:
    facts = log(month)
    rating = {e.case_id: e.attributes["credit_rating"] for e in facts if e.activity == "applied"}
    returned = {rating[e.case_id] for e in facts if e.attributes.get("accept_outcome") == "return"}
    assert returned == {"C"}


def test_a_second_rehearsal_takes_on_what_the_first_left(tmp_path: Path) -> None:
    sessions = office(tmp_path / "two.sqlite")
    plan = read_plan(PLAN)
    rehearse(sessions, plan, start=START, end=START + timedelta(days=10), seed=7)
    with sessions() as session:
        open_cases = set(session.scalars(select(Case.number).where(Case.state == CaseState.RUNNING)))
    assert open_cases
    nobody_applies = replace(plan, demands=tuple(replace(d, per_year=0.0) for d in plan.demands))
    rehearse(sessions, nobody_applies, start=START + timedelta(days=10), end=END, seed=7)
    with sessions() as session:
        left = set(session.scalars(select(Case.number).where(Case.state == CaseState.RUNNING)))
        late = session.scalars(select(Task).where(Task.completed_at > START + timedelta(days=10))).all()
    assert left < open_cases
    assert late


def test_the_work_of_the_absent_is_done_by_who_stands_in(tmp_path: Path) -> None:
    sessions = office(tmp_path / "absent.sqlite", holders=1)
    with sessions.begin() as session:
        staff.add_officer(session, "spare", {"zh": "演示员"}, office="district")
        staff.record_absence(session, "policy0", since=START, until=END, stand_in="spare")
    rehearse(sessions, read_plan(PLAN), start=START, end=START + timedelta(days=16), seed=3)
    with sessions() as session:
        did = set(session.scalars(select(Task.officer).where(Task.activity == "review", Task.state == "completed")))
    assert did == {"spare"}


def test_progress_is_told_in_virtual_time(tmp_path: Path) -> None:
    told: list[datetime] = []
    few = scaled(read_plan(PLAN), 100)
    until = START + timedelta(days=12)
    rehearse(office(tmp_path / "told.sqlite"), few, start=START, end=until, seed=1, progress=told.append)
    assert told == sorted(told)
    assert told[0] > START and told[-1] <= END


# plans


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[taxpayers", "not TOML"),
        ("", "lacks 'taxpayers'"),
        (PLAN.replace("minutes = [20, 0.5]", "minutes = 20"), "work.accept needs [median, sigma]"),
        (PLAN.replace("poisson = 0.4", "poison = 0.4"), "risk_alerts needs exactly one of"),
        (PLAN.replace("count = 20", ""), "taxpayers lacks 'count'"),
        (PLAN.replace("{ A = 1, C = 1 }", "{ A = -1 }"), "not negative"),
    ],
)
def test_a_plan_that_cannot_be_meant_says_where(text: str, said: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        read_plan(text)
    assert said in str(refused.value)


def plan_of(per_year: float) -> Plan:
    return scaled(read_plan(PLAN), per_year)


def test_a_year_brings_about_as_many_cases_as_planned() -> None:
    demand = plan_of(2000).demands[0]
    year = list(arrivals(demand, START, START + timedelta(days=365), 1, china()))
    assert abs(len(year) - 2000) < 5 * 2000**0.5
    assert all(china().is_working(arrival.at) for arrival in year)


@settings(max_examples=15, deadline=None)
@given(days=st.integers(1, 90), seed=st.integers(0, 1000))
def test_a_longer_span_keeps_the_arrivals_of_the_shorter(days: int, seed: int) -> None:
    demand, end = plan_of(200).demands[0], START + timedelta(days=days)
    short = list(arrivals(demand, START, end, seed, china()))
    assert short == [a for a in arrivals(demand, START, END + timedelta(days=90), seed, china()) if a.at < end]


@settings(max_examples=30)
@given(mean=st.floats(0, 120), seed=st.integers(0, 10_000))
def test_counts_are_spread_around_their_mean(mean: float, seed: int) -> None:
    counts = [poisson(stream(seed, n), mean) for n in range(40)]
    assert abs(sum(counts) / 40 - mean) <= 6 * (mean / 40) ** 0.5 + 0.5


def test_invented_taxpayers_show_that_they_are_invented() -> None:
    taxpayers = population(plan_of(10).taxpayers, seed=1)
    assert len({taxpayer.number for taxpayer in taxpayers}) == 20
    assert all(t.number.startswith("DEMO") and t.name.startswith("演示企业") for t in taxpayers)
