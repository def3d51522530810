"""Repeats: activities that were done again in the same case."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs.log import EventLog
from mining.steps import steps


@dataclass(frozen=True, slots=True)
class Repeats:
    """An activity: how often it was done, in how many cases, and how often again, in how many cases."""

    activity: str
    done: int
    cases: int
    again: int
    cases_again: int


def repeats(log: EventLog) -> tuple[Repeats, ...]:
    """Every activity by falling number of repeats, ties by name."""
    counted = _counted(log)
    found = (Repeats(again=row["done"] - row["cases"], **row) for row in counted.to_pyarrow().to_pylist())
    return tuple(sorted(found, key=lambda one: (-one.again, one.activity)))


def _counted(log: EventLog) -> ibis.Table:
    kept = log.kept_performed()
    if kept is not None:
        done = kept.filter(kept.ordinal.notnull())
        first, second = done.times_before == 0, done.times_before == 1
        return done.group_by("activity").aggregate(
            done=done.count(), cases=done.count(where=first), cases_again=done.count(where=second)
        )
    rows = steps(log)
    times = rows.group_by("case_id", "activity").aggregate(times=rows.count())
    return times.group_by("activity").aggregate(
        done=times.times.sum().cast("int64"), cases=times.count(), cases_again=times.count(where=times.times > 1)
    )
