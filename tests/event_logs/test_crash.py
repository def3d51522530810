"""The process is killed between two touches of a file or of the database: no fact is lost, none is there twice, and the seals hold."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.collecting import queries
from event_logs.collecting.tables import CollectedAside, CollectedEvent
from event_logs.event import Event, Lifecycle
from event_logs.ledger.inspection import inspect
from event_logs.ledger.keys import new_key, write_key
from event_logs.performed import computed, performed
from event_logs.warehouse import Warehouse
from tests.event_logs.killed import COLLECTION, NOW, gather, killed_at, ledger, take, work
from workflows.database import create_schema

MOST, STEP = 400, 6  # touches that one round can have at most; after so many more of them it is killed the next time
Kill = Callable[[int, str, str, Path], bool]


@pytest.fixture(scope="module")
def kill() -> Kill:
    """Does some work in a process that is killed at its n-th touch; says whether it was, or ended before."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.event_logs.killed"])

    def run(number: int, what: str, url: str, home: Path) -> bool:
        process = server.Process(target=killed_at, args=(number, what, url, str(home)))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        return process.exitcode != 0

    return run


@pytest.fixture
def engine(any_database_url: str) -> Iterator[Engine]:
    engine = create_engine(any_database_url)
    create_schema(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def record(engine: Engine, number: int) -> None:
    """A case goes on and another begins, in two procedures and months."""
    at = NOW - timedelta(days=60 - 20 * (number % 2), minutes=-number)
    told = [("refund", "C0"), ("refund", f"C{number}"), ("licence", f"L{number}")]
    with Session(engine) as session:
        store.append(
            session,
            [Event(procedure=p, case_id=c, activity="check", lifecycle=Lifecycle.COMPLETE, at=at) for p, c in told],
        )
        session.commit()


@pytest.mark.slow
def test_whenever_it_is_killed_the_next_round_finds_everything_once(
    any_database_url: str, engine: Engine, home: Path, kill: Kill
) -> None:
    ledger(home).key_file.parent.mkdir(parents=True)
    write_key(ledger(home).key_file, new_key())
    kills = 0
    for number in range(1, MOST, STEP):
        record(engine, number)
        if not kill(number, "work", any_database_url, home):
            break
        kills += 1
        if kills % 3 == 0:  # and otherwise it comes to the next one as the killed one left it
            work(engine, home)
        check(engine, home, whole=kills % 3 == 0)
    work(engine, home)
    check(engine, home, whole=True)
    assert 8 < kills < MOST // STEP - 1


@pytest.mark.slow
def test_what_is_pushed_and_collected_is_there_once_whenever_it_was_killed(
    any_database_url: str, engine: Engine, home: Path, kill: Kill, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.sqlite"
    with Session(engine) as session, session.begin():
        given = {"key": "id", "mark": "done_at", "every": timedelta(seconds=60), "late": timedelta(hours=1)}
        mapping = {"case_id": "permit", "activity": "step", "timestamp": "done_at"}
        url, query = f"sqlite:///{foreign}", "SELECT * FROM steps"
        queries.add(session, COLLECTION, log=COLLECTION, url=url, query=query, mapping=mapping, now=NOW, **given)  # type: ignore[arg-type]
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE steps (id INTEGER PRIMARY KEY, permit TEXT, step TEXT, done_at TEXT)")
    kills = 0
    for number in range(1, MOST, STEP):
        with sqlite3.connect(foreign) as connection:
            connection.execute("INSERT INTO steps VALUES (?, 'p1', 'check', '2026-05-01 09:00:00')", [number])
            connection.execute("INSERT INTO steps VALUES (?, NULL, 'check', '2026-05-01 09:00:00')", [number + 1])
        if not kill(number, "gather", any_database_url, home):
            break
        kills += 1
        check_gathered(engine, home, known=kills)
    gather(engine, home)
    check_gathered(engine, home, known=kills + 1)
    log = Warehouse(home).load(COLLECTION)
    assert log.events.count().execute() == kills + 1 + 12 and Warehouse(home).report(COLLECTION).set_aside == kills + 1
    assert 8 < kills < MOST // STEP - 1


def check_gathered(engine: Engine, home: Path, *, known: int) -> None:
    """Nothing twice, nothing that was acknowledged is lost, and the log is one that was laid down whole."""
    with Session(engine) as session:
        kept = session.execute(select(CollectedEvent.source, CollectedEvent.key)).all()
        aside = session.scalars(select(CollectedAside.key)).all()
    assert len(kept) == len(set(kept)) and len(aside) == len(set(aside)) <= known
    told = {key for source, key in kept if source == "/counter"}
    for batch in range(3):
        there = {f"{batch}.{n}" for n in range(4)} & told
        assert len(there) in (0, 4) and (there or not (home / f"acknowledged-{batch}").exists())
    if COLLECTION in Warehouse(home).names():
        report = Warehouse(home).report(COLLECTION)
        assert Warehouse(home).load(COLLECTION).events.count().execute() == report.events <= len(kept)


@pytest.mark.slow
def test_an_import_is_there_with_its_report_or_not_at_all_whenever_it_was_killed(home: Path, kill: Kill) -> None:
    (home / "table.csv").write_text(
        "case,activity,time\n1,a,2026-03-02 09:00:00\n1,b,soon\n2,a,2026-03-02 10:00:00\n", encoding="utf-8"
    )
    warehouse, kills = Warehouse(home), 0
    for number in range(1, MOST, 3):
        if not kill(number, "take", "sqlite://", home):
            break
        kills += 1
        if warehouse.names():
            whole(warehouse)
            warehouse.remove("table")
    whole(warehouse)
    take(create_engine("sqlite://"), home)
    whole(warehouse)
    assert 8 < kills < MOST // 3 - 1


def whole(warehouse: Warehouse) -> None:
    report = warehouse.report("table")
    assert (report.events, report.cases, report.set_aside) == (2, 2, 1)
    assert report.set_aside_file is not None and "soon" in report.set_aside_file.read_text(encoding="utf-8-sig")
    log = warehouse.load("table")
    assert log.events.count().execute() == 2 and performed(log).count().execute() == 2


def check(engine: Engine, home: Path, *, whole: bool) -> None:
    verdict = inspect(engine, ledger(home))
    assert verdict.findings == ()
    warehouse = Warehouse(home)
    parts = warehouse.lake.manifest().parts
    there = sorted(
        n for part in parts for n in pq.read_table(warehouse.lake.folder / part.file)["position"].to_pylist()
    )
    assert there == list(range(1, len(there) + 1))
    if whole:
        assert verdict.unsealed == 0
        with Session(engine) as session:
            assert len(there) == store.last_position(session)
        log = warehouse.take_snapshot(engine, "refund", now=NOW)
        assert performed(log).count().execute() == computed(log).count().execute() == 2 * len(there) // 3
