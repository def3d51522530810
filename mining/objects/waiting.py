"""How objects wait for each other before an event that concerns several of them.

An object arrives at an event with its event before. After Park, Adams and van der Aalst (2022, OPerA), in seconds:
flow is the time since the first object arrived; synchronisation the time from the first to the last arrival; pooling the same among
the objects of one type; lagging the time from the first arrival of another type to the last of this one, where that is later.
Objects that begin their line with the event have not arrived before and say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs.spans import microseconds
from mining.findings import ENOUGH
from mining.objects.lines import rows_of
from mining.steps import in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Median seconds over the events of an activity at which at least two objects had arrived; `total` is all synchronisation.

    With `insufficient` there are fewer than 20 such events and the figures are no fact.
    """

    activity: str
    events: int
    flow: float
    synchronisation: float
    total: float
    insufficient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Of the objects of one type before an activity: medians of pooling and lagging, and the sum of all lagging, in seconds."""

    activity: str
    type: str
    events: int
    pooling: float
    lagging: float
    total_lagging: float
    insufficient: bool


def meetings(lines: ibis.Table) -> tuple[Meeting, ...]:
    """By activity, the longest synchronisation altogether first."""
    met = _arrivals(lines, ["event_id", "activity"])
    met = met.filter(met.arrived > 1)
    met = met.mutate(flow=microseconds(met.first, met["at"]), synchronisation=microseconds(met.first, met["last"]))
    found = met.group_by("activity").aggregate(
        events=met.count(),
        flow=in_seconds(met.flow).quantile(0.5),
        synchronisation=in_seconds(met.synchronisation).quantile(0.5),
        total=in_seconds(met.synchronisation.sum()),
    )
    rows = [Meeting(**row, insufficient=row["events"] < ENOUGH) for row in rows_of(found)]
    return tuple(sorted(rows, key=lambda m: (m.insufficient, -m.total, m.activity)))


def lateness(lines: ibis.Table) -> tuple[Lateness, ...]:
    """By activity and type, who keeps the others waiting most first; only events at which several types had arrived."""
    own = _arrivals(lines, ["event_id", "activity", "type"])
    other = own.select(event_id="event_id", other_type="type", other_first="first")
    pairs = own.inner_join(other, "event_id")
    pairs = pairs.filter(pairs.type != pairs.other_type)
    each = pairs.group_by("event_id", "activity", "type", "first", "last").aggregate(others=pairs.other_first.min())
    late = microseconds(each.others, each["last"])
    each = each.mutate(pooling=microseconds(each.first, each["last"]), lagging=ibis.ifelse(late > 0, late, 0))
    found = each.group_by("activity", "type").aggregate(
        events=each.count(),
        pooling=in_seconds(each.pooling).quantile(0.5),
        lagging=in_seconds(each.lagging).quantile(0.5),
        total_lagging=in_seconds(each.lagging.sum()),
    )
    rows = [Lateness(**row, insufficient=row["events"] < ENOUGH) for row in rows_of(found)]
    return tuple(sorted(rows, key=lambda m: (m.insufficient, -m.total_lagging, m.activity, m.type)))


def _arrivals(lines: ibis.Table, by: list[str]) -> ibis.Table:
    """The columns `by` with at, arrived (objects), first and last (their arrivals), one row a group of arrived objects."""
    known = lines.filter(lines.before_at.notnull())
    return known.group_by(by).aggregate(
        at=known["at"].max(), arrived=known.count(), first=known.before_at.min(), last=known.before_at.max()
    )
