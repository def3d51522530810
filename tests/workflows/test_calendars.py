"""When the offices work, as they enter it, and when the statutory clock stands still."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from bpmn.model import ProcessModel, Timer, TimerKind, Trigger
from event_logs import store
from event_logs.errors import InvalidCalendar, UnreadableNotice
from event_logs.notices import DecidedDay, read_days, read_notice
from event_logs.working_time import WorkingCalendar
from tests.builders import after, boundary, catch, end, inside, model, procedure, start, subprocess, user
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, KEY, line, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import calendars, cases, clock_stops, deadlines, deployment, messages, working_hours
from workflows.tables import Case, Task
from workflows.tables import Timer as TimerRow

ZONE = ZoneInfo("Asia/Shanghai")
NOTICE = """国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def local(day: str, clock: str = "09:00") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


def test_the_yearly_notice_is_read_as_it_is_printed() -> None:
    found = {decided.day: decided for decided in read_notice(NOTICE)}
    assert found[date(2026, 1, 2)] == DecidedDay(date(2026, 1, 2), False, "元旦")
    assert found[date(2026, 1, 4)].works and found[date(2026, 2, 14)].works and found[date(2026, 2, 28)].works
    assert [d for d in found if d.month == 2 and not found[d].works] == [date(2026, 2, day) for day in range(15, 24)]
    assert found[date(2026, 10, 7)].name == "国庆节" and date(2026, 10, 8) not in found
    assert len(found) == 4 + 11 + 9
    over_new_year = read_notice("一、元旦：2026年12月31日至2027年1月2日放假。", 2027)
    assert [d.day for d in over_new_year] == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]


@pytest.mark.parametrize(
    "text", ["", "一、元旦：1月1日放假", "2026年\n一、元旦：2月30日放假。", "2026年\n一、元旦：3月9日至1日放假。"]
)
def test_what_says_no_days_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNotice):
        read_notice(text)


def test_a_list_of_days_is_read_line_by_line() -> None:
    assert read_days("day,what,name\n2027-01-01,off,元旦\n\n2027-01-03,上班\n") == [
        DecidedDay(date(2027, 1, 1), False, "元旦"),
        DecidedDay(date(2027, 1, 3), True, ""),
    ]
    with pytest.raises(UnreadableNotice, match="line 1"):
        read_days("2027-13-01,off")
    with pytest.raises(UnreadableNotice, match="perhaps"):
        read_days("2027-01-01,perhaps")


def test_a_notice_holds_for_all_offices_and_an_office_for_itself_and_those_below(office: Office) -> None:
    with office.begin() as session:
        assert calendars.of(session, "east") == WorkingCalendar.china()
        calendars.decide(
            session, read_days("2026-03-10,off,flood\n2026-03-14,work,"), source="notice 7", now=office.now
        )
        assert not calendars.of(session, "east").is_working_day(date(2026, 3, 10))
        calendars.decide(session, [DecidedDay(date(2026, 3, 10), True)], office="city", now=office.now)
        calendars.decide(session, [DecidedDay(date(2026, 3, 11), False)], office="east", now=office.now)
    with office.begin() as session:
        assert [calendars.of(session, key).is_working_day(date(2026, 3, 10)) for key in ("east", "city", None)] == [
            True,
            True,
            False,
        ]
        assert [calendars.of(session, key).is_working_day(date(2026, 3, 11)) for key in ("east", "city")] == [
            False,
            True,
        ]
        assert calendars.of(session, "east").is_working_day(date(2026, 3, 14))
        assert [(d.day.day, d.office) for d in calendars.decided(session, 2026)] == [
            (10, ""),
            (10, "city"),
            (11, "east"),
            (14, ""),
        ]
        assert calendars.undecide(session, date(2026, 3, 14)) and not calendars.undecide(session, date(2026, 3, 14))
        assert not calendars.of(session, None).is_working_day(date(2026, 3, 14))


