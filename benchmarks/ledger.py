"""Tamper evidence: what chaining costs four writers at once, and how fast seals are closed and checked.

Four processes append to one database, a transaction for each two events, each to cases of its own; with digests and links, and with a
plain INSERT of the same rows, one after the other in short turns of the same run. While the chained turns run, a fifth process seals.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle
from event_logs.ledger.inspection import inspect
from event_logs.ledger.sealing import Ledger, seal
from tests.postgres import PostgresServer
from workflows.database import open_engine, reading

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
WRITERS, TURNS = 4, 5
PER_CASE = 14


def facts(writer: int, number: int) -> list[Event]:
    """Two events of one of the writer's cases, as a completed task gives them."""
    case = f"{writer}-{number * 2 // PER_CASE}"
    return [
        Event(
            procedure="refund",
            case_id=case,
            activity=activity,
            lifecycle=lifecycle,
            at=NOW + timedelta(seconds=number),
            instance=f"t{number}",
            version=3,
            officer="officer 17",
            post="refund_clerk",
            office="east",
            zone="Asia/Shanghai",
            attributes={"review_outcome": "pass", "amount": "120000.50", "remark": "all documents are complete"},
        )
        for activity, lifecycle in (("review", Lifecycle.COMPLETE), ("approve", Lifecycle.SCHEDULE))
    ]


def chained(session: Session, events: list[Event]) -> None:
    store.append(session, events)


def plain(session: Session, events: list[Event]) -> None:
    """What `append` did before events were chained."""
    rows = [dict(zip(store._FACT, store._said(event), strict=True)) for event in events]
    session.connection().execute(insert(store._TABLE), rows)


def write(url: str, writer: int, seconds: float, way: Callable[..., None], counted: Any, gate: Any) -> None:
    engine = open_engine(url)
    with engine.connect():
        pass
    gate.wait()
    until, number = time.perf_counter() + seconds, 0
    prefix = time.time_ns()
    while time.perf_counter() < until:
        with Session(engine) as session, session.begin():
            way(session, facts(prefix + writer, number))
        number += 1
    counted.put(number * 2)


def turn(url: str, seconds: float, way: Callable[..., None]) -> float:
    """Events a second of four writers together."""
    counted, gate = multiprocessing.Queue(), multiprocessing.Barrier(WRITERS)
    given = [(url, writer, seconds, way, counted, gate) for writer in range(WRITERS)]
    processes = [multiprocessing.Process(target=write, args=one) for one in given]
    for process in processes:
        process.start()
    written = sum(counted.get() for _ in processes)
    for process in processes:
        process.join()
    return written / seconds


def keep_sealing(url: str, folder: str, stop: Any) -> None:
    engine, ledger = reading(open_engine(url)), Ledger(Path(folder) / "ledger", Path(folder) / "key")
    while not stop.wait(1.0):
        seal(engine, ledger, now=datetime.now(UTC))


def compare(name: str, url: str, folder: str, seconds: float) -> None:
    engine = open_engine(url)
    store.metadata.create_all(engine)
    ratios, speeds = [], []
    stop = multiprocessing.Event()
    sealer = multiprocessing.Process(target=keep_sealing, args=(url, folder, stop))
    turn(url, 0.5, chained)
    sealer.start()
    for number in range(TURNS):
        ways = (plain, chained) if number % 2 else (chained, plain)  # none always comes first
        found = {way: turn(url, seconds, way) for way in ways}
        ratios.append(found[chained] / found[plain])
        speeds.append(found[chained])
    stop.set()
    sealer.join()
    print(f"{name}: chained and sealed {statistics.median(speeds):,.0f} events/s with {WRITERS} writers, {statistics.median(ratios):.2f} of those without ({min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip
    engine.dispose()


def sealing(engine: Engine, folder: str, events: int) -> None:
    """How fast one process seals and checks."""
    store.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        for number in range(0, events // 2, 5000):
            store.append(session, [fact for n in range(number, number + 5000) for fact in facts(0, n)])
    ledger = Ledger(Path(folder) / "alone", Path(folder) / "key")
    began = time.process_time()
    seal(reading(engine), ledger, now=NOW)
    took = time.process_time() - began
    print(f"sealing: {events / took:,.0f} events a second of processor time")
    began = time.process_time()
    verdict = inspect(reading(engine), ledger)
    assert verdict.sound and verdict.events == events
    print(f"checking: {events / (time.process_time() - began):,.0f} events a second of processor time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a turn is")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        compare("SQLite", f"sqlite:///{folder}/four.sqlite", f"{folder}/sqlite", seconds)
        server = PostgresServer.create().start()
        try:
            compare("PostgreSQL", server.url(), f"{folder}/postgresql", seconds)
        finally:
            server.stop()
        sealing(open_engine(f"sqlite:///{folder}/alone.sqlite", durable=False), folder, 50_000)


if __name__ == "__main__":
    main()
