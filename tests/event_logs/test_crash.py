"""The process is killed between two touches of a file, earlier and later: no fact is lost, none is there twice, and the seals hold."""

from __future__ import annotations

import multiprocessing
import signal
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle
from event_logs.ledger.inspection import inspect
from event_logs.ledger.keys import new_key, write_key
from event_logs.performed import computed, performed
from event_logs.warehouse import Warehouse
from tests.event_logs.killed import NOW, killed_at, ledger, work

MOST, STEP = (
    300,
    4,
)  # touches of files that one round can have at most; after so many more of them it is killed the next time


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
def test_whenever_it_is_killed_the_next_round_finds_everything_once(tmp_path: Path) -> None:
    home, url = tmp_path / "home", f"sqlite:///{tmp_path / 'office.sqlite'}"
    engine = create_engine(url)
    store.metadata.create_all(engine)
    ledger(home).key_file.parent.mkdir(parents=True)
    write_key(ledger(home).key_file, new_key())
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.event_logs.killed"])
    kills = 0
    for number in range(1, MOST, STEP):
        record(engine, number)
        process = server.Process(target=killed_at, args=(number, url, str(home)))
        process.start()
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        if kills % 3 == 0:  # and otherwise it comes to the next one as the killed one left it
            work(engine, home)
        check(engine, home, whole=kills % 3 == 0)
    work(engine, home)
    check(engine, home, whole=True)
    assert 8 < kills < MOST // STEP - 1


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
