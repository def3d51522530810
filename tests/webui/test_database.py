"""Migrations: the database that they make is the one that the tables describe."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from event_logs.ledger.digests import FIRST, digest
from event_logs.store import facts, told
from webui.database import alembic_config, migrate
from webui.schema import metadatas, ours
from workflows.database import open_engine


def test_migrations_make_what_the_tables_say(any_database_url: str) -> None:
    engine = open_engine(any_database_url)
    migrate(engine)
    migrate(engine)  # once more changes nothing
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": ours})
        assert compare_metadata(context, metadatas(engine.dialect.name)) == []
    engine.dispose()


def test_recorded_events_cannot_be_changed_in_a_migrated_database(any_database_url: str) -> None:
    engine = open_engine(any_database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into events (procedure, case_id, activity, lifecycle, at, attributes) "
                "values ('p', 'c', 'a', 'complete', '2026-03-02 02:00:00', '{}')"
            )
        )
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(sa.text("update events set activity = 'b'"))
    engine.dispose()


def test_two_starts_at_once_migrate_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'both.sqlite'}")
    finished: list[bool] = []

    def start() -> None:
        migrate(engine)
        finished.append(True)

    starts = [threading.Thread(target=start) for _ in range(4)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(finished) == 4
    assert "cases" in sa.inspect(engine).get_table_names()
    engine.dispose()


def test_events_that_were_recorded_before_digests_are_chained_by_the_migration(any_database_url: str) -> None:
    engine = open_engine(any_database_url)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0004")
        for case in ("A", "B", "A"):
            connection.execute(
                sa.text(
                    "insert into events (procedure, case_id, activity, lifecycle, at, attributes) "
                    "values ('p', :case, 'a', 'complete', '2026-03-02 02:00:00.000000', '{}')"
                ),
                {"case": case},
            )
        connection.commit()
    migrate(engine)
    with engine.connect() as connection:
        rows = connection.execute(facts()).all()
    assert [row.digest for row in rows] == [digest(told(row)) for row in rows]
    assert [row.previous for row in rows] == [FIRST, FIRST, rows[0].digest]
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(sa.text("delete from events"))
    engine.dispose()
