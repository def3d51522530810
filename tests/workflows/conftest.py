"""An office with a procedure of four steps, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy import text as text_of
from sqlalchemy.orm import Session

from bpmn.model import Lane
from bpmn.procedure import Procedure
from tests.builders import both, choice, end, form, model, number, procedure, small_office, start, text, user, xor
from tests.postgres import PostgresServer
from tests.workflows.playing import MONDAY
from workflows import deployment
from workflows.database import create_schema, open_engine


def refund() -> Procedure:
    """Accept → (arrears and account checked at once) → approve by a reviewer who did none of it → end; approve may return."""
    desk = Lane(id="desk", posts=("clerk",))
    drawn = model(
        start(lane="desk"),
        xor("m", lane="desk"),
        user("accept", form="accept", lane="desk"),
        both("s", lane="desk"),
        user("arrears", lane="desk"),
        user("account", lane="desk"),
        both("j", lane="desk"),
        user("approve", form="approve", posts=("reviewer", "clerk"), four_eyes=("accept",), lane="desk"),
        xor("d", default="d__end", lane="desk"),
        end(lane="desk"),
        paths=[
            "start > m > accept > s > arrears > j > approve > d > end",
            "s > account > j",
            'd > m : approve_outcome = "return"',
        ],
        key="refund",
        lanes=(desk,),
    )
    return procedure(
        drawn,
        posts=["head", "leader"],
        accept=form(
            "accept", choice("accept_outcome", "pass", "reject"), number("amount", min=0, required=True), text("remark")
        ),
        approve=form("approve", choice("approve_outcome", "pass", "return"), text("approve_remark")),
    )


class Office:
    """A database with a small office, whose clock moves an hour at every look."""

    def __init__(self, url: str, drawn: Procedure | None = None, *, furnished: bool = False) -> None:
        self.url = url
        self.engine: Engine = open_engine(url, durable=False)
        self.now: datetime = MONDAY
        if not furnished:
            self.furnish(drawn or refund())

    def furnish(self, drawn: Procedure) -> None:
        create_schema(self.engine)
        with self.begin() as session:
            small_office(session)
            version = deployment.deploy(session, drawn, now=self.now)
            deployment.activate(session, version, now=self.now)

    def begin(self) -> _Work:
        self.now += timedelta(hours=1)
        return _Work(self.engine)


class _Work:
    """A session that commits at its end, or rolls back."""

    def __init__(self, engine: Engine) -> None:
        self.session = Session(engine, expire_on_commit=False)

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, kind: object, *_: object) -> None:
        (self.session.rollback if kind else self.session.commit)()
        self.session.close()


@pytest.fixture(scope="session")
def furnished_postgres(postgres: PostgresServer) -> str:
    """A furnished database that others are copied from: quicker than making the tables each time."""
    administer(postgres, "create database furnished")
    place = Office(postgres.url("furnished"))
    place.engine.dispose()
    return "furnished"


def administer(server: PostgresServer, statement: str) -> None:
    engine = create_engine(server.url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text_of(statement))


@pytest.fixture(scope="session")
def furnished_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("furnished") / "office.sqlite"
    place = Office(f"sqlite:///{file}")
    place.engine.dispose()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def sqlite_office(furnished_sqlite: Path, tmp_path: Path) -> Iterator[Office]:
    file = shutil.copy(furnished_sqlite, tmp_path / "office.sqlite")
    place = Office(f"sqlite:///{file}", furnished=True)
    yield place
    place.engine.dispose()


@pytest.fixture
def postgres_office(postgres: PostgresServer, furnished_postgres: str) -> Iterator[Office]:
    name = f"office_{uuid.uuid4().hex[:12]}"
    administer(postgres, f"create database {name} template {furnished_postgres}")
    place = Office(postgres.url(name), furnished=True)
    yield place
    place.engine.dispose()
    administer(postgres, f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def office(request: pytest.FixtureRequest) -> Office:
    """The same story on SQLite and on PostgreSQL."""
    found: Office = request.getfixturevalue("sqlite_office" if request.param == "sqlite" else "postgres_office")
    return found
