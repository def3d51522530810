"""How fast mining reads: the figures of a log from its events and from its maintained tables, beside pm4py and hand-written SQL.

    python -m benchmarks mining [--events 100000 1000000] [--huge] [--pm4py] [--memory 2GB]

Every contender is a process of its own, that is asked for all figures of the same log on files; told are the seconds on the clock
and of the processor for the asking alone, and the peak of memory. What the figures share (events read and put in order) is done
when the first one is asked for; pm4py has its events in memory before. `--huge` is 50 million events within 6 GB, from the maintained
tables. Absolute times depend on the machine and its other load; the ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from event_logs.engines import MEMORY_LIMIT
from event_logs.log import CASES, EVENTS, EventLog
from event_logs.parquet import open_folder
from event_logs.reading.facts import BLOCK
from event_logs.warehouse.performed_work import write_performed_work
from mining.figures import FIGURES
from mining.sequences import sequences

ACTIVITIES = np.array([f"activity {n:02}" for n in range(20)])
OFFICERS = np.array([f"officer {n:02}" for n in range(60)])
STEPS_A_CASE = 14
UNUSUAL = 0.04  # of the steps: one case in two leaves the main path, and a log of 1 M events has about 9,000 variants
CASES_AT_ONCE = 100_000
HUGE, HUGE_MEMORY_MB = 50_000_000, 6_000
Seconds = tuple[float, float]  # on the clock, of the processor
Questions = Mapping[str, Callable[[], object]]
FIFTH = 5  # the goal for memory: a fifth of pm4py's

# The same work in SQL by hand, in the same way: names numbered, steps sorted once, and counted from distinct paths what can be.
_EVENTS = "read_parquet('{file}')"
_IN_ORDER = f"""
create temp table activities as
  select activity, (row_number() over (order by activity) - 1)::int as a from (select distinct activity from {_EVENTS});
create temp table officers as
  select officer, (row_number() over (order by officer) - 1)::int as o from (select distinct officer from {_EVENTS});
create temp table cases as
  select case_id, min(position) as c, min("at") as first, max("at") as last from {_EVENTS} group by case_id;
create temp table steps as
  select c, a, o, (row_number() over w)::int as r, lag(a) over w as a_before, lag(o) over w as o_before,
         epoch_us("at") - epoch_us(lag("at") over w) as elapsed
  from (select c, a, o, "at", position from {_EVENTS} join activities using (activity) left join officers using (officer)
        join cases using (case_id) where lower(coalesce(lifecycle, 'complete')) = 'complete')
  window w as (partition by c order by "at", position);
