"""How fast mining reads: our analyses, the same work in hand-written DuckDB SQL, and pm4py, in one run on one log.

    python -m benchmarks.mining [--events 100000 1000000] [--pm4py] [--alignments ../shared]

Absolute times depend on the machine and its other load; the ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import ibis
import numpy as np
import pandas as pd

from event_logs.log import CASES, EVENTS, EventLog
from event_logs.parquet import open_folder
from mining.dfg import directly_follows
from mining.diagnosis import diagnose
from mining.performance import case_times, lead_times, times
from mining.steps import steps
from mining.variants import variants

ACTIVITIES = [f"activity {n:02}" for n in range(20)]
STEPS_A_CASE = 14

_ORDERED = """
select case_id, activity, "at", lead(activity) over w as next, lead("at") over w as next_at
from read_parquet('{file}') where lifecycle = 'complete' window w as (partition by case_id order by "at", position)
"""
SQL = {
    "directly follows": f"""
        with pairs as ({_ORDERED})
        select activity, next, count(*), count(distinct case_id), avg(epoch_us(next_at) - epoch_us("at")),
               quantile_cont(epoch_us(next_at) - epoch_us("at"), [0.5, 0.9])
        from pairs where next is not null group by all""",
    "variants": """
        with paths as (
          select string_agg(activity, chr(31) order by "at", position) as path, max("at") - min("at") as lead
          from read_parquet('{file}') where lifecycle = 'complete' group by case_id)
        select path, count(*), median(epoch_us(max_lead)) from (select path, lead as max_lead from paths) group by path""",
    "case times": """
        with cases as (
          select case_id, min("at") as first, max("at") as last from read_parquet('{file}') group by case_id)
        select count(*), avg(epoch_us(last) - epoch_us(first)), quantile_cont(epoch_us(last) - epoch_us(first), [0.5, 0.9])
        from cases""",
}
OURS: dict[str, Callable[[EventLog], object]] = {
    "directly follows": lambda log: directly_follows(steps(log)),
    "variants": variants,
    "case times": lambda log: times(lead_times(case_times(log).to_pandas())[0]),
}


def generate(folder: Path, events: int, *, seed: int = 0) -> EventLog:
    """A log of about that many completions: a main path with skips, repeats and swaps, officers and offices."""
    random = np.random.default_rng(seed)
    cases = max(1, events // STEPS_A_CASE)
    length = np.clip(random.poisson(STEPS_A_CASE, cases), 3, 40)
    case = np.repeat(np.arange(cases), length)
    place = np.arange(len(case)) - np.repeat(np.cumsum(length) - length, length)
    drift = random.choice([-1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2], len(case))
    activity = np.array(ACTIVITIES)[np.clip(place + drift, 0, len(ACTIVITIES) - 1)]
    begin = np.repeat(random.integers(0, 365 * 86_400, cases), length)
    waits = random.lognormal(8, 1.6, len(case)).cumsum()
    since = np.repeat(waits[np.cumsum(length) - length], length)
    at = ((begin + waits - since) * 1e6).astype(np.int64) + 1_735_689_600_000_000
    officer = random.integers(0, 60, len(case))
    frame = pd.DataFrame(
        {
            "case_id": [f"C{n:08}" for n in case],
            "position": np.arange(len(case)),
            "activity": activity,
            "lifecycle": "complete",
            "at": pd.to_datetime(at, unit="us", utc=True),
            "officer": [f"officer {n:02}" for n in officer],
            "office": [f"office {n % 6}" for n in officer],
            "attributes": "{}",
        }
    )
    table = ibis.memtable(frame.reindex(columns=list(EVENTS.names)), schema=EVENTS)
    table.to_parquet(str(folder / "events.parquet"))
    known = pd.DataFrame({"case_id": [f"C{n:08}" for n in range(cases)], "closed": True, "attributes": "{}"})
    ibis.memtable(known, schema=CASES).to_parquet(str(folder / "cases.parquet"))
    return open_folder(folder, name=f"{events:,} events")


def timed(work: Callable[[], object], repeats: int = 3) -> float:
    """The median of the wall seconds."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def by_pm4py(file: str) -> dict[str, Callable[[], object]]:
    import pm4py

    rename = {"case_id": "case:concept:name", "activity": "concept:name", "at": "time:timestamp"}
    frame = pd.read_parquet(file, columns=list(rename)).rename(columns=rename)
    frame["time:timestamp"] = frame["time:timestamp"].dt.as_unit("ns")
    return {
        "directly follows": lambda: pm4py.discover_performance_dfg(frame.copy()),
        "variants": lambda: pm4py.get_variants(frame.copy()),
        "case times": lambda: pm4py.get_all_case_durations(frame.copy()),
    }


def compare(events: int, *, with_pm4py: bool) -> Iterable[tuple[str, float, float, float | None]]:
    """Name, our seconds, those of the SQL, those of pm4py."""
    with TemporaryDirectory() as folder:
        log = generate(Path(folder), events)
        file = str(Path(folder) / "events.parquet")
        peer: dict[str, Any] = by_pm4py(file) if with_pm4py else {}
        connection = duckdb.connect()
        for name, ours in OURS.items():
            query = SQL[name].format(file=file)
            yield (
                name,
                timed(lambda ours=ours: ours(log)),  # type: ignore[misc]
                timed(lambda query=query: connection.execute(query).fetchall()),  # type: ignore[misc]
                timed(peer[name], 1) if name in peer else None,
            )
        yield "whole diagnosis", timed(lambda: diagnose(log), 1), float("nan"), None


def alignments(shared: Path) -> None:
    """Exact conformance of BPIC 2012 (completions) with its inductive model: ours beside r4pm."""
    from event_logs.reading import open_log
    from mining.alignment import align
    from mining.alignment.by_r4pm import by_r4pm
    from mining.pm4py_bridge import inductive_net

    paths = variants(open_log(shared / "data" / "logs" / "bpic2012_loan.xes.gz"))
    traces, net = [v.activities for v in paths], inductive_net(paths)
    ours, theirs = timed(lambda: align(net, traces)), timed(lambda: by_r4pm(net, traces))
    cost = sum(v.cases * a.cost for v, a in zip(paths, align(net, traces).alignments, strict=True) if a)
    print(f"alignments of BPIC 2012, {len(paths):,} variants, cost {cost:,}: {ours:.2f} s; r4pm {theirs:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--pm4py", action="store_true")
    parser.add_argument("--alignments", type=Path, metavar="SHARED")
    options = parser.parse_args()
    for events in options.events:
        print(f"{events:,} events")
        for name, ours, sql, peer in compare(events, with_pm4py=options.pm4py):
            versus = "" if peer is None else f"; pm4py {peer:.2f} s ({peer / ours:.1f}x ours)"
            print(f"  {name}: {ours:.3f} s; SQL {sql:.3f} s (ours {ours / sql:.2f}x){versus}", flush=True)
    if options.alignments:
        alignments(options.alignments)


if __name__ == "__main__":
    main()
