"""How fast exact conformance is: BPIC 2012 (completions) against its inductive drawing, and ten times the cases with the same variants.

    python -m benchmarks conformance [SHARED]

Told is processor time, from the cases as they were read to the findings with fitness, precision and effects; the ratio of the
two is what counts, and that known paths are not aligned again.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ibis
import pandas as pd

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from event_logs.reading import open_log
from mining.alignment import align
from mining.alignment.by_r4pm import by_r4pm
from mining.alignment.states import States
from mining.conformance import conformance
from mining.discovery import by_name, discover
from mining.matching import traits
from mining.reading import read
from mining.variants import variants

TIMES = 10


def processor(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def whole(log: EventLog, model: ProcessModel) -> float:
    """Seconds with nothing known before."""
    reading = read(log, {None: model})
    States.of.cache_clear()
    return processor(lambda: conformance(reading.cases, reading.models, traits=traits(reading.log, reading.cases)))


def repeated(log: EventLog, times: int) -> EventLog:
    """The same log with each case so many times: the same variants, more cases."""
    events, cases = log.events.to_pandas(), log.cases.to_pandas()
    more = [
        events.assign(case_id=events["case_id"] + f" {n}", position=events["position"] + n * len(events))
        for n in range(times)
    ]
    known = [cases.assign(case_id=cases["case_id"] + f" {n}") for n in range(times)]
    return replace(log, events=ibis.memtable(pd.concat(more)), cases=ibis.memtable(pd.concat(known)))


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("QIANGJI_SHARED", "../shared"))
    log = open_log(shared / "data" / "logs" / "bpic2012_loan.xes.gz")
    log = replace(log, events=log.events.filter(log.events.lifecycle.lower() == "complete"))
    model = discover(log, seconds=180)
    paths = variants(log)
    net, traces = by_name(model), [path.activities for path in paths]
    first, again = processor(lambda: align(net, traces)), processor(lambda: align(net, traces))
    peer = processor(lambda: by_r4pm(net, traces))
    cost = sum(path.cases * a.cost for path, a in zip(paths, align(net, traces).alignments, strict=True) if a)
    print(
        f"{len(paths):,} variants, cost {cost:,}: aligned in {first:.2f} s, known ones in {again:.3f} s; r4pm {peer:.2f} s"
    )
    once, tenfold = whole(log, model), whole(repeated(log, TIMES), model)
    print(
        f"whole conformance {once:.2f} s; of {TIMES} times the cases {tenfold:.2f} s, {tenfold / once:.2f} times as long"
    )


if __name__ == "__main__":
    main()
