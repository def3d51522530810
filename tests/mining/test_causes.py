"""Why work waits: published logs with the causes of every transition computed by hand, and laws."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from event_logs.working_time import WorkingCalendar
from mining.causes import Convention, Hours, WaitingCause, batches, split
from mining.work import Work
from tests.mining.logs import Done, at, work_of

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
    pd.testing.assert_frame_equal(by_transition, expected[columns].sort_values(columns[:4], ignore_index=True), check_dtype=False)
