"""Where the time of a completion goes: `python -m benchmarks where_time_goes` on SQLite and on a real PostgreSQL.

One process completes tasks of the refund procedure, and makes bare transactions, as `engine` does with four. Printed are the
milliseconds of the processor that each takes in this process and (PostgreSQL, on Linux) in the server's, and the shares of the
parts by Python's own profiler: it makes small calls look dearer than they are, so shares tell more than milliseconds. Parts lie
within each other where it says so. With four workers on two cores the sum of both processes decides how many get through.
"""

from __future__ import annotations

import cProfile
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from benchmarks import engine as steps

COMPLETIONS = 300
WARM = 100
PARTS = (
    ("statements: handing them to the driver, the driver, the database", "event_logs/prepared.py", ("send",)),
    ("commit: the driver, the database, the disk", "sqlalchemy/engine/default.py", ("do_commit",)),
    ("reading task and case (its statement within)", "workflows/locking.py", ("locked_task",)),
    ("filling statements in: JSON, digests of facts", "workflows/rows.py", ("filled",)),
    ("… those of facts", "workflows/recording.py", ("filled",)),
    ("routing (its statement within)", "workflows/routing.py", ("chosen",)),
    ("stepping tokens: SpiffWorkflow, FEEL, merging", "workflows/engine/execution.py", ("complete",)),
    ("state from text and to text", "workflows/engine/state.py", ("load", "dump")),
)  # fmt: skip


def processor(pid: int | None) -> float:
    """Milliseconds that this process of the server has worked; 0 where there is none, or nobody tells."""
    told = Path(f"/proc/{pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e6 if pid and told.exists() else 0.0


def each(step: Callable[[], None], pid: int | None) -> tuple[float, float]:
    """Medians of one step: milliseconds in this process and in the server's."""
    here, there = [], []
    for _ in range(COMPLETIONS):
        served, worked = processor(pid), time.process_time()
        step()
        here.append((time.process_time() - worked) * 1e3)
        there.append(processor(pid) - served)
    return statistics.median(here), statistics.median(there)


def shares(step: Callable[[], None]) -> list[tuple[str, float]]:
    """What each part takes of the whole."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(COMPLETIONS):
        step()
    profile.disable()
    stats = pstats.Stats(profile)
    whole = stats.total_tt  # type: ignore[attr-defined]
    return [(name, _within(stats, file, functions) / whole) for name, file, functions in PARTS]


def _within(stats: pstats.Stats, file: str, functions: tuple[str, ...]) -> float:
    told = stats.stats.items()  # type: ignore[attr-defined]
    return sum(entry[3] for (path, _, name), entry in told if path.endswith(file) and name in functions)


def measure(title: str, url: str) -> None:
    engine = steps.furnished(url, durable=True)
    for index in range((2 * COMPLETIONS + WARM) // 5 + steps.AT_A_LOOK):
        steps.begun(engine, "refund", steps.NOW + timedelta(minutes=index))
    pid = _server(engine)
    bare, work = steps.bare_transaction(engine, 0), steps.completion(engine, 0)
    for _ in range(WARM):
        bare()
        work()
    alone, whole = each(bare, pid), each(work, pid)
    ratio = sum(alone) / sum(whole)
    said = f"{whole[0]:.2f} ms of this process and {whole[1]:.2f} of the server's"
    steps.say(f"{title}: a completion takes {said}, a bare transaction {alone[0]:.2f} and {alone[1]:.2f}: {ratio:.2f}")
    for name, share in shares(work):
        steps.say(f"  {share:4.0%} {name}")
    engine.dispose()


def _server(engine: Engine) -> int | None:
    """The server's process of the one connection that this process uses."""
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as connection:
        return connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()


def main() -> None:
    steps.WORKERS = 1  # all cases are this one's
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder)}/steps.sqlite")
    with steps.on_postgresql() as make:
        measure("PostgreSQL", make("steps"))


if __name__ == "__main__":
    main()
