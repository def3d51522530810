"""The warehouse: how soon recorded events can be analysed, how fast ten million open, and how fast their work is kept current.

`--events 10000000` is the size that the goals speak of; the log is made here, straight into the columns of the warehouse.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle
from event_logs.performed import performed
from event_logs.warehouse import Warehouse
from event_logs.warehouse.lake import SCHEMA
from mining.reports.current import delays
from tests.postgres import PostgresServer
from workflows.database import open_engine, reading

ROOT = Path(__file__).parents[1]

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
ACTIVITIES = np.array(["accept", "check", "verify", "review", "approve", "pay", "deliver"])
PER_CASE = 2 * len(ACTIVITIES)
ARRIVING = 10_000
PER_SECOND = 500
IMPORT = """
import sys
from pathlib import Path
from event_logs.warehouse import Warehouse
mapping = {"activity": "activity", "timestamp": "at", "resource": "officer"}
Warehouse(Path(sys.argv[1])).import_log(Path(sys.argv[2]), "large", mapping)
"""


def seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fill(warehouse: Warehouse, events: int, per_month: int = 500_000) -> None:
    """Months of cases with a start and a completion of each of seven activities, as the flow would have written them."""
    lake, chance, position, months = warehouse.lake, np.random.default_rng(1), 1, []
    with lake.changing():
        for number in range(-(-events // per_month)):
            month = f"{2024 + number // 12}-{number % 12 + 1:02}"
            count = min(per_month, events - number * per_month) // PER_CASE
            months.append(lake.write("refund", month, [_month(month, count, position, chance)]))
            position += count * PER_CASE
        parts = tuple(part for part in months if part is not None)
        lake.commit(replace(lake.manifest(), through=position - 1, parts=parts))


def _month(month: str, cases: int, position: int, chance: np.random.Generator) -> pa.Table:
    rows = cases * PER_CASE
    begin = np.datetime64(f"{month}-01", "us").astype(np.int64)
    gaps = chance.integers(60, 86_400, (cases, PER_CASE)) * 1_000_000
    at = begin + chance.integers(0, 28 * 86_400, (cases, 1)) * 1_000_000 + np.cumsum(gaps, axis=1)
    step = np.tile(np.repeat(np.arange(len(ACTIVITIES)), 2), cases)
    begins = np.tile([True, False], rows // 2)
    number = np.repeat(np.arange(cases) + position, PER_CASE)
    last = np.tile(np.arange(PER_CASE) == PER_CASE - 1, cases)
    columns = {
        "case_id": pa.array(number).cast(pa.string()),
        "position": pa.array(np.arange(position, position + rows)),
        "activity": pa.array(ACTIVITIES[step]),
        "lifecycle": pa.array(np.where(begins, "start", "complete")),
        "at": pa.array(at.ravel()).cast(pa.timestamp("us", "UTC")),
        "instance": pa.array(np.arange(rows) // 2).cast(pa.string()),
        "version": pa.array(np.ones(rows, dtype=np.int64)),
        "officer": pa.array(np.char.add("o", chance.integers(0, 50, rows).astype(str))),
        "post": pa.array(np.repeat("clerk", rows)),
        "office": pa.array(np.repeat("east", rows)),
        "attributes": pa.array(np.where(last, '{"case_state":"completed"}', "{}")),
        "zone": pa.array(np.repeat("Asia/Shanghai", rows)),
    }
    return pa.table(columns).select(SCHEMA.names).cast(SCHEMA)


def arrivals(first: int, count: int, cases: int, at: datetime) -> pa.Table:
    """Events of this moment: two of each touched case, nine in ten cases new, the others any that there were."""
    chance = np.random.default_rng(first)
    touched = count // 2
    old = chance.integers(1, max(cases, 2), touched // 10).astype(str)
    fresh = np.char.add("n", (np.arange(touched - len(old)) + first).astype(str))
    number = np.repeat(np.concatenate([old, fresh]), 2)
    stamp = int(at.timestamp() * 1e6)
    columns = {
        "case_id": pa.array(number),
        "position": pa.array(np.arange(first, first + count)),
        "activity": pa.array(np.repeat("review", count)),
        "lifecycle": pa.array(np.tile(["start", "complete"], touched)),
        "at": pa.array(stamp + np.arange(count)).cast(pa.timestamp("us", "UTC")),
        "instance": pa.array(np.char.add("x", (np.arange(count) // 2 + first).astype(str))),
        "version": pa.array(np.ones(count, dtype=np.int64)),
        **{name: pa.array(np.repeat(name, count)) for name in ("officer", "post", "office", "zone")},
        "attributes": pa.array(np.repeat("{}", count)),
    }
    return pa.table(columns).select(SCHEMA.names).cast(SCHEMA)


def large(home: Path, events: int) -> None:
    warehouse = Warehouse(home)
    fill(warehouse, events)
    took = seconds(lambda: warehouse.bring_up("refund", now=NOW))
    print(f"{events:,} events: performed work computed for the first time in {took:.0f} s")
    engine = open_engine(f"sqlite:///{home}/empty.sqlite")
    store.metadata.create_all(engine)
    warehouse.take_snapshot(reading(engine), "refund", now=NOW)
    opened = [seconds(lambda: warehouse.load_snapshot("refund")) for _ in range(5)]
    print(f"{events:,} events: a snapshot opens in {statistics.median(opened):.3f} s (slowest {max(opened):.3f})")
    log = warehouse.load_snapshot("refund")
    took = seconds(lambda: performed(log).count().execute())
    print(f"{events:,} events: rows of performed work counted in {took:.3f} s")
    current = [_keep_current(warehouse, reading(engine), events) for _ in range(3)]
    for what, n in (("performed work", 0), ("performed work and the report of the bottlenecks", 1)):
        wall, processor = (statistics.median(one[n][m] for one in current) for m in (0, 1))
        print(
            f"{ARRIVING:,} new events on {events:,}: {what} current in {wall:.2f} s, {processor:.2f} s of the processor"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _keep_current(warehouse: Warehouse, engine: Engine, cases: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds on the clock and of the processor, from when events have come in until the work is current, and until the report is."""
    lake = warehouse.lake
    with lake.changing():
        manifest = lake.manifest()
        first = manifest.through + 1
        part = lake.write("refund", "2026-05", [arrivals(first, ARRIVING, cases // PER_CASE, NOW)])
        assert part is not None
        lake.commit(replace(manifest, through=part.last, parts=(*manifest.parts, part)))
    clock, spent = time.perf_counter(), time.process_time()
    warehouse.bring_up("refund", now=NOW)
    work = time.perf_counter() - clock, time.process_time() - spent
    found = delays(warehouse.take_snapshot(engine, "refund", now=NOW))
    assert len(found.findings) > 2 * len(ACTIVITIES) - 2, "each activity waits, and after each step"
    return work, (time.perf_counter() - clock, time.process_time() - spent)


def record(engine: Engine, stop: threading.Event, recorded: dict[int, float], slow: list[float]) -> None:
    """About 500 events a second, ten in each transaction; when each position was committed, and how long that took."""
    number, began = 0, time.monotonic()
    while not stop.is_set():
        at = NOW + timedelta(seconds=number)
        case = f"C{number // 3}"
        facts = [
            Event(procedure="refund", case_id=case, activity="review", lifecycle=Lifecycle.COMPLETE, at=at)
            for _ in range(10)
        ]
        before = time.perf_counter()
        with Session(engine) as session, session.begin():
            store.append(session, facts)
        slow.append(time.perf_counter() - before)
        number += 1
        recorded[number * 10] = time.monotonic()
        time.sleep(max(0.0, began + number * 10 / PER_SECOND - time.monotonic()))


def soon(home: Path, lasting: float) -> None:
    """From the commit of an event until an analysis of the warehouse sees it, with the job that runs every two seconds."""
    engine = open_engine(f"sqlite:///{home}/office.sqlite")
    store.metadata.create_all(engine)
    warehouse, stop = Warehouse(home), threading.Event()
    recorded: dict[int, float] = {}
    alone: list[float] = []
    beside: list[float] = []
    _for(lasting / 2, engine, recorded, alone)
    before = max(recorded)
    recorded.clear()
    warehouse.take_in(reading(engine))
    writer = threading.Thread(target=record, args=(engine, stop, recorded, beside))
    writer.start()
    began, late, spent = time.monotonic(), [], 0.0
    while time.monotonic() - began < lasting:
        time.sleep(2)
        started = time.thread_time()
        manifest = warehouse.take_in(reading(engine))
        spent += time.thread_time() - started
        seen = time.monotonic()
        fresh = [at for position, at in dict(recorded).items() if position + before <= manifest.through]
        late += [seen - at for at in fresh]
        for position in [p for p in dict(recorded) if p + before <= manifest.through]:
            recorded.pop(position)
    stop.set()
    writer.join()
    rate = len(beside) * 10 / lasting
    print(
        f"{rate:,.0f} events/s recorded: visible in the warehouse after {max(late):.1f} s at the latest, {statistics.median(late):.1f} s in the median"
    )
    ratio = statistics.median(beside) / statistics.median(alone)
    print(
        f"a transaction of ten events takes {ratio:.2f} times as long beside the flow; the flow needs {spent / lasting:.1%} of a processor"
    )
    engine.dispose()


def through_the_worker(home: Path, url: str, lasting: float) -> None:
    """The same from the commit until the manifest tells it, with a real `qiangji work` doing all that it does beside."""
    environment = {**os.environ, "QIANGJI_HOME": str(home), "QIANGJI_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "webui.cli"]
    subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
    engine, lake = open_engine(url), Warehouse(home).lake
    stop, recorded, slow, late = threading.Event(), {}, [], []  # type: ignore[var-annotated]
    with subprocess.Popen([*command, "work"], env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None and "run" in process.stderr.readline()
        writer = threading.Thread(target=record, args=(engine, stop, recorded, slow))
        writer.start()
        began = time.monotonic()
        while time.monotonic() - began < lasting or (recorded and time.monotonic() - began < 2 * lasting):
            time.sleep(0.05)
            if time.monotonic() - began > lasting:
                stop.set()
            through, seen = lake.manifest().through, time.monotonic()
            for position in [one for one in list(recorded) if one <= through]:
                late.append(seen - recorded.pop(position))
        stop.set()
        writer.join()
        process.terminate()
    print(
        f"{engine.dialect.name}, through `qiangji work`: {len(slow) * 10 / lasting:,.0f} events/s, visible after {max(late):.1f} s at the "
        f"latest, {statistics.median(late):.1f} s in the median; {len(recorded) * 10:,} events were not seen"
    )
    engine.dispose()


def imported(home: Path, events: int) -> None:
    """A log that was imported from a file of that size opens, and is counted."""
    warehouse, table = Warehouse(home), home / "large.parquet"
    home.mkdir(parents=True)
    with pq.ParquetWriter(table, SCHEMA) as written:
        for number in range(-(-events // 1_000_000)):
            count = min(1_000_000, events - number * 1_000_000) // PER_CASE
            written.write_table(
                _month(f"2024-{number % 12 + 1:02}", count, number * 1_000_000 + 1, np.random.default_rng(number))
            )
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", IMPORT, str(home), str(table)], cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)  # a process of its own, whose memory is told apart
    took, peak, process.returncode = time.perf_counter() - began, used.ru_maxrss / 1024, status
    assert status == 0, "the import did not go through"
    opened = [seconds(lambda: warehouse.load("large")) for _ in range(5)]
    counted = seconds(lambda: performed(warehouse.load("large")).count().execute())
    print(
        f"{events:,} events imported in {took:.0f} s, peak {peak:,.0f} MB; the log opens in {statistics.median(opened):.3f} s (slowest "
        f"{max(opened):.3f}); its performed work is counted in {counted:.3f} s"
    )


def _for(lasting: float, engine: Engine, recorded: dict[int, float], slow: list[float]) -> None:
    stop = threading.Event()
    writer = threading.Thread(target=record, args=(engine, stop, recorded, slow))
    writer.start()
    time.sleep(lasting)
    stop.set()
    writer.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long events are recorded")
    parser.add_argument("--only-import", action="store_true", help="leave out the flow, snapshots and performed work")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.only_import:
            imported(Path(folder) / "imported", given.events)
            return
        soon(Path(folder) / "small", given.seconds)
        through_the_worker(Path(folder) / "worker", f"sqlite:///{folder}/worker.sqlite", given.seconds)
        server = PostgresServer.create()
        try:
            server.start()
            through_the_worker(Path(folder) / "worker-postgresql", server.url(), given.seconds)
        finally:
            server.stop()
        large(Path(folder) / "large", given.events)
        imported(Path(folder) / "imported", given.events)


if __name__ == "__main__":
    main()
