"""Event logs: reading XES against pm4py's fastest reader, writing, and what working time costs.

Ratios of processor time in one run on one machine: their absolute values mean little elsewhere. The log is
made here, so that it can be of any size: `python -m benchmarks.event_logs --events 200000`.
"""

from __future__ import annotations

import argparse
import importlib
import os
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


def fastest_of_others() -> tuple[str, Callable[[Path], object]] | None:
    """pm4py's fastest reader is r4pm's data frame (it needs polars); without that, its reader into Rust memory."""
    try:
        frames = importlib.import_module("r4pm.df")
        return "r4pm, into a data frame", lambda path: frames.import_xes(str(path))
    except ImportError:
        pass
    try:
        r4pm = importlib.import_module("r4pm")
    except ImportError:
        return None
    return "r4pm, into its own memory", lambda path: r4pm.import_item("EventLog", str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    events = parser.parse_known_args()[0].events
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path, out = folder / "log.xes", folder / "out"
        out.mkdir()
        make_log(path, events)
        size = path.stat().st_size / 1e6
        report("read XES into Parquet", seconds(lambda: read_log(path, out)), size, events)
        log = open_folder(out, name="log")
        others = fastest_of_others()
        if others:
            name, read = others
            ours, theirs = seconds(lambda: read_log(path, out)), seconds(lambda: read(path))
            print(f"ratio of processor time to {name}: {ours / theirs:.2f} (ours checks, types and stores every event)")
        report("write XES", seconds(lambda: write_xes(log, folder / "again.xes"), 1), size, events)
        report("write CSV", seconds(lambda: write_csv(log, folder / "again.csv"), 1), size, events)
        report(
            "read CSV into Parquet",
            seconds(lambda: read_log(folder / "again.csv", out), 1),
            (folder / "again.csv").stat().st_size / 1e6,
            events,
        )
        report("pair activity instances", seconds(lambda: activity_instances(log).count().execute(), 1), size, events)
    starts = np.datetime64("2020-01-01", "us") + np.random.default_rng(1).integers(0, 6 * 365 * 86400, 10**6).astype(
        "m8[s]"
    )
    calendar = china()
    print(
        f"working time of 1,000,000 pairs: {seconds(lambda: calendar.microseconds(starts, starts + np.timedelta64(5, 'D'))):.3f} s"
    )
    print(f"load average {os.getloadavg()[0]:.1f}")


def report(what: str, took: float, megabytes: float, events: int) -> None:
    print(f"{what}: {took:.2f} s of processor time, {megabytes / took:.0f} MB/s, {events / took:,.0f} events/s")


if __name__ == "__main__":
    main()
