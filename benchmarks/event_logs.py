"""Event logs: reading XES against pm4py's fastest reader, CSV against DuckDB's, memory, writing, and what working time costs.

Each reading is a process of its own, measured with its children: processor time after a first reading of a small file, and peak memory.
pm4py's fastest reader needs polars, which is not ours: QIANGJI_PEER_PYTHON names a Python that has pm4py, r4pm and polars. Measured in
any case is r4pm reading into its own memory, which is the first part of that. Ratios hold for one run on one machine.
The log is made here, so that it can be of any size: `python -m benchmarks event_logs --events 10000000 --formats csv --only-reading`
(r4pm would need some 25 GB for an XES file of that size).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from event_logs.activity_instances import activity_instances
from event_logs.parquet import open_folder
from event_logs.reading import read_log
from event_logs.working_time import china
from event_logs.writing import write_csv, write_xes

ACTIVITIES = ("接收申请", "formal check", "field verification", "review & approve", "pay out", "deliver")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xes.features="">\n'
EVENT = (
    '<event><string key="concept:name" value="{}"/><string key="lifecycle:transition" value="{}"/>'
    '<string key="org:resource" value="officer {}"/><date key="time:timestamp" value="{}+08:00"/><int key="amount" value="{}"/></event>\n'
)
COLUMNS = "\ufeffcase_id,activity,lifecycle,timestamp,instance,resource,post,office,qj:version,case:qj:closed,amount\n"
ROW = "case {},{},{},{}+00:00,,officer {},,,,,{}\n"  # as `write_csv` writes it

Told = tuple[str, str, int, np.datetime64, int]  # activity, transition, officer, time and amount


def told(events: int, seed: int = 1) -> Iterator[list[Told]]:
    """What happened case by case: start and completion of six activities."""
    chance = np.random.default_rng(seed)
    for _ in range(events // (2 * len(ACTIVITIES))):
        at = np.datetime64("2025-01-01T09:00:00", "s") + int(chance.integers(0, 365 * 86400))
        case: list[Told] = []
        for activity in ACTIVITIES:
            for transition in ("start", "complete"):
                at += int(chance.integers(60, 86400))
                case.append((activity, transition, int(chance.integers(0, 50)), at, int(chance.integers(0, 100_000))))
        yield case


def make_xes(path: Path, events: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number, case in enumerate(told(events)):
            file.write(f'<trace><string key="concept:name" value="case {number}"/>\n')
            for activity, *rest in case:
                file.write(EVENT.format(activity.replace("&", "&amp;"), *rest))
            file.write("</trace>\n")
        file.write("</log>\n")


def make_csv(path: Path, events: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS)
        for number, case in enumerate(told(events)):
            for activity, transition, officer, at, amount in case:
                file.write(ROW.format(number, activity, transition, at, officer, amount))


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least processor time of some rounds."""
    return min(_once(work) for _ in range(rounds))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# What a process of its own does with a path: read it once for the imports, then `rounds` times under the clock.
_MEASURE = """
import json, sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
{given}
def spent():
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))
small, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
read(small)
took = []
for _ in range(rounds):
    began = spent()
    kept = read(path)
    took.append(spent() - began)
    del kept
(kilobytes,) = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([min(took), kilobytes / 1024]))
"""
_READERS = {
    "ours": """
import tempfile, pathlib
from event_logs.reading import read_log
folder = pathlib.Path(tempfile.mkdtemp())
def read(path): return read_log(pathlib.Path(path), folder)
""",
    "pm4py": """
import pm4py
def read(path): return pm4py.read_xes(path)
""",
    "r4pm": """
import r4pm
def read(path): return r4pm.import_item("EventLog", path)
""",
    "DuckDB": """
import tempfile, duckdb
folder = tempfile.mkdtemp()
def read(path): return duckdb.connect().execute(
    f"COPY (SELECT * FROM read_csv('{path}')) TO '{folder}/log.parquet' (FORMAT parquet, COMPRESSION zstd)")
""",
}
_DOES = {
    "ours": "every event checked and typed, times in UTC, cases and variants counted, file hashed, laid down as Parquet",
    "pm4py": "its fastest reader, r4pm by way of polars into a DataFrame in memory",
    "r4pm": "into its own memory, which pm4py has yet to turn into a DataFrame",
    "DuckDB": "read_csv copied into Parquet, neither checked nor counted",
}


