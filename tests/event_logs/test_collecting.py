"""A foreign database is asked by schedule, on SQLite and PostgreSQL; each row comes in once, late ones too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from event_logs.collecting import queries
from event_logs.collecting.tables import CollectedEvent
from event_logs.errors import BadCollection
from event_logs.warehouse import Warehouse
from event_logs.warehouse.collected import shelve
from workflows.database import create_schema

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
MAPPING = {"case_id": "permit", "activity": "step", "timestamp": "done_at"}


@pytest.fixture
def foreign(any_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    engine = sa.create_engine(any_database_url)
    if engine.url.password is not None:
        monkeypatch.setenv("PERMITS_PASSWORD", engine.url.password)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE steps (id INTEGER PRIMARY KEY, permit TEXT, step TEXT, done_at TIMESTAMP, fee INTEGER)"
        )
    yield engine
    engine.dispose()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'own.sqlite'}")
    create_schema(engine)
    with Session(engine) as session:
        yield session


def tell(foreign: sa.Engine, *rows: tuple[int, str, str, str | None, int]) -> None:
    with foreign.begin() as connection:
        for row in rows:
            connection.execute(
                sa.text("INSERT INTO steps VALUES (:a, :b, :c, :d, :e)"), dict(zip("abcde", row, strict=True))
            )


def add(session: Session, foreign: sa.Engine, query: str = "SELECT * FROM steps", **others: object) -> None:
    given = {"key": "id", "mark": "done_at", "every": timedelta(seconds=60), "late": timedelta(hours=1), **others}
    if foreign.url.password is not None:
        given["password_from"] = "PERMITS_PASSWORD"
    url = foreign.url.set(password=None).render_as_string()
    queries.add(session, "permits", log="permits", url=url, query=query, mapping=MAPPING, now=NOW, **given)  # type: ignore[arg-type]


def test_each_row_comes_in_once_and_late_ones_too(foreign: sa.Engine, session: Session, tmp_path: Path) -> None:
    add(session, foreign)
    tell(foreign, (1, "p1", "accept", "2026-03-01 09:00:00", 10), (2, "p1", "check", "2026-03-01 10:00:00", 10))
    assert queries.due(session, NOW) == ["permits"] and queries.collect(session, "permits", now=NOW) == 2
    assert queries.due(session, NOW) == [] and queries.collect(session, "permits", now=NOW) == 0
    tell(foreign, (3, "p2", "accept", "2026-03-01 09:30:00", 5), (4, "p2", "check", "2026-03-01 11:00:00", 5))
    assert queries.collect(session, "permits", now=NOW + timedelta(minutes=2)) == 2
    store = Warehouse(tmp_path / "home")
    assert shelve(session, store, "permits", now=NOW) and not shelve(session, store, "permits", now=NOW)
    rows = store.load("permits").events.order_by("position").to_pyarrow().to_pylist()
    assert [(row["case_id"], row["activity"]) for row in rows] == [
        ("p1", "accept"),
        ("p2", "accept"),
        ("p1", "check"),
        ("p2", "check"),
    ]
    assert rows[0]["at"] == datetime(2026, 3, 1, 1, tzinfo=UTC) and '"fee":10' in rows[0]["attributes"]
    report = store.report("permits")
    assert (report.cases, report.events, report.variants) == (2, 4, 1)


def test_a_failure_is_shown_takes_nothing_and_is_tried_again(foreign: sa.Engine, session: Session) -> None:
    add(session, foreign)
    with foreign.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE steps RENAME TO moved")
    assert queries.collect(session, "permits", now=NOW) == 0
    assert "steps" in str(queries.find(session, "permits").failure)
    with foreign.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE moved RENAME TO steps")
    tell(foreign, (1, "p1", "accept", "2026-03-01 09:00:00", 10), (2, "", "accept", "2026-03-01 09:00:00", 10))
    assert queries.collect(session, "permits", now=NOW + timedelta(minutes=2)) == 1
    found = queries.find(session, "permits")
    assert found.failure is None and (found.taken, found.set_aside) == (1, 1)
    assert session.scalar(sa.select(sa.func.count()).select_from(CollectedEvent)) == 1


def test_the_foreign_database_is_only_read(foreign: sa.Engine, session: Session) -> None:
    with pytest.raises(BadCollection, match="one SELECT"):
        add(session, foreign, query="DELETE FROM steps")
    if foreign.dialect.name == "postgresql":  # a query that writes is one to PostgreSQL
        with foreign.begin() as connection:
            connection.exec_driver_sql("CREATE SEQUENCE used")
        add(session, foreign, query="SELECT nextval('used') AS id, * FROM steps")
        tell(foreign, (1, "p1", "accept", "2026-03-01 09:00:00", 10))
        queries.collect(session, "permits", now=NOW)
        assert "read-only" in str(queries.find(session, "permits").failure)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://li:secret@host/permits", "postgresql+psycopg://host/p?password=secret"]
)
def test_an_address_with_a_password_is_refused_and_told_the_way_out(session: Session, url: str) -> None:
    given = {
        "query": "SELECT 1",
        "mapping": MAPPING,
        "key": "id",
        "mark": "at",
        "every": timedelta(1),
        "late": timedelta(0),
    }
    with pytest.raises(BadCollection, match="--password-from") as refused:
        queries.add(session, "permits", log="permits", url=url, now=NOW, **given)  # type: ignore[arg-type]
    assert "secret" not in str(refused.value)


def test_the_password_is_that_of_the_variable_when_the_query_is_asked(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "query": "SELECT 1",
        "mapping": MAPPING,
        "key": "id",
        "mark": "at",
        "every": timedelta(1),
        "late": timedelta(0),
    }
    url = "postgresql+psycopg://li@host/permits"
    queries.add(session, "permits", log="permits", url=url, now=NOW, password_from="PERMITS", **given)  # type: ignore[arg-type]
    monkeypatch.delenv("PERMITS", raising=False)
    queries.collect(session, "permits", now=NOW)
    assert "PERMITS that holds its password is not set" in str(queries.find(session, "permits").failure)
    assert queries.find(session, "permits").url == url


def test_a_bad_row_lies_aside_once_with_its_reason_until_it_is_told_well(
    foreign: sa.Engine, session: Session, tmp_path: Path
) -> None:
    add(session, foreign)
    tell(foreign, (1, "p1", "accept", "2026-03-01 09:00:00", 10), (2, "", "check", "2026-03-01 09:00:00", 10))
    store = Warehouse(tmp_path / "home")
    for minutes in (0, 2, 4):
        queries.collect(session, "permits", now=NOW + timedelta(minutes=minutes))
        shelve(session, store, "permits", now=NOW)
        file = store.report("permits").set_aside_file
        assert file and queries.find(session, "permits").set_aside == store.report("permits").set_aside == 1
        lines = file.read_text("utf-8-sig").splitlines()
        assert len(lines) == 2 and "it has no case" in lines[1] and "check" in lines[1]
    with foreign.begin() as connection:
        connection.exec_driver_sql("UPDATE steps SET permit = 'p1' WHERE id = 2")
    assert queries.collect(session, "permits", now=NOW + timedelta(minutes=6)) == 1
    assert shelve(session, store, "permits", now=NOW) and store.report("permits").set_aside_file is None
    assert queries.find(session, "permits").set_aside == 0
