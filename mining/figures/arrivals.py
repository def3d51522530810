"""Arrivals: how many cases began in each hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from event_logs.log import EventLog
from mining.sequences import Sequences, sequences


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour in which cases began, by its start in UTC."""

    begin: datetime
    cases: int


def arrivals(told: EventLog | Sequences) -> tuple[Hour, ...]:
    """The hours in which cases began, in order; hours without any are left out."""
    with sequences(told) as known:
        cases = known.cases
        counted = cases.group_by(begin=cases.first_at.truncate("h")).aggregate(cases=cases.count())
        rows = counted.order_by("begin").to_pyarrow().to_pylist()
    return tuple(
        Hour(row["begin"].replace(tzinfo=UTC), row["cases"]) for row in rows
    )  # DuckDB cuts off the zone as well