def test_hours_are_inherited_from_the_office_above(office: Office) -> None:
    with office.begin() as session:
        calendars.set_hours(session, "city", hours=["08:30-12:00", "14:00-18:00"])
        calendars.set_hours(session, "east", weekend=[6])
        east = calendars.of(session, "east")
        assert east.hours == ((time(8, 30), time(12)), (time(14), time(18))) and east.weekend == frozenset({6})
        assert calendars.of(session, "city").weekend == frozenset({5, 6})
        assert calendars.of(session, None) == WorkingCalendar.china()
        assert calendars.of(session, "east") is east, "equal calendars are one object, which keeps its timeline"
        with pytest.raises(InvalidCalendar):
            calendars.set_hours(session, "east", hours=["12:00-09:00"])


def drawn_with(*steps: object, limit: int = 10, more: tuple[object, ...] = (), paths: tuple[str, ...] = ()) -> object:
    limits = (
        f'[[time_limit]]\nkind = "promised"\ndays = {limit}\nunit = "working_days"\nbasis = "b"\nconfirmed = true\n'
    )
    return procedure(line(*steps, more=more, paths=paths), posts=["clerk"], more=limits)  # type: ignore[arg-type]


def use(office: Office, known: object) -> None:
    with office.begin() as session:
        deployment.activate(session, deployment.deploy(session, known, now=office.now), now=office.now)  # type: ignore[arg-type]


def test_time_limits_and_timers_count_in_the_hours_of_the_office_of_the_case(office: Office) -> None:
    """Friday afternoon plus one working day is Monday's close, whose hours the office has itself."""
    use(office, drawn_with(user("one", due=Timer(TimerKind.DURATION, 'duration("P1D")', True), **CLERK), limit=2))
    with office.begin() as session:
        calendars.set_hours(session, "east", hours=["10:00-16:00"])
        calendars.decide(session, [DecidedDay(date(2026, 3, 10), False)], now=office.now)
    office.now = local("2026-03-06", "14:00").astimezone(UTC)
    case = opened(office)
    with office.begin() as session:
        assert open_tasks(session, case)["one"].due_at == local("2026-03-09", "16:00")
        assert session.get_one(Case, case).due_at == local("2026-03-11", "16:00"), "the tenth was closed by notice"


def waiting_for_papers(limit: int = 10) -> object:
    wait = catch("papers", Trigger.MESSAGE, message="papers", stops_clock=True)
    return drawn_with(user("check", **CLERK), wait, user("decide", **CLERK), limit=limit)


def test_the_clock_stands_while_the_taxpayer_corrects_and_the_facts_tell_it(office: Office) -> None:
    use(office, waiting_for_papers())
    office.now = local("2026-03-02", "09:00").astimezone(UTC)
    case = opened(office)
    with office.begin() as session:
        due = session.get_one(Case, case).due_at
        assert due == local("2026-03-16", "17:30")
    do(office, case, "check")
    stopped = office.now
    with office.begin() as session:
        assert clock_stops.stands(session, case)
    office.now = local("2026-03-05", "15:00").astimezone(UTC) - timedelta(hours=1)
    with office.begin() as session:
        assert messages.deliver(session, "papers", None, {}, now=office.now) == 1
        assert session.get_one(Case, case).due_at == local("2026-03-19", "17:30"), "three working days were not theirs"
        (stop,) = clock_stops.stops(session, case)
        assert (stop.node, stop.since, stop.until) == ("papers", stopped, office.now)
        facts = [e for e in store.read(session, case_id=case) if e.activity == "papers"]
    assert facts[0].attributes["clock"] == "stopped"
    assert facts[1].attributes["clock_stopped_since"] == stopped
    assert facts[1].attributes["due_at"] == local("2026-03-19", "17:30")


