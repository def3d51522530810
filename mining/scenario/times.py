"""Times of the pieces of work of a log: enabled, waiting, processing, and the delay that no queue explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpmn.model import Activity, ActivityKind, EventNode, Position, ProcessModel
from event_logs.working_time import WorkingCalendar
from mining.scenario.replay import START_OF_CASE, Replay
from mining.simulation.conditions import Sample, Wait, Work

Seconds = npt.NDArray[np.float64]
MOSTLY = 0.5  # from this share of its work on, an activity counts as performed by officers


def with_enablement(instances: pd.DataFrame, replays: Mapping[str, Replay]) -> pd.DataFrame:
    """Adds `enabled`: as recorded, else the completion of the step that enabled the work by the replay.

    `instances` are completed, in the order of their replays: by case, completion and position.
    """
    indexes: list[int] = []
    offset = 0
    for case_id, rows in instances.groupby("case_id", sort=False).size().items():
        for enabler in replays[str(case_id)].enablers:
            indexes.append(-1 if enabler is None or enabler == START_OF_CASE else offset + enabler)
        offset += int(rows)
    index = np.array(indexes, dtype=np.int64)
    completed = instances.completed.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    inferred = pd.Series(completed[index], index=instances.index).where(index >= 0)
    enabled = instances.scheduled.fillna(pd.to_datetime(inferred, utc=True))
    begun = instances.started.fillna(instances.completed)
    return instances.assign(enabled=enabled.where(enabled.isna() | (enabled <= begun), begun))


def free_since(instances: pd.DataFrame) -> pd.Series:
    """When the officer of each piece of work had finished what they had begun before it."""
    known = instances[instances.officer.notna() & instances.started.notna()].sort_values(
        ["officer", "started", "position"]
    )
    last = known.groupby("officer").completed.cummax()
    return last.groupby(known.officer).shift(1).reindex(instances.index)


@dataclass(frozen=True)
class Clock:
    """Seconds between instants: of working time, or of all time."""

    calendar: WorkingCalendar

    def working(self, begin: pd.Series, end: pd.Series) -> Seconds:
        starts, ends = (column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy() for column in (begin, end))
        return self.calendar.microseconds(starts, ends).astype("timedelta64[us]").astype(np.float64) / 1e6

    @staticmethod
    def passed(begin: pd.Series, end: pd.Series) -> Seconds:
        return np.asarray((end - begin).dt.total_seconds(), dtype=np.float64)


def work_of(rows: pd.DataFrame, clock: Clock) -> Work:
    """How one activity is performed, from its rows with `enabled` and `free_since`."""
    staffed = rows.officer.notna().mean() >= MOSTLY
    between = clock.working if staffed else clock.passed
    started = rows[rows.started.notna()]
    if started.empty:  # only completions: the time since enablement is one delay that nobody's capacity limits
        known = rows[rows.enabled.notna()]
        return Work(Sample((0.0,)), _sample(clock.passed(known.enabled, known.completed)), cases=rows.case_id.nunique())
    suspended = started.suspended_us.fillna(0).to_numpy(dtype=np.float64) / 1e6
    processing = np.maximum(between(started.started, started.completed) - (0 if staffed else suspended), 0)
    waited = started[started.enabled.notna()]
    waiting = between(waited.enabled, waited.started)
    free = waited.free_since.where(waited.free_since > waited.enabled, waited.enabled)
    free = free.where(free < waited.started, waited.started)
    delay = between(free, waited.started) if staffed else waiting
    return Work(
        processing=Sample.of(processing),
        delay=_sample(delay),
        officers=tuple(sorted(rows.officer.dropna().unique())) if staffed else (),
        observed_waiting=float(waiting.mean()) if len(waiting) else None,
        cases=int(rows.case_id.nunique()),
    )


def _sample(seconds: Seconds) -> Sample | None:
    known = np.maximum(seconds[~np.isnan(seconds)], 0)
    return Sample.of(known) if len(known) and known.max() > 0 else None


def wait_of(node: EventNode | Activity, rows: pd.DataFrame, reached: int, clock: Clock) -> Wait | None:
    """How long an event let wait; `reached` is how often it was waited for."""
    known = rows[rows.enabled.notna()]
    if known.empty:
        return None
    certain = isinstance(node, EventNode) and node.position is not Position.BOUNDARY and reached <= len(rows)
    probability = 1.0 if certain else min(len(rows) / max(reached, len(rows)), 1.0)
    return Wait(Sample.of(np.maximum(clock.passed(known.enabled, known.completed), 0)), probability)


def is_awaited(model: ProcessModel, id: str) -> bool:
    """Whether nobody performs it: it happens."""
    node = model.node(id)
    if isinstance(node, EventNode):
        return node.position in (Position.CATCH, Position.BOUNDARY) or node.scope is not None
    return isinstance(node, Activity) and node.kind is ActivityKind.RECEIVE


def is_performed(model: ProcessModel, id: str) -> bool:
    """Whether an officer or the engine does it, so that it takes processing time."""
    node = model.node(id)
    return isinstance(node, Activity) and node.kind not in (ActivityKind.SUBPROCESS, ActivityKind.RECEIVE)
