"""Why work waits: published logs with the causes of every transition computed by hand, and laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bpmn.reading import read_bpmn
from bpmn.repairing import repair
from event_logs.working_time import WorkingCalendar
from mining.causes import (
    Convention,
    Hours,
    PoolState,
    WaitingCause,
    batches,
    by_pool,
    evident_batches,
    held_back,
    learnt_hours,
    split,
    why,
)
from mining.findings import Kind
from mining.naming import by_element
from mining.work import UNKNOWN, Work
from tests.mining.logs import Done, at, work_of, work_of_rows
from tests.mining.minute_by_minute import Office, play

CAUSES = {
    "wt_batching": WaitingCause.BATCHING,
    "wt_prioritization": WaitingCause.PRIORITISATION,
    "wt_contention": WaitingCause.CONTENTION,
    "wt_unavailability": WaitingCause.UNAVAILABILITY,
    "wt_extraneous": WaitingCause.EXTRANEOUS,
}


def _fixture(shared: Path, number: int) -> tuple[Work, pd.DataFrame]:
    folder = shared / "data" / "fixtures" / "waiting-time-handoffs"
    rows = pd.read_csv(folder / f"manual_log_{number}.csv")
    rows = rows.rename(
        columns={
            "case:concept:name": "case_id", "concept:name": "Activity", "start_timestamp": "start_time",
            "time:timestamp": "end_time", "org:resource": "Resource",
        }
    )  # fmt: skip
    since = pd.Timestamp(at(0))
    ends, begins = (
        (pd.to_datetime(rows[column], utc=True) - since) / pd.Timedelta(hours=1)
        for column in ("end_time", "start_time")
    )
    told = zip(rows["case_id"], rows["Activity"], ends, begins, rows["Resource"], strict=True)
    work = work_of(*(Done(str(c), str(a), e, started=s, officer=str(r)) for c, a, e, s, r in told))
    return work, pd.read_csv(folder / f"manual_log_{number}_expected.csv")


def _office() -> dict[str, WorkingCalendar]:
    """The hours that come with the published logs (waiting-time-analysis, tests/test_icpm.py): one takes half an hour for lunch."""
    whole = WorkingCalendar(zone="UTC", hours=((time(10), time(20)),), country=None)
    lunch = WorkingCalendar(zone="UTC", hours=((time(10), time(12)), (time(12, 30), time(20))), country=None)
    return {"Marcus": lunch, **dict.fromkeys(("Anya", "Dom", "Carmine", "Cole"), whole)}


def _by_transition(work: Work, parts: dict[WaitingCause, np.ndarray]) -> pd.DataFrame:
    rows = np.flatnonzero(work.enabler >= 0)
    names = {
        "source_activity": (work.activity, work.enabler[rows]),
        "source_resource": (work.officer, work.enabler[rows]),
        "target_activity": (work.activity, rows),
        "target_resource": (work.officer, rows),
    }
    frame = pd.DataFrame({name: [words.names[c] for c in words.codes[at_]] for name, (words, at_) in names.items()})
    for column, cause in CAUSES.items():
        frame[column] = parts[cause][rows]
    return frame.groupby(list(names), as_index=False).sum()


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_every_cause_of_every_transition_is_as_computed_by_hand(shared: Path, number: int) -> None:
    work, expected = _fixture(shared, number)
    found = split(work, Hours.given(work, _office(), None), batches(work), Convention.PUBLISHED)
    by_transition = _by_transition(work, dict(found.parts))
    for column in CAUSES:
        expected[column] = pd.to_timedelta(expected[column]) // pd.Timedelta(microseconds=1)
    columns = list(by_transition.columns)
    pd.testing.assert_frame_equal(
        by_transition, expected[columns].sort_values(columns[:4], ignore_index=True), check_dtype=False
    )


NIGHTS = WorkingCalendar(zone="UTC", hours=((time(9), time(18)),), weekend=frozenset(), country=None)
OFFICES = {
    "a queue": Office(rate=2.4),
    "a queue and nights": Office(rate=1, nights=True),
    "the newest first": Office(rate=2.4, last_first=True),
    "the newest first, and nights": Office(rate=1, nights=True, last_first=True),
    "batches": Office(rate=0.5, batch=5),
    "batches, nights and a queue": Office(rate=0.4, batch=5, nights=True),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", OFFICES)
def test_not_a_minute_of_recorded_work_is_put_down_to_a_wrong_cause(name: str, seed: int) -> None:
    played = play(replace(OFFICES[name], seed=seed))
    work = work_of(*played.recorded())
    # The play begins at midnight, the log at 01:00 UTC.
    shifted = WorkingCalendar(zone="Etc/GMT+1", hours=NIGHTS.hours, weekend=frozenset(), country=None)
    hours = Hours({}, shifted if played.office.nights else None)
    found = split(work, hours, evident_batches(work, hours))
    for piece in played.pieces:
        row = int(np.flatnonzero(work.case == work.cases.index(f"{piece.number:05}"))[0])
        minutes = {cause: int(found.parts[cause][row]) / 60e6 for cause in WaitingCause if found.parts[cause][row]}
        assert minutes == dict(played.causes(piece)), piece


@pytest.fixture(scope="module")
def batched(shared: Path) -> tuple[pd.DataFrame, Work]:
    rows = pd.read_csv(shared / "data" / "logs" / "loan_application_batched_startend.csv.gz", dtype={"case_id": str})
    rows["activity"] = rows["Activity"].str.strip()
    return rows, work_of_rows(rows.rename(columns={"Resource": "officer"}))


def test_known_batches_of_a_public_log_are_found(batched: tuple[pd.DataFrame, Work]) -> None:
    """Measured: F1 0.988."""
    rows, work = batched
    begun = pd.to_datetime(rows["start_time"], utc=True, format="ISO8601").dt.tz_localize(None).astype("datetime64[us]")
    keys = zip(rows["case_id"], rows["activity"], begun.astype("int64"), strict=True)
    known = {key for key, batch in zip(keys, rows["batch_instance_id"], strict=True) if isinstance(batch, str)}
    found = evident_batches(work, learnt_hours(work, "UTC"))
    detected = {
        (work.cases[work.case[row]], work.activity.names[work.activity.codes[row]], int(work.started[row].astype(int)))
        for row in np.flatnonzero(found.number != UNKNOWN)
    }
    assert len(known) == 7592
    precision, recall = len(known & detected) / len(detected), len(known & detected) / len(known)
    assert 2 * precision * recall / (precision + recall) > 0.95


@pytest.mark.parametrize("name", ["Loan_Application", "Procure_to_Pay"])
def test_delays_that_were_injected_are_recovered_within_five_percent(shared: Path, name: str) -> None:
    """Measured: within 1 % for every activity, with hours read off the log."""
    rows = pd.read_csv(shared / "data" / "logs" / f"sim_{name}_delays_truth.csv.gz", dtype={"case_id": str})
    drawing = shared / "data" / "models" / "sim-extraneous-delays" / "inputs" / "synthetic" / f"{name}.bpmn"
    model = repair(read_bpmn(drawing.read_bytes())).model
    names = by_element(sorted(set(rows["activity"])), [model])
    rows["activity"] = rows["activity"].map(lambda activity: names.get(activity, activity))
    work = work_of_rows(rows.rename(columns={"resource": "officer"}), model)
    held = held_back(work, learnt_hours(work, "UTC"))
    injected = rows.groupby("activity")["extraneous_delay"].sum()
    for code, activity in enumerate(work.activity.names):
        counted = (work.activity.codes == code) & (held.most != UNKNOWN)
        found = float(held.expected[counted].sum()) / 1e6
        none = 0.01 * float(injected.sum())
        assert found == pytest.approx(injected[activity], rel=0.05, abs=none if not injected[activity] else 0), activity


def test_the_parts_of_a_wait_sum_to_it_whatever_the_convention(batched: tuple[pd.DataFrame, Work]) -> None:
    _, work = batched
    hours = learnt_hours(work, "UTC")
    waited = split(work, hours, batches(work)).waited
    every = [split(work, hours, batches(work), convention).parts for convention in Convention]
    for parts in (*every, by_pool(work, hours)):
        stacked = np.stack(list(parts.values()))
        assert (stacked >= 0).all()
        assert (stacked.sum(axis=0) == np.where(waited, work.waiting, 0)).all()


def test_the_pool_says_whether_somebody_else_could_have_begun() -> None:
    work = work_of(
        Done("1", "check", 4, started=0, scheduled=0, officer="li"),
        Done("2", "check", 2, started=0, scheduled=0, officer="wang"),
        Done("3", "check", 5, started=4, scheduled=1, officer="li"),  # wang was free from 2 to 4
    )
    parts = by_pool(work, Hours({}, None))
    row = work.cases.index("3")
    assert {state: int(parts[state][row]) // 3_600_000_000 for state in PoolState} == {
        PoolState.NOBODY_THERE: 0,
        PoolState.ALL_BUSY: 1,
        PoolState.SOMEBODY_FREE: 2,
    }


def test_hours_are_read_off_what_officers_did() -> None:
    days = [
        Done(f"{d}-{h}", "check", 24 * d + h + 0.5, started=24 * d + h, officer="li")
        for d in range(40)
        for h in range(8)
    ]
    work = work_of(*(done for done in days if int(done.case.split("-")[0]) % 7 < 5))
    [calendar] = {learnt_hours(work, "Asia/Shanghai").of[0]}
    assert calendar.hours == ((time(9), time(17)),)
    assert calendar.weekend == frozenset({5, 6})


def test_what_waits_why_as_findings_in_order() -> None:
    office = play(Office(rate=2.4, seed=4))
    work = work_of(*office.recorded())
    found = why(work, Hours({}, None))
    [queue] = [f for f in found.findings if f.kind is Kind.WAITING_CAUSE]
    assert (queue.subject, queue.measure, queue.share, queue.rank) == (("check",), "contention", 1, 1)
    assert queue.interval is not None and queue.interval[0] < queue.value < queue.interval[1]
    assert found.recorded == 1
    assert found.totals["contention"] == queue.value
    assert sum(found.published.values()) == pytest.approx(
        sum(found.totals.values())
    )  # a queue may look like batches there