create temp table paths as
  select list_transform(path, lambda step: (step % 2147483648)::int) as path, row_number() over () as number,
         count(*) as cases, median(lead) as median_lead, avg(lead) as mean_lead
  from (select list_sort(list(r * 2147483648 + a)) as path, coalesce(sum(elapsed), 0)::bigint as lead from steps group by c)
  group by path;"""
SQL = {
    "directly follows": f"""{_IN_ORDER}
        select a_before, a, count(*), avg(elapsed), quantile_cont(elapsed / 1e6, [0.5, 0.9, 0.95])
        from steps where a_before is not null group by all;
        select a_before, a, sum(cases) from (
          select distinct number, cases, unnest(path[:-2]) as a_before, unnest(path[2:]) as a from paths) group by all;
        select a, sum(times * cases), sum(cases) from (
          select number, cases, a, count(*) as times from (select number, cases, unnest(path) as a from paths) group by all)
        group by a""",
    "variants": """
        with names as (select list(activity order by a) as names from activities)
        select list_transform(path, lambda a: names[a + 1]), cases, median_lead, mean_lead from paths, names""",
    "lead times": """
        with leads as (select epoch_us(last) - epoch_us(first) as lead from cases)
        select count(*), avg(lead), quantile_cont(lead, [0.5, 0.9]) from leads""",
    "repeats": """
        with times as (
          select number, any_value(cases) as cases, a, count(*) as n
          from (select number, cases, unnest(path) as a from paths) group by number, a)
        select activity, sum(n * cases), sum(cases), sum(cases) filter (n > 1) from times join activities using (a) group by activity""",
    "handovers": """
        with pairs as (
          select o_before, o, count(*) as times from steps where o_before is not null and o is not null group by all)
        select one.officer, other.officer, times
        from pairs join officers as one on o_before = one.o join officers as other on pairs.o = other.o""",
    "arrivals": "select date_trunc('hour', first), count(*) from cases group by all order by all",
}
SCAN = "select {columns} from read_parquet('{file}')"


def generate(folder: Path, events: int, *, seed: int = 0) -> None:
    """A log of about that many completions: a main path with skips, repeats and swaps, officers and offices."""
    random, cases, position = np.random.default_rng(seed), max(1, events // STEPS_A_CASE), 0
    with pq.ParquetWriter(folder / "events.parquet", EVENTS.to_pyarrow(), compression="zstd") as file:
        for first in range(0, cases, CASES_AT_ONCE):
            table = _some(random, first, min(CASES_AT_ONCE, cases - first), position)
            position += len(table)
            file.write_table(table, row_group_size=BLOCK)
    names = pa.array([f"C{n:08}" for n in range(cases)])
    known = {"case_id": names, "closed": pa.array([True] * cases), "attributes": pa.array(["{}"] * cases)}
    pq.write_table(pa.table(known).cast(CASES.to_pyarrow()), folder / "cases.parquet")


def _some(random: np.random.Generator, first: int, cases: int, position: int) -> pa.Table:
    length = np.clip(random.poisson(STEPS_A_CASE, cases), 3, 40)
    starts = np.cumsum(length) - length
    rows = int(length.sum())
    place = np.arange(rows) - np.repeat(starts, length)
    drift = np.where(random.random(rows) < UNUSUAL, random.choice([-1, 1, 2], rows), 0)
    begin = np.repeat(random.integers(0, 365 * 86_400, cases), length)
    waits = random.lognormal(8, 1.6, rows).cumsum()
    at = ((begin + waits - np.repeat(waits[starts], length)) * 1e6).astype(np.int64) + 1_735_689_600_000_000
    officer = random.integers(0, len(OFFICERS), rows)
    number = np.repeat(np.arange(first, first + cases), length)
    columns = {
        "case_id": pa.array(np.char.add("C", np.char.zfill(number.astype(str), 8))),
        "position": pa.array(np.arange(position, position + rows)),
        "activity": pa.array(ACTIVITIES[np.clip(place + drift, 0, len(ACTIVITIES) - 1)]),
        "lifecycle": pa.array(["complete"] * rows),
        "at": pa.array(at).cast(pa.timestamp("us", "UTC")),
        "officer": pa.array(OFFICERS[officer]),
        "office": pa.array(np.char.add("office ", (officer % 6).astype(str))),
        "attributes": pa.array(["{}"] * rows),
    }
    nothing = {name: pa.nulls(rows) for name in EVENTS.names if name not in columns}
    return pa.table({**columns, **nothing}).select(EVENTS.names).cast(EVENTS.to_pyarrow())


# The contenders: each opens the log in a folder and says what answers each question; what its questions share is done for the first


def _opened(folder: Path, memory: str) -> EventLog:
    log = open_folder(folder, name="log", spill=folder / "spill")
    log.events.get_backend().raw_sql(f"SET memory_limit = '{memory}'")
    return log


@contextmanager
def ours(folder: Path, memory: str) -> Iterator[Questions]:
    """From the events alone."""
    log = _opened(folder, memory)
    with sequences(EventLog(log.name, log.events, log.cases, log.source, log.zone)) as known:
        yield {name: partial(figure, known) for name, figure in FIGURES.items()}


@contextmanager
def maintained(folder: Path, memory: str) -> Iterator[Questions]:
    """From the maintained tables."""
    log = _opened(folder, memory)
    assert log.kept_performed() is not None and log.kept_courses() is not None
    with sequences(log) as known:
        yield {name: partial(figure, known) for name, figure in FIGURES.items()}


@contextmanager
def tables(folder: Path, _memory: str) -> Iterator[Questions]:
    """The maintained tables, computed for the first time."""
    yield {"tables": lambda: write_performed_work(folder, folder / "spill")}


@contextmanager
def sql(folder: Path, memory: str) -> Iterator[Questions]:
    """The same work written by hand, in a DuckDB that has the memory and the settings of ours."""
    import duckdb

    def ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[object]:
        return [connection.execute(part).fetchall() for part in query.format(file=folder / "events.parquet").split(";")]

    spill = str(folder / "spill")
    with duckdb.connect(
        config={"memory_limit": memory, "preserve_insertion_order": "false", "temp_directory": spill}
    ) as connection:
        yield {name: partial(ask, connection, query) for name, query in SQL.items()}


@contextmanager
def scan(folder: Path, _memory: str) -> Iterator[Questions]:
    """Every value of the columns that are asked about, read once: the physical limit."""
    import duckdb

    columns = ", ".join(f'bit_xor(hash("{name}"))' for name in ("case_id", "activity", "officer", "at", "position"))
    query = SCAN.format(columns=columns, file=folder / "events.parquet")
    connection = duckdb.connect()
    yield {"scan": lambda: connection.execute(query).fetchall()}


@contextmanager
def pm4py(folder: Path, _memory: str) -> Iterator[Questions]:
    import pandas as pd
    import pm4py as mined
    from pm4py.statistics.rework.pandas import get as rework

    names = {
        "case_id": "case:concept:name",
        "activity": "concept:name",
        "at": "time:timestamp",
        "officer": "org:resource",
    }
    frame = pd.read_parquet(folder / "events.parquet", columns=list(names)).rename(columns=names)
    frame["time:timestamp"] = frame["time:timestamp"].dt.as_unit("ns")
    yield {
        "directly follows": lambda: (mined.discover_dfg(frame), mined.discover_performance_dfg(frame)),
        "variants": lambda: mined.get_variants(frame),
        "lead times": lambda: mined.get_all_case_durations(frame),
        "repeats": lambda: rework.apply(frame),
        "handovers": lambda: mined.discover_handover_of_work_network(frame),
        "arrivals": lambda: frame.groupby("case:concept:name")["time:timestamp"].min().dt.floor("h").value_counts(),
    }


CONTENDERS = {
    "ours, from events": ours,
    "SQL by hand": sql,
    "ours, maintained": maintained,
    "bare scan": scan,
    "pm4py": pm4py,
    "tables written": tables,
}


def measured(name: str, folder: Path, rounds: int, memory: str = MEMORY_LIMIT) -> dict[str, tuple[float, float]]:
    """By question (and "memory" in MB): seconds on the clock and of the processor, in the best of some rounds; in a process of its own."""
    given = [sys.executable, "-m", "benchmarks.mining", "--contender", name, str(folder), str(rounds), memory]
    done = subprocess.run(given, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, tuple[float, float]] = json.loads(done.stdout.splitlines()[-1])
    return told


def contend(name: str, folder: Path, rounds: int, memory: str) -> None:
    best = min(
        (_round(name, folder, memory) for _ in range(rounds)), key=lambda took: sum(clock for clock, _ in took.values())
    )
    (kilobytes,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    print(json.dumps({**best, "memory": (int(kilobytes) / 1024, 0.0)}))


def _round(name: str, folder: Path, memory: str) -> dict[str, Seconds]:
    with CONTENDERS[name](folder, memory) as questions:
        return {question: _once(ask) for question, ask in questions.items()}


def _once(ask: Callable[[], object]) -> tuple[float, float]:
    began, spent = time.perf_counter(), time.process_time()
    ask()
    return time.perf_counter() - began, time.process_time() - spent


def compare(folder: Path, events: int, *, with_pm4py: bool, memory: str) -> dict[str, Seconds]:
    """Print what each contender needs; the seconds for all questions, by contender."""
    generate(folder, events)
    rounds = 1 if events > 2_000_000 else 3
    written = measured("tables written", folder, 1)
    (clock, spent), (peak, _) = written["tables"], written["memory"]
    size = sum((folder / f"{name}.parquet").stat().st_size for name in ("performed", "courses")) / 1e6
    print(
        f"{events:,} events; maintained tables computed for the first time in {clock:.1f} s,"
        f" {spent:.1f} s of the processor, peak {peak:,.0f} MB, {size:.0f} MB on file"
    )
    found = {
        name: measured(name, folder, 1 if name == "pm4py" else rounds, memory)
        for name in CONTENDERS
        if name != "tables written" and (with_pm4py or name != "pm4py")
    }
    for question in FIGURES:
        told = (
            f"{name} {took[question][0]:.3f} ({took[question][1]:.3f})"
            for name, took in found.items()
            if question in took
        )
        print(f"  {question}: {'; '.join(told)} s on the clock (of the processor)")
    return _summed(found)


def _summed(found: dict[str, dict[str, tuple[float, float]]]) -> dict[str, Seconds]:
    sums = {}
    for name, took in found.items():
        clock, spent = (sum(took[q][n] for q in took if q != "memory") for n in (0, 1))
        sums[name] = (clock, spent)
        print(
            f"  all, {name}: {clock:.2f} s on the clock, {spent:.2f} s of the processor, peak {took['memory'][0]:,.0f} MB"
        )
    print("  as many times the seconds on the clock (of the processor):")
    print(f"  ours from events / SQL by hand: {_ratio(sums, 'ours, from events', 'SQL by hand')} (goal 1.3)")
    if "pm4py" in sums:
        for name, goal in (("ours, from events", 10), ("ours, maintained", 60)):
            memory = found["pm4py"]["memory"][0] / found[name]["memory"][0]
            told = f"memory {memory:.1f} times" + (f" (goal {FIFTH})" if goal == 10 else "")
            print(f"  pm4py / {name}: {_ratio(sums, 'pm4py', name)} (goal {goal}), {told}")
    return sums


def _ratio(sums: dict[str, Seconds], one: str, other: str) -> str:
    clock, spent = (sums[one][n] / sums[other][n] for n in (0, 1))
    return f"{clock:.2f} ({spent:.2f})"


def huge() -> None:
    """Fifty million events: their maintained tables computed, and all figures asked of them, each in a process of its own."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        generate(folder, HUGE)
        print(f"{HUGE:,} events")
        peaks = []
        for name, title in (("tables written", "maintained tables computed"), ("ours, maintained", "all figures")):
            took = measured(name, folder, 1)
            (peak, _), asked = took.pop("memory"), took.values()
            clock, spent = (sum(one[n] for one in asked) for n in (0, 1))
            print(f"  {title}: {clock:.1f} s on the clock, {spent:.1f} s of the processor, peak {peak:,.0f} MB")
            peaks.append(peak)
        print(f"  peak {max(peaks):,.0f} MB (goal {HUGE_MEMORY_MB:,})")


def growths(sums: dict[int, dict[str, Seconds]]) -> Iterator[str]:
    for small, large in pairwise(sorted(sums)):
        for name in ("ours, from events", "ours, maintained"):
            clock, spent = (sums[large][name][n] / sums[small][name][n] for n in (0, 1))
            yield f"{small:,} to {large:,} events, {name}: {clock:.1f} times on the clock ({spent:.1f} of the processor)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--huge", action="store_true")
    parser.add_argument("--pm4py", action="store_true")
    parser.add_argument("--memory", default=MEMORY_LIMIT, help="what DuckDB may take, in ours and in SQL by hand")
    parser.add_argument("--contender", nargs=4, metavar=("NAME", "FOLDER", "ROUNDS", "MEMORY"), help=argparse.SUPPRESS)
    options = parser.parse_known_args()[0]
    if options.contender:
        name, folder, rounds, memory = options.contender
        contend(name, Path(folder), int(rounds), memory)
        return
    sums = {}
    for events in options.events:
        with TemporaryDirectory() as place:
            sums[events] = compare(Path(place), events, with_pm4py=options.pm4py, memory=options.memory)
    for line in growths(sums):
        print(line)
    if options.huge:
        huge()
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
