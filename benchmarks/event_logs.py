"""Event logs: reading XES against pm4py's fastest reader, CSV against DuckDB's, memory, writing, and what working time costs.

Each reading is a process of its own, measured with its children: processor time after a first reading of a small file, and peak memory.
pm4py's fastest reader needs polars, which is not ours: QIANGJI_PEER_PYTHON names a Python that has pm4py, r4pm and polars; without
it r4pm is measured reading into its own memory, which is less than a log. Ratios hold for one run on one machine.
The log is made here, so that it can be of any size: `python -m benchmarks.event_logs --events 1000000`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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


def make_log(path: Path, events: int, seed: int = 1) -> None:
    """A log of start and completion, six activities a case."""
    chance = np.random.default_rng(seed)
    per_case = 2 * len(ACTIVITIES)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for case in range(events // per_case):
            at = np.datetime64("2025-01-01T09:00:00", "s") + int(chance.integers(0, 365 * 86400))
            file.write(f'<trace><string key="concept:name" value="case {case}"/>\n')
            for activity in ACTIVITIES:
                for transition in ("start", "complete"):
                    at += int(chance.integers(60, 86400))
                    name = activity.replace("&", "&amp;")
                    file.write(EVENT.format(name, transition, chance.integers(0, 50), at, chance.integers(0, 100_000)))
            file.write("</trace>\n")
        file.write("</log>\n")


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least processor time of some rounds."""
    return min(_once(work) for _ in range(rounds))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# What a process of its own does with a path: read it once for the imports, then `rounds` times under the clock.
_MEASURE = """
import json, os, sys
{given}
def spent():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
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
    "pm4py with r4pm": """
import pm4py
def read(path): return pm4py.read_xes(path)
""",
    "r4pm, into its own memory": """
import r4pm
def read(path): return r4pm.import_item("EventLog", path)
""",
    "DuckDB, CSV into Parquet": """
import tempfile, duckdb
folder = tempfile.mkdtemp()
def read(path): return duckdb.connect().execute(
    f"COPY (SELECT * FROM read_csv('{path}')) TO '{folder}/log.parquet' (FORMAT parquet, COMPRESSION zstd)")
""",
}


def measured(reader: str, small: Path, path: Path, rounds: int, python: str = sys.executable) -> tuple[float, float]:
    """The least processor time in seconds, and the peak of memory in megabytes."""
    code = _MEASURE.format(given=_READERS[reader])
    run = subprocess.run(
        [python, "-c", code, str(small), str(path), str(rounds)], check=True, capture_output=True, text=True
    )
    took, memory = json.loads(run.stdout.splitlines()[-1])
    return took, memory


def compare(path: Path, small: Path, other: str, events: int, python: str = sys.executable) -> None:
    """Our reader and another one on the same file, one after the other and again."""
    rounds = 3 if events <= 1_000_000 else 1
    ours, theirs = measured("ours", small, path, rounds), measured(other, small, path, rounds, python)
    size = path.stat().st_size / 1e6
    for name, (took, memory) in (("ours", ours), (other, theirs)):
        print(f"  {name}: {took:.2f} s, {events / took:,.0f} events/s, {size / took:.0f} MB/s, peak {memory:.0f} MB")
    print(f"  ratio of processor time: {ours[0] / theirs[0]:.2f} (ours checks, types, counts and stores every event)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--only-reading", action="store_true")
    given = parser.parse_args()
    peer = os.environ.get("QIANGJI_PEER_PYTHON")
    other, python = ("pm4py with r4pm", peer) if peer else ("r4pm, into its own memory", sys.executable)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        small, out = folder / "small.xes", folder / "out"
        out.mkdir()
        make_log(small, 1200)
        read_log(small, out)
        write_csv(open_folder(out, name="log"), folder / "small.csv")
        for events in given.events:
            path = folder / "log.xes"
            make_log(path, events)
            print(f"XES of {events:,} events into Parquet")
            compare(path, small, other, events, python)
            read_log(path, out)
            write_csv(open_folder(out, name="log"), folder / "log.csv")
            print(f"CSV of {events:,} events into Parquet")
            compare(folder / "log.csv", folder / "small.csv", "DuckDB, CSV into Parquet", events)
        if not given.only_reading:
            write_and_pair(folder, out, events)
    print(f"load average {os.getloadavg()[0]:.1f}")


def write_and_pair(folder: Path, out: Path, events: int) -> None:
    log = open_folder(out, name="log")
    size = (folder / "log.xes").stat().st_size / 1e6
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
