"""Recorded events: what goes in comes out, in order, and nothing can change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, bindparam, create_engine, exc, insert, select, text
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.columns import Utc
from event_logs.errors import NaiveTime, Unstorable
from event_logs.event import Event, Lifecycle
from event_logs.ledger.digests import FIRST, digest
from event_logs.prepared import AT_ONCE, Filled, Prepared, send_all
from event_logs.settled import last_settled
from event_logs.store import append, facts, filled, last_position, metadata, read, read_positions

NOON = datetime(2026, 3, 2, 4, 0, 0, 1, tzinfo=UTC)


@pytest.fixture
def engine(any_database_url: str) -> Iterator[Engine]:
    engine = create_engine(any_database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def fact(case_id: str = "1", activity: str = "accept", **values: object) -> Event:
    given = {"procedure": "refund", "lifecycle": Lifecycle.COMPLETE, "at": NOON} | values
    return Event(case_id=case_id, activity=activity, **given)  # type: ignore[arg-type]


def test_what_is_appended_is_read_back_in_order(engine: Engine) -> None:
    facts = [
        fact("2", "start", attributes={"amount": Decimal("10.50"), "filed": date(2026, 3, 1), "key": True, "n": None}),
        fact("1", "accept", instance="t7", version=3, officer="li", post="window", office="north"),
        fact("2", "review", at=NOON - timedelta(days=1), lifecycle=Lifecycle.SCHEDULE),
    ]
    with Session(engine) as session:
        append(session, facts)
        session.commit()
        assert list(read(session)) == facts
        assert list(read(session, case_id="2")) == [facts[0], facts[2]]
        assert list(read(session, procedure="other")) == []
        assert [position for position, _ in read_positions(session, after=1)] == [2, 3]
        assert list(read(session, after=1, limit=1)) == [facts[1]]
        assert last_position(session) == 3 and last_position(session, procedure="other") == 0


def test_events_belong_to_the_callers_transaction(engine: Engine) -> None:
    with Session(engine) as session:
        append(session, [fact()])
        session.rollback()
        assert list(read(session)) == []


CHANGES = ["UPDATE events SET activity = 'x'", "DELETE FROM events"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_refuses_to_change_history(engine: Engine, change: str) -> None:
    with Session(engine) as session:
        append(session, [fact()])
        session.commit()
        with pytest.raises(exc.DatabaseError, match="never changed or removed"):
            session.execute(text(change))
        session.rollback()
        assert len(list(read(session))) == 1


def test_no_row_takes_the_place_of_another_on_sqlite(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    metadata.create_all(engine)
    with Session(engine) as session:
        append(session, [fact()])
        session.commit()
        columns = "procedure, case_id, activity, lifecycle, at, attributes"
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(exc.DatabaseError, match="never changed or removed"):
                session.execute(
                    text(f"{verb} INTO events (position, {columns}) VALUES (1, 'p', 'c', 'x', 'y', '', '')")
                )
            session.rollback()
        assert [one.activity for one in read(session)] == ["accept"]
    engine.dispose()


@pytest.mark.parametrize(
    "change", [*CHANGES, "TRUNCATE events", "ALTER TABLE events DISABLE TRIGGER ALL", "DROP TABLE events"]
)
def test_the_role_of_the_application_may_only_add_and_read_on_postgresql(postgres_url: str, change: str) -> None:
    owner = create_engine(postgres_url)
    metadata.create_all(owner)
    role = f"clerk_{owner.url.database}"
    with owner.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT SELECT, INSERT ON events TO {role}"))
        connection.execute(text(f"GRANT USAGE ON SEQUENCE events_position_seq TO {role}"))
    application = create_engine(owner.url.set(username=role))
    with Session(application) as session:
        append(session, [fact()])
        session.commit()
        with pytest.raises(exc.ProgrammingError, match=r"permission denied|must be owner"):
            session.execute(text(change))
        session.rollback()
        assert len(list(read(session))) == 1
    application.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def test_even_the_owner_of_the_table_has_no_right_to_change_it_on_postgresql(postgres_url: str) -> None:
    administrator = create_engine(postgres_url)
    role = f"owner_{administrator.url.database}"
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {role}"))
    owner = create_engine(administrator.url.set(username=role))
    metadata.create_all(owner)
    for change in (*CHANGES, "TRUNCATE events"):
        with owner.connect() as connection, pytest.raises(exc.ProgrammingError, match="permission denied"):
            connection.execute(text(change))
    owner.dispose()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role} CASCADE"))
        connection.execute(text(f"DROP ROLE {role}"))
    administrator.dispose()


def test_not_even_a_superuser_empties_the_table_unawares_on_postgresql(postgres_url: str) -> None:
    superuser = create_engine(postgres_url)
    metadata.create_all(superuser)
    with Session(superuser) as session:
        append(session, [fact()])
        session.commit()
        with pytest.raises(exc.DatabaseError, match="never changed or removed"):
            session.execute(text("TRUNCATE events"))
        session.rollback()
        assert len(list(read(session))) == 1
    superuser.dispose()


def test_positions_are_settled_when_no_writer_can_still_bring_a_lower_one(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    metadata.create_all(engine)
    with Session(engine) as slow, Session(engine) as quick, engine.connect() as watcher:
        append(slow, [fact("1")])
        append(quick, [fact("2")])
        quick.commit()
        assert last_settled(watcher, patience=0.05) is None
        slow.commit()
        assert last_settled(watcher) == 2
    engine.dispose()


def test_each_event_is_chained_to_the_one_before_in_its_case(engine: Engine) -> None:
    told = [fact("1", zone="Asia/Shanghai"), fact("2"), fact("1", "review", attributes={"amount": Decimal("1.50")})]
    told.append(fact("1", "approve", at=NOON + timedelta(days=1)))
    with Session(engine) as session:
        append(session, told[:1])
        append(session, told[1:])
        session.commit()
        rows = session.connection().execute(facts()).all()
        assert list(read(session)) == told
    assert [row.digest for row in rows] == [digest(one) for one in told]
    assert [row.previous for row in rows] == [FIRST, FIRST, digest(told[0]), digest(told[2])]


def test_a_case_of_many_events_is_one_chain_however_many_statements_write_it(engine: Engine) -> None:
    told = [*(fact("1", instance=str(n), attributes={"n": n}) for n in range(2 * AT_ONCE + 1)), fact("2"), fact("1")]
    with Session(engine) as session:
        append(session, told)
        rows = session.connection().execute(facts()).all()
        assert list(read(session)) == told
    own = [digest(one) for one in told]
    assert [row.previous for row in rows] == [FIRST, *own[: 2 * AT_ONCE], FIRST, own[2 * AT_ONCE]]


def test_what_the_database_refuses_is_told_as_sqlalchemy_does_and_harms_nothing_after(engine: Engine) -> None:
    without = Prepared(insert(metadata.tables["events"]).values({n: bindparam(n) for n in ("procedure", "case_id")}))
    with Session(engine) as session:
        append(session, [fact("1")])
        session.commit()
        with pytest.raises(exc.IntegrityError, match="INSERT INTO events"):
            without.fill(engine.dialect, {"procedure": "refund", "case_id": "1"}).send(session.connection())
        session.rollback()
        append(session, [fact("2")])
        assert [one.case_id for one in read(session)] == ["1", "2"]


def test_several_statements_go_together_and_each_hears_its_own_answer(engine: Engine) -> None:
    asked = Prepared(select(bindparam("n", type_=Integer)))
    heard: list[int] = []

    def ask(n: int) -> Filled:
        answered = lambda _, cursor: heard.append(cursor.fetchone()[0])  # noqa: E731
        return replace(asked.fill(engine.dialect, {"n": n}), answered=answered)

    with Session(engine) as session:
        events = filled(engine.dialect, [fact("1"), fact("2")])
        send_all(session.connection(), [ask(1), *events, ask(2), ask(3)])
        assert (heard, [one.case_id for one in read(session)]) == ([1, 2, 3], ["1", "2"])


def test_of_several_statements_one_that_is_refused_is_told_as_sqlalchemy_does_and_harms_nothing_after(
    engine: Engine,
) -> None:
    without = Prepared(insert(metadata.tables["events"]).values({n: bindparam(n) for n in ("procedure", "case_id")}))
    bad = without.fill(engine.dialect, {"procedure": "refund", "case_id": "1"})
    with Session(engine) as session:
        for _ in range(3):
            with pytest.raises(exc.IntegrityError, match=r"(?i)not.null"):
                send_all(
                    session.connection(),
                    [*filled(engine.dialect, [fact("1")]), bad, *filled(engine.dialect, [fact("2")])],
                )
            session.rollback()
        append(session, [fact("3")])
        session.commit()
        assert [one.case_id for one in read(session)] == ["3"]


def test_a_naive_time_is_refused_with_the_way_out(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(NaiveTime, match="give an aware one"):
        append(session, [fact(at=datetime(2026, 3, 2))])


def test_positions_are_never_given_twice(engine: Engine) -> None:
    with Session(engine) as session:
        append(session, [fact(), fact()])
        session.commit()
        append(session, [fact()])
        session.rollback()
        append(session, [fact()])
        session.commit()
        positions = [position for position, _ in read_positions(session)]
    assert len(set(positions)) == 3 and positions == sorted(positions)


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=offsets)


@given(st.lists(instants, min_size=1, max_size=8))
def test_instants_are_exact_and_sort_as_time_does(stamps: list[datetime]) -> None:
    engine = create_engine("sqlite://")
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("at", Utc))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"at": stamp} for stamp in stamps])
        back = connection.execute(select(table.c.at).order_by(table.c.at)).scalars().all()
        later = connection.execute(select(table.c.at).where(table.c.at > stamps[0])).scalars().all()
    assert back == sorted(stamps) and all(stamp.tzinfo is UTC for stamp in back)
    assert sorted(later) == sorted(stamp for stamp in stamps if stamp > stamps[0])


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | instants
    | st.times()
    | st.timedeltas()
)
keys = st.text() | st.sampled_from(["$decimal", "$$date", "$", "$float"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


@given(values)
def test_typed_values_survive_json(value: object) -> None:
    text = typed_json.dumps(value)
    assert text.encode()  # databases and Parquet keep UTF-8
    back = typed_json.loads(text)
    assert back == value and type(back) is type(value)


def test_money_keeps_its_zeros() -> None:
    assert str(typed_json.loads(typed_json.dumps(Decimal("10.50")))) == "10.50"


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(Unstorable, match="complex"):
        typed_json.dumps({"a": [1j]})
    with pytest.raises(Unstorable):
        typed_json.dumps({1: "a"})