def measured(reader: str, small: Path, path: Path, rounds: int, python: str = sys.executable) -> tuple[float, float]:
    """The least processor time in seconds, and the peak of memory in megabytes."""
    code = _MEASURE.format(given=_READERS[reader])
    run = subprocess.run(
        [python, "-c", code, str(small), str(path), str(rounds)], check=True, capture_output=True, text=True
    )
    took, memory = json.loads(run.stdout.splitlines()[-1])
    return took, memory


def compare(path: Path, small: Path, events: int, others: Sequence[tuple[str, str]]) -> None:
    """Our reader and others on the same file, one after the other. What each does stands in `_DOES`."""
    rounds = 9 if events <= 100_000 else 3 if events <= 1_000_000 else 1
    size = path.stat().st_size / 1e6
    print(f"{path.suffix[1:].upper()} of {events:,} events, {size:,.0f} MB")
    spent: dict[str, float] = {}
    for name, python in (("ours", sys.executable), *others):
        took, memory = measured(name, small, path, rounds, python)
        spent[name] = took
        rate = f"{took:.3f} s of processor time, {events / took:,.0f} events/s, {size / took:.0f} MB/s, peak {memory:,.0f} MB"
        print(f"  {name}, {_DOES[name]}: {rate}")
    for name, _ in others:
        print(f"  events a second of processor time, ours to {name}: {spent[name] / spent['ours']:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--formats", choices=("xes", "csv"), nargs="+", default=["xes", "csv"])
    parser.add_argument("--only-reading", action="store_true", help="leave out writing, pairing and working time")
    given = parser.parse_args()
    peer = os.environ.get("QIANGJI_PEER_PYTHON")
    peers = {
        "xes": [*([("pm4py", peer)] if peer else []), ("r4pm", sys.executable)],
        "csv": [("DuckDB", sys.executable)],
    }
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for form in given.formats:
            make = {"xes": make_xes, "csv": make_csv}[form]
            small, path = folder / f"small.{form}", folder / f"log.{form}"
            make(small, 1200)
            for events in given.events:
                make(path, events)
                compare(path, small, events, peers[form])
        if not given.only_reading:
            write_and_pair(folder, path, events)
    print(f"load average {os.getloadavg()[0]:.1f}")


def write_and_pair(folder: Path, path: Path, events: int) -> None:
    out = folder / "out"
    out.mkdir()
    read_log(path, out)
    log, size = open_folder(out, name="log"), path.stat().st_size / 1e6
    report("write XES", seconds(lambda: write_xes(log, folder / "again.xes"), 1), size, events)
    report("write CSV", seconds(lambda: write_csv(log, folder / "again.csv"), 1), size, events)
    report("pair activity instances", seconds(lambda: activity_instances(log).count().execute(), 1), size, events)
    starts = np.datetime64("2020-01-01", "us") + np.random.default_rng(1).integers(0, 6 * 365 * 86400, 10**6).astype(
        "m8[s]"
    )
    calendar = china()
    took = seconds(lambda: calendar.microseconds(starts, starts + np.timedelta64(5, "D")))
    print(f"working time of 1,000,000 pairs: {took:.3f} s")


def report(what: str, took: float, megabytes: float, events: int) -> None:
    print(f"{what}: {took:.2f} s of processor time, {megabytes / took:.0f} MB/s, {events / took:,.0f} events/s")


if __name__ == "__main__":
    main()
