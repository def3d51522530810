"""The tests' own PostgreSQL keeps what was committed when it is killed."""

from __future__ import annotations

import sqlalchemy as sa

from tests.postgres import PostgresServer


def test_a_killed_server_starts_again_with_every_committed_row() -> None:
    server = PostgresServer.create().start()
    engine = sa.create_engine(server.url())
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("create table kept (x int)"))
            connection.execute(sa.text("insert into kept values (1), (2)"))
        server.kill()
        engine.dispose()
        server.start()
        with engine.connect() as connection:
            assert connection.execute(sa.text("select count(*) from kept")).scalar_one() == 2
    finally:
        engine.dispose()
        server.stop()


def test_every_test_has_a_database_of_its_own(any_database_url: str) -> None:
    engine = sa.create_engine(any_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("create table only_here (x int)"))
        assert connection.execute(sa.text("select count(*) from only_here")).scalar_one() == 0
    engine.dispose()
