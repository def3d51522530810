"""Recorded events: what goes in comes out, in order, and nothing can change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, exc, insert, select, text
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.columns import Utc
from event_logs.errors import NaiveTime, Unstorable
from event_logs.event import Event, Lifecycle
from event_logs.store import append, last_position, metadata, read, read_positions

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


@pytest.mark.parametrize("change", ["UPDATE events SET activity = 'x'", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_history(engine: Engine, change: str) -> None:
    with Session(engine) as session:
        append(session, [fact()])
        session.commit()
        with pytest.raises(exc.DatabaseError, match="never changed or removed"):
            session.execute(text(change))
        session.rollback()
        assert len(list(read(session))) == 1


def test_a_naive_time_is_refused_with_the_way_out(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(exc.StatementError) as refusal:
        append(session, [fact(at=datetime(2026, 3, 2))])
    assert isinstance(refusal.value.orig, NaiveTime)


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
