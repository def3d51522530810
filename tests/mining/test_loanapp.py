"""Simulation accuracy on a public harness: a loan procedure, learnt from the first 800 cases, held against the next 200.

The measure is the distance of the distributions of case durations in whole hours (earth mover's distance), as in
log-distance-measures, which other simulators publish for this very log.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import wasserstein_distance

from event_logs.log import CASES, EVENTS, EventLog
from event_logs.working_time import WorkingCalendar
from mining.scenario import baseline_gap, learn
from mining.simulation import simulate
from tests.contracts.drawings import drawing

NAMES = {
    "Check application form completeness": "check",
    "Return application back to applicant": "return",
    "Applicant completes form": "fill",
    "Check credit history": "credit",
    "AML check": "aml",
    "Appraise property": "appraise",
    "Assess loan risk": "assess",
    "Reject application": "reject",
    "Design loan offer": "design",
    "Approve loan offer": "approve",
    "Cancel application": "cancel",
    "Approve application": "grant",
}
MODEL = drawing(
    "start > xor1 > check > xor2; xor2 > return > fill > xor1; xor2 > and1; and1 > credit > and2; and1 > aml > and2;"
    "and1 > appraise > and2; and2 > assess > xor3; xor3 > reject > xor4; xor3 > xor6 > design > approve > xor5;"
    "xor5 > cancel > xor4; xor5 > grant > xor4; xor5 > xor6; xor4 > end"
)
CALENDAR = WorkingCalendar(zone="UTC", hours=((time(7), time(15)),), country=None)


def rows(folder: Path, name: str) -> pd.DataFrame:
    frame = pd.read_csv(folder / name)
    for column in ("start_timestamp", "end_timestamp"):
        frame[column] = pd.to_datetime(frame[column], format="ISO8601", utc=True)
    return frame.assign(case_id=frame.case_id.astype(str))


def as_log(frame: pd.DataFrame) -> EventLog:
    pieces = pd.DataFrame(
        {
            "case_id": frame.case_id,
            "activity": frame.activity_name.map(NAMES),
            "instance": frame.index.astype(str),
            "officer": frame.resource,
        }
    )
    halves = [
        pieces.assign(lifecycle=lifecycle, at=frame[column].astype("datetime64[us, UTC]"))
        for lifecycle, column in (("start", "start_timestamp"), ("complete", "end_timestamp"))
    ]
    events = pd.concat(halves).sort_values("at", kind="stable").reset_index(drop=True)
    events = events.assign(
        position=range(len(events)), version=None, post=None, office=None, attributes="{}", zone=None
    )
    cases = pd.DataFrame({"case_id": sorted(frame.case_id.unique()), "closed": True, "attributes": "{}"})
    return EventLog("loan", ibis.memtable(events[list(EVENTS)], schema=EVENTS), ibis.memtable(cases, schema=CASES))


def durations(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    cases = frame.groupby("case_id")
    spans = cases.end_timestamp.max() - cases.start_timestamp.min()
    return np.floor(np.asarray(spans.dt.total_seconds(), dtype=np.float64) / 3600)


def simulated(log: EventLog) -> npt.NDArray[np.float64]:
    work = log.events.filter(log.events.lifecycle.isin(["start", "complete"]) & log.events.instance.notnull())
    spans = work.group_by("case_id").agg(first=work["at"].min(), last=work["at"].max()).to_pandas()
    return np.floor(np.asarray((spans["last"] - spans["first"]).dt.total_seconds(), dtype=np.float64) / 3600)


@pytest.mark.slow
def test_simulated_durations_are_as_close_as_those_of_the_best_published_simulator(shared: Path) -> None:
    folder = shared / "data" / "sim-loanapp"
    train, test = (rows(folder, f"{part}_preprocessed.csv.gz") for part in ("train", "test"))
    scenario = learn(as_log(train), MODEL, CALENDAR, seed=1)
    start = datetime(2023, 4, 20, 6, tzinfo=UTC)
    truth, count = durations(test), test.case_id.nunique()
    own = [
        wasserstein_distance(simulated(simulate(MODEL, scenario, cases=count, seed=seed, start=start)), truth)
        for seed in range(10)
    ]
    peer = [wasserstein_distance(durations(rows(folder, f"peer_agentsimulator_{n}.csv.gz")), truth) for n in range(10)]
    print(f"cycle-time distance: own {np.mean(own):.2f} h, peer {np.mean(peer):.2f} h")
    assert np.mean(own) <= 2.0
    assert np.mean(own) <= np.mean(peer) * 1.1
    assert baseline_gap(MODEL, scenario, seed=9).tolerable