def test_stops_that_overlap_count_once(office: Office) -> None:
    use(office, waiting_for_papers())
    office.now = local("2026-03-02", "09:00").astimezone(UTC)
    case = opened(office)
    do(office, case, "check")
    office.now = local("2026-03-03", "10:00").astimezone(UTC)
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
    office.now = local("2026-03-04", "10:00").astimezone(UTC)
    with office.begin() as session:
        messages.deliver(session, "papers", None, {}, now=office.now)  # kept until the case goes on
        assert session.get_one(Case, case).due_at == local("2026-03-16", "17:30")
    office.now = local("2026-03-05", "10:00").astimezone(UTC)
    with office.begin() as session:
        cases.resume(session, case, by="h1", now=office.now)
        assert session.get_one(Case, case).due_at == local("2026-03-19", "17:30")
        assert not clock_stops.stands(session, case)
        assert len(clock_stops.stops(session, case)) == 2


def test_a_rest_moves_limits_in_working_time_and_takes_timers_out_of_what_is_due(office: Office) -> None:
    """A task of two working days, a reminder of three working hours, and a signal light of 36 hours by the clock."""
    soon = boundary("soon", "one", Trigger.TIMER, timer=after('duration("PT3H")', working=True), interrupting=False)
    clock = boundary("clock", "one", Trigger.TIMER, timer=after('duration("PT36H")'), interrupting=False)
    one = user("one", **CLERK, due=after('duration("P2D")', working=True))
    use(office, drawn_with(one, more=(soon, clock, end("e2"), end("e3")), paths=("soon > e2", "clock > e3")))
    office.now = local("2026-03-05", "15:00").astimezone(UTC) - timedelta(hours=1)  # a Thursday
    case = opened(office)

    def limits() -> tuple[datetime | None, dict[str, datetime]]:
        timers = session.scalars(select(TimerRow).where(TimerRow.case == case))
        return open_tasks(session, case)["one"].due_at, {timer.node: timer.due_at for timer in timers}

    with office.begin() as session:
        assert limits() == (
            local("2026-03-09", "17:30"),
            {"soon": local("2026-03-06", "09:30"), "clock": local("2026-03-07", "03:00")},
        )
        cases.suspend(session, case, by="h1", reason="court", now=local("2026-03-05", "16:00").astimezone(UTC))
        resting = session.scalars(select(TimerRow.rests_since).where(TimerRow.case == case)).all()
        assert set(resting) == {local("2026-03-05", "16:00")} and deadlines.next_due(session) is None
        assert deadlines.fire_due(session, local("2026-04-01", "12:00")) == 0
    back = local("2026-03-10", "10:00").astimezone(UTC)  # three working days later
    with office.begin() as session:
        cases.resume(session, case, by="h1", now=back)
        due, timers = limits()
        assert due == local("2026-03-12", "17:30")
        assert timers == {"soon": local("2026-03-10", "12:00"), "clock": local("2026-03-11", "21:00")}
        assert deadlines.fire_due(session, local("2026-03-10", "12:00")) == 1


def test_a_reminder_is_repeated_on_working_days_until_the_work_is_done(office: Office) -> None:
    """Escalation by one boundary timer that repeats: three times, a working day apart, over a weekend."""
    nag = boundary(
        "nag", "one", Trigger.TIMER, interrupting=False, timer=Timer(TimerKind.CYCLE, "R3/P1D", working=True)
    )
    more = (nag, user("supervise", posts=("head",)), end("e2"))
    use(office, drawn_with(user("one", **CLERK), more=more, paths=("nag > supervise > e2",)))
    office.now = local("2026-03-05", "14:00").astimezone(UTC)  # a Thursday
    case = opened(office)
    for moment, expected in (
        ("2026-03-06T12:00", 0), ("2026-03-06T18:00", 1), ("2026-03-08T12:00", 1), ("2026-03-09T18:00", 2),
        ("2026-03-10T18:00", 3), ("2026-03-20T18:00", 3),
    ):  # fmt: skip
        day, clock = moment.split("T")
        with office.begin() as session:
            deadlines.fire_due(session, local(day, clock))
            asked = select(func.count()).select_from(Task).where(Task.case == case, Task.activity == "supervise")
            assert session.scalar(asked) == expected, moment


