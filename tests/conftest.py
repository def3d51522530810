"""What every test may ask for: real databases, the shared corpora, a browser."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from tests.postgres import PostgresServer

# A busy machine is no defect: how long one example takes says nothing about the law; benchmarks/ measure speed.
# Every run and machine judges a change by the same examples; `dev.py hunt` looks for new ones.
settings.register_profile("same", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("hunt", deadline=None, print_blob=True)
settings.load_profile("same")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public logs, models and conformance tests that lies beside the project."""
    folder = Path(os.environ.get("QIANGJI_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"The shared corpora are not at {folder}; QIANGJI_SHARED names another place.")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One running server for the whole session; tests that kill it create their own."""
    server = PostgresServer.create()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database of its own on the real PostgreSQL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administration = sa.create_engine(postgres.url(), isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    yield postgres.url(name)
    with administration.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))
    administration.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'qiangji.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """The same test on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
