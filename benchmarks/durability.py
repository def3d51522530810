"""Whether the machine keeps its word: `python -m benchmarks durability` prints what was done, broken, lost and done twice.

Four processes work 10,000 operations (starts, completions, external work, timers) with durable commits, on SQLite and on a real
PostgreSQL, while workers are killed, connections are cut in the middle of transactions, and the server itself is killed. Then
the events are replayed against states, tasks and what was acknowledged. `QIANGJI_OPERATIONS` sets another number.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine

from tests.chaos.agreement import disagreements, undelivered
from tests.chaos.breaking import Siege, siege_of_postgresql, siege_of_sqlite
from tests.chaos.scene import furnish
from tests.postgres import PostgresServer
from workflows.database import open_engine

OPERATIONS = int(os.environ.get("QIANGJI_OPERATIONS", "10000"))


def report(title: str, siege: Siege, engine: Engine) -> int:
    """Besiege, print the counts, and say how many disagreements there are."""
    began = time.perf_counter()
    notes = siege.run(OPERATIONS, pause=2.0, most_seconds=1500)
    seconds = time.perf_counter() - began
    found = disagreements(engine, notes)
    lost = undelivered(engine, set(siege.post.keys))
    twice = sum(count - 1 for count in Counter(siege.post.keys).values())
    told = found.counts | Counter(siege.counts)
    sys.stdout.write(f"{title}: {siege.acknowledged()} operations in {seconds:.0f} s\n")
    sys.stdout.writelines(f"  {name:28} {count:8,}\n" for name, count in sorted(told.items()))
    sys.stdout.write(
        f"  messages received {len(siege.post.keys):,} ({twice:,} of them once more), marked and lost {len(lost)}\n"
    )
    sys.stdout.write(f"  disagreements {len(found.wrong)}\n" + "".join(f"    {line}\n" for line in found.wrong[:20]))
    return len(found.wrong) + len(lost)


def on_sqlite() -> int:
    with tempfile.TemporaryDirectory() as folder, siege_of_sqlite(Path(folder), seed=7) as siege:
        engine = open_engine(siege.url)
        furnish(engine)
        return report("SQLite", siege, engine)


def on_postgresql() -> int:
    server = PostgresServer.create().start()
    try:
        engine = open_engine(server.url())
        furnish(engine)
        with (
            tempfile.TemporaryDirectory() as folder,
            siege_of_postgresql(server, server.url(), engine, Path(folder), seed=7) as siege,
        ):
            return report("PostgreSQL", siege, engine)
    finally:
        server.stop()


def main() -> None:
    if on_sqlite() + on_postgresql():
        raise SystemExit("The machine broke its word.")


if __name__ == "__main__":
    main()