def test_a_reminder_is_followed_by_supervision(office: Office) -> None:
    """Boundary timers that do not interrupt: first a reminder, at the limit a task for the head."""
    remind = boundary("remind", "one", Trigger.TIMER, timer=after('duration("P1D")', working=True), interrupting=False)
    late = boundary("late", "one", Trigger.TIMER, timer=after('duration("P2D")', working=True), interrupting=False)
    supervise = user("supervise", posts=("head",))
    more = (remind, late, supervise, user("nudge", **CLERK), end("e2"), end("e3"))
    use(office, drawn_with(user("one", **CLERK), more=more, paths=("remind > nudge > e2", "late > supervise > e3")))
    office.now = local("2026-03-06", "14:00").astimezone(UTC)
    case = opened(office)
    for moment, expected in (
        ("2026-03-09", {"one"}),
        ("2026-03-10", {"one", "nudge"}),
        ("2026-03-11", {"one", "nudge", "supervise"}),
    ):
        with office.begin() as session:
            deadlines.fire_due(session, local(moment, "12:00"))
            assert set(open_tasks(session, case)) == expected
            if "supervise" in expected:
                assert open_tasks(session, case)["supervise"].officer == "h1"


def test_a_due_timer_is_found_by_its_index_without_a_case(office: Office) -> None:
    late = boundary("late", "one", Trigger.TIMER, timer=after('duration("P1D")'), interrupting=False)
    use(office, drawn_with(user("one", **CLERK), more=(late, end("e2")), paths=("late > e2",)))
    for _ in range(3):
        opened(office)
    with office.begin() as session:
        bind = session.get_bind()
        asked = str(deadlines.DUE.compile(bind, compile_kwargs={"literal_binds": False}))
        assert "timers" in asked
        if bind.dialect.name == "sqlite":
            rows = session.execute(
                text(
                    "explain query plan select id from timers where fired_at is null and rests_since is null "
                    "and due_at <= '2027' order by due_at, id"
                )
            )
            assert any("ix_timers_due" in row[3] for row in rows)
        else:
            session.execute(text("set local enable_seqscan = off"))
            rows = session.execute(
                text(
                    "explain select id from timers where fired_at is null and rests_since is null "
                    "and due_at <= now() order by due_at, id limit 1"
                )
            )
            assert any("ix_timers_due" in row[0] for row in rows)
        assert session.query(TimerRow).count() >= 3


CALENDARS = st.builds(
    lambda closed, opened, zone, hours: WorkingCalendar(zone=zone, hours=hours).with_overrides(
        dict.fromkeys(closed, False) | dict.fromkeys(opened, True)
    ),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=6),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=6),
    st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York"]),
    st.sampled_from(
        [((time(9), time(12)), (time(13, 30), time(17, 30))), ((time(22), time(0)),), ((time(0), time(8)),)]
    ),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(hours=90))


@given(CALENDARS, MOMENTS, SPANS)
def test_adding_and_measuring_are_inverse_and_land_inside_office_hours(
    calendar: WorkingCalendar, moment: datetime, span: timedelta
) -> None:
    reached = calendar.add(moment, span)
    assert calendar.between(moment, reached) == span
    assert calendar.is_working(reached - timedelta(microseconds=1)), "the last moment of the work lies inside the hours"


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), SPANS)
def test_a_later_begin_or_a_longer_span_never_ends_earlier(
    calendar: WorkingCalendar, moment: datetime, later: timedelta, span: timedelta
) -> None:
    assert calendar.add(moment + later, span) >= calendar.add(moment, span)
    assert calendar.add(moment, span + later / 10) >= calendar.add(moment, span)


