"""The clock begins a case for every return that is missing, once for each taxpayer and period."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.errors import UnreadableProcedure
from bpmn.procedure import PROCEDURES, procedure_from_sources, read_procedure
from bpmn.procedure_clock import Clock, Every
from event_logs.working_time import china
from tests.workflows.conftest import Office
from workflows import clock_starts, deadlines, deployment, messages
from workflows.clock_sources import next_look
from workflows.database import open_engine
from workflows.errors import InvalidEntry, Undeployable
from workflows.tables import Case, Record, Timer

LOOK = datetime(2026, 3, 16, 1, tzinfo=UTC)  # nine o'clock of the 16th, a Monday
KEY = "filing_reminder"


def expected(number: int, period: str = "2026-02", **more: Any) -> dict[str, Any]:
    return {
        "taxpayer_id": f"DEMO{number:03}",
        "taxpayer_name": f"演示企业{number}",
        "tax_period": period,
        "tax_type": "vat",
        "credit_rating": "B",
        "tax_due": Decimal("1200.50"),
        "due_date": date(2026, 3, 15),
        "office": "east",
        **more,
    }


@pytest.fixture
def reminding(office: Office) -> Office:
    with office.begin() as session:
        version = deployment.deploy(session, read_procedure(PROCEDURES / KEY), now=office.now)
        deployment.activate(session, version, now=office.now)
        for number in range(3):
            assert messages.deliver(session, "return_expected", None, expected(number), now=office.now) == 1
    return office


def reminders(office: Office) -> list[Case]:
    with office.begin() as session:
        return list(session.scalars(select(Case).where(Case.procedure == KEY).order_by(Case.number)))


def tick(office: Office, now: datetime) -> int:
    with office.begin() as session:
        return deadlines.fire_due(session, now)


def test_each_missing_return_gets_its_case_on_the_day_and_only_one(reminding: Office) -> None:
    assert tick(reminding, LOOK - timedelta(minutes=1)) == 0
    tick(reminding, LOOK)
    found = reminders(reminding)
    assert [case.taxpayer_id for case in found] == ["DEMO000", "DEMO001", "DEMO002"]
    assert (found[0].office, found[0].data["tax_due"], found[0].title) == (
        "east",
        Decimal("1200.50"),
        "演示企业0 2026-02",
    )
    for months in range(1, 3):
        tick(reminding, LOOK + timedelta(days=31 * months))
    assert len(reminders(reminding)) == 3


def test_who_has_filed_is_not_reminded_and_a_reminder_ends_when_the_return_comes(reminding: Office) -> None:
    with reminding.begin() as session:
        assert messages.deliver(session, "taxpayer_filed", "DEMO001/2026-02", {}, now=reminding.now) == 1
    tick(reminding, LOOK)
    assert [case.taxpayer_id for case in reminders(reminding)] == ["DEMO000", "DEMO002"]
    with reminding.begin() as session:
        paid = {"paid_on": date(2026, 3, 17)}
        assert messages.deliver(session, "taxpayer_filed", "DEMO000/2026-02", paid, now=LOOK) == 1
        entry = session.scalars(select(Record).where(Record.subject == "DEMO000")).first()
        assert entry is not None and entry.values["filed"] is True and entry.values["filed_on"] == date(2026, 3, 17)
    assert [case.state for case in reminders(reminding)] == ["completed", "running"]


def test_a_return_of_the_next_period_has_a_case_of_its_own_and_counts_as_late_again(reminding: Office) -> None:
    tick(reminding, LOOK)
    with reminding.begin() as session:
        later = expected(0, "2026-03", due_date="2026-04-15")
        messages.deliver(session, "return_expected", None, later, now=LOOK)
    tick(reminding, LOOK + timedelta(days=32))
    assert [c.data["times_late"] for c in reminders(reminding) if c.taxpayer_id == "DEMO000"] == [0, 1]


def test_another_system_that_says_the_same_begins_no_second_case(reminding: Office) -> None:
    tick(reminding, LOOK)
    with reminding.begin() as session:
        assert messages.deliver(session, "return_overdue", None, expected(1), now=LOOK) == 0
        assert messages.deliver(session, "return_overdue", None, expected(8), now=LOOK) == 1
        messages.deliver(session, "return_expected", None, expected(8), now=LOOK)
    tick(reminding, LOOK + timedelta(days=31))
    assert len(reminders(reminding)) == 4


def test_an_entry_that_cannot_be_started_stops_no_other_and_is_tried_again(reminding: Office) -> None:
    with reminding.begin() as session:
        record = session.scalars(select(Record).order_by(Record.id)).first()
        assert record is not None
        record.values = {**record.values, "tax_type": "window tax"}
    tick(reminding, LOOK)
    assert len(reminders(reminding)) == 2
    with reminding.begin() as session:
        (refused,) = clock_starts.refused(session, KEY)
        assert (refused.key, refused.case) == ("DEMO000/2026-02", None) and refused.problem
        assert deadlines.next_due(session) == LOOK + timedelta(hours=1)
        messages.deliver(session, "return_expected", None, expected(0), now=LOOK)
    tick(reminding, LOOK + timedelta(hours=1))
    assert len(reminders(reminding)) == 3
    with reminding.begin() as session:
        assert not clock_starts.refused(session, KEY)
        clock = session.scalars(select(Timer).where(Timer.kind == "clock")).one()
        assert clock.due_at == datetime(2026, 4, 16, 1, tzinfo=UTC)


def test_two_clocks_at_once_begin_each_case_once(reminding: Office) -> None:
    with reminding.begin() as session:
        for number in range(3, 12):
            messages.deliver(session, "return_expected", None, expected(number), now=reminding.now)

    def run() -> None:
        engine = open_engine(reminding.url, durable=False)
        fired = 1
        while fired:
            with Session(engine) as session, session.begin():
                fired = deadlines.fire_due(session, LOOK, limit=1)
        engine.dispose()

    clocks = [threading.Thread(target=run) for _ in range(3)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    tick(reminding, LOOK)  # a clock that found the list held by another has gone home
    assert sorted(c.taxpayer_id or "" for c in reminders(reminding)) == [f"DEMO{n:03}" for n in range(12)]


def test_a_retired_procedure_has_no_clock(reminding: Office) -> None:
    with reminding.begin() as session:
        deployment.retire(session, deployment.find_version(session, KEY), now=reminding.now)
    assert tick(reminding, LOOK) == 0 and not reminders(reminding)


def test_an_entry_without_its_day_is_refused(reminding: Office) -> None:
    with reminding.begin() as session:
        for wrong in (expected(9, due_date=None), expected(9, due_date="soon")):
            with pytest.raises(InvalidEntry, match="due_date"):
                messages.deliver(session, "return_expected", None, wrong, now=reminding.now)


def test_the_look_moves_to_the_first_working_day() -> None:
    monthly = Clock("expected_returns", "taxpayer_id", Every.MONTH, 9, 16)
    looks = [LOOK - timedelta(days=60)]
    for _ in range(4):
        looks.append(next_look(monthly, looks[-1], china()))
    assert [look.date() for look in looks[1:]] == [
        date(2026, 1, 16),
        date(2026, 2, 24),
        date(2026, 3, 16),
        date(2026, 4, 16),
    ]
    weekly = Clock("expected_returns", "taxpayer_id", Every.WEEK, 9, 6)  # a Saturday
    assert next_look(weekly, LOOK, china()) == LOOK + timedelta(days=7)


@given(
    st.sampled_from(list(Every)),
    st.integers(1, 31),
    st.integers(1, 23),
    st.datetimes(datetime(2025, 1, 10), datetime(2026, 11, 1), timezones=st.just(UTC)),
)
def test_a_look_is_later_at_its_hour_and_on_a_working_day(every: Every, day: int, hour: int, after: datetime) -> None:
    clock = Clock("list", "key", every, hour, min(day, 7) if every is Every.WEEK else day)
    look = next_look(clock, after, china())
    assert look > after and look.hour == hour and china().is_working_day(look.date())
    assert look - after < {Every.DAY: timedelta(12), Every.WEEK: timedelta(18), Every.MONTH: timedelta(45)}[every]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("on_day = 16", "on_day = 32", "at most 31 days"),
        ("hour = 9", "hour = 24", "at most 23"),
        ('every = "month"', 'every = "year"', "one of day, week, month"),
        ("tax_period", "tax_period +", "clock.key"),
        ("on_day", "onday", "onday"),
    ],
)
def test_a_wrong_clock_is_named(old: str, new: str, said: str) -> None:
    sources = dict(read_procedure(PROCEDURES / KEY).sources)
    head, mark, clock = sources["procedure.toml"].decode().partition("[clock]")
    sources["procedure.toml"] = (head + mark + clock.replace(old, new)).encode()
    with pytest.raises(UnreadableProcedure, match=said):
        procedure_from_sources(sources)


def test_a_list_that_nobody_keeps_cannot_be_deployed(office: Office) -> None:
    sources = dict(read_procedure(PROCEDURES / KEY).sources)
    sources["procedure.toml"] = sources["procedure.toml"].replace(b'"expected_returns"', b'"wishes"')
    with office.begin() as session, pytest.raises(Undeployable, match="wishes"):
        deployment.deploy(session, procedure_from_sources(sources), now=office.now)
