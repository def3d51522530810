"""How fast the simulation plays: recorded events per second of processor time, on a queue and on a whole procedure.

    python -m benchmarks.simulation [--cases 10000]

`mean wait` of the queue is set beside Erlang's formula, so that a fast but wrong simulation shows.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from math import factorial, log

from bpmn.model import Activity, ActivityKind, EventNode, Flow, Position, ProcessModel
from bpmn.procedure import PROCEDURES, read_procedure
from bpmn.semantics import net
from event_logs.working_time import WorkingCalendar
from mining.scenario.calibration import mean_waiting
from mining.simulation import Arrivals, Choice, Officer, Routing, Sample, Scenario, Wait, Work, simulate

START = datetime(2026, 3, 2, tzinfo=UTC)


def exponential(mean: float) -> Sample:
    return Sample(tuple(-log(1 - (n + 0.5) / 4_000) * mean for n in range(4_000)))


def queue(cases: int, officers: int = 10, load: float = 0.8, service: float = 6.0) -> None:
    nodes = (
        EventNode(id="start", position=Position.START),
        Activity(id="a", kind=ActivityKind.USER),
        EventNode(id="end", position=Position.END),
    )
    flows = (Flow(id="f1", source="start", target="a"), Flow(id="f2", source="a", target="end"))
    names = tuple(f"o{n}" for n in range(officers))
    scenario = Scenario(
        "queue",
        Arrivals.constant(load * officers * service),
        {"a": Work(exponential(3600 / service), officers=names)},
        officers=tuple(map(Officer, names)),
        calendars=(WorkingCalendar.always(),),
        routing=Routing.PULL,
    )
    model, seeds = ProcessModel(key="queue", nodes=nodes, flows=flows), range(5)
    began = time.process_time()
    found = [simulate(model, scenario, cases=cases, seed=seed, start=START) for seed in seeds]
    rate = len(seeds) * cases * 6 / (time.process_time() - began)
    waited = sum(mean_waiting(each, scenario)["a"] for each in found) / len(seeds)
    expected = erlang(load * officers * service, service, officers) * 3600
    print(f"M/M/{officers}: {rate:,.0f} events/CPU s, mean wait {waited:.1f} s (Erlang C: {expected:.1f} s)")


def erlang(arrivals: float, service: float, officers: int) -> float:
    offered = arrivals / service
    busy = offered**officers / factorial(officers) / (1 - offered / officers)
    return busy / (sum(offered**n / factorial(n) for n in range(officers)) + busy) / (officers * service - arrivals)


def procedure(cases: int) -> None:
    model = read_procedure(PROCEDURES / "vat_credit_refund").model
    names = tuple(f"o{n}" for n in range(40))
    outcomes: dict[str, dict[str, float]] = {}
    for step in net(model).transitions:
        outcomes.setdefault(step.node, {})["+".join(step.flows)] = 1.0
    scenario = Scenario(
        "refund",
        Arrivals(((0.0,) * 9 + (4.0,) * 8 + (0.0,) * 7,) * 7 + ((0.0,) * 24,)),
        {activity.id: Work(exponential(1_800), officers=names) for activity in model.activities},
        choices={node: Choice(weights) for node, weights in outcomes.items()},
        waits={node.id: Wait(Sample((3_600.0,)), 0.5) for node in model.nodes},
        officers=tuple(map(Officer, names)),
    )
    began = time.process_time()
    found = simulate(model, scenario, cases=cases, seed=1, start=START, warm_up=timedelta(days=20))
    spent = time.process_time() - began
    events = int(found.events.count().execute())
    print(f"{model.key}: {cases:,} cases, {events:,} events, {events / spent:,.0f} events/CPU s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    chosen = parser.parse_args()
    queue(chosen.cases)
    procedure(chosen.cases)