@given(CALENDARS, MOMENTS, MOMENTS, st.integers(1, 30))
def test_a_stopped_clock_extends_a_limit_by_just_the_working_days_that_passed(
    calendar: WorkingCalendar, since: datetime, until: datetime, days: int
) -> None:
    since, until = sorted((since, until))
    due = calendar.add_days(since, days)
    extended = clock_stops.extended(due, since, until, calendar, working=True)
    before = timedelta(microseconds=1)  # a day that closes at midnight is the one before
    assert calendar.working_days(due - before, extended - before) == calendar.working_days(since, until)
    assert extended >= due and timedelta(days=1) == working_hours.DAY


def test_the_mark_survives_being_written_and_read(sqlite_office: Office) -> None:
    use(sqlite_office, waiting_for_papers())
    with sqlite_office.begin() as session:
        model = deployment.load(session, deployment.find_version(session, KEY, 1)).model
        assert getattr(model.node("papers"), "stops_clock", False) is True


def correcting_inside() -> ProcessModel:
    """Papers are corrected in a subprocess that is supervised after three working days; the taxpayer has ten days by the calendar."""
    wait = catch("papers", Trigger.MESSAGE, message="papers", stops_clock=True)
    part = subprocess("part")
    late = boundary("late", "part", Trigger.TIMER, timer=after('duration("P3D")', working=True), interrupting=False)
    inner = inside("part", start("s"), user("check", **CLERK), wait, user("decide", **CLERK), end("e"))
    return model(
        start(),
        part,
        *inner,
        late,
        user("supervise", posts=("head",)),
        end(),
        end("told"),
        paths=["start > part > end", "s > check > papers > decide > e", "late > supervise > told"],
        key=KEY,
    )


def test_a_supervision_drawn_around_the_correction_rests_with_the_clock(office: Office) -> None:
    use(office, procedure(correcting_inside()))
    office.now = local("2026-03-02", "09:00").astimezone(UTC)
    case = opened(office)
    do(office, case, "check")

    def timer() -> TimerRow:
        return session.scalars(select(TimerRow).where(TimerRow.case == case)).one()

    with office.begin() as session:
        assert timer().due_at == local("2026-03-05", "17:30") and timer().rests_since is not None
        assert deadlines.fire_due(session, local("2026-03-20", "12:00")) == 0, "nothing counts meanwhile"
        cases.suspend(session, case, by="h1", reason="court", now=local("2026-03-03", "10:00").astimezone(UTC))
        since = timer().rests_since
        assert since is not None and since < local("2026-03-03", "00:00"), "it rests already"
        cases.resume(session, case, by="h1", reason="over", now=local("2026-03-04", "10:00").astimezone(UTC))
        assert timer().rests_since == since, "the papers are still being corrected"
    office.now = local("2026-03-06", "14:00").astimezone(UTC)
    with office.begin() as session:
        assert messages.deliver(session, "papers", None, {}, now=office.now) == 1
        assert timer().rests_since is None
        assert timer().due_at == local("2026-03-11", "17:30"), "four working days were not theirs"
        assert deadlines.fire_due(session, local("2026-03-11", "18:00")) == 1
        assert set(open_tasks(session, case)) == {"decide", "supervise"}


def test_a_timer_that_is_set_while_the_clock_stands_rests_at_once(office: Office) -> None:
    """The case enters the supervised part and waits there for papers, in one step."""
    wait = catch("papers", Trigger.MESSAGE, message="papers", stops_clock=True)
    late = boundary("late", "part", Trigger.TIMER, timer=after('duration("P3D")', working=True), interrupting=False)
    own = boundary("expired", "part", Trigger.TIMER, timer=after('duration("P10D")'))
    drawn = model(
        start(),
        subprocess("part"),
        *inside("part", start("s"), wait, end("e")),
        late,
        own,
        end(),
        end("told"),
        end("over"),
        paths=["start > part > end", "s > papers > e", "late > told", "expired > over"],
        key=KEY,
    )
    use(office, procedure(drawn))
    case = opened(office)
    with office.begin() as session:
        rows = session.scalars(select(TimerRow).where(TimerRow.case == case))
        assert {row.node: row.rests_since is not None for row in rows} == {"late": True, "expired": False}
