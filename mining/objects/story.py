"""The whole story of one object: everything that concerned it, in any procedure, and with which other objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from event_logs.objects import ObjectLog


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of the object: in which log (a procedure), when, what, and the other objects by type."""

    log: str
    at: datetime
    activity: str
    others: tuple[tuple[str, str], ...]  # (type, object id)


def story(*told: tuple[str, ObjectLog, str]) -> tuple[Moment, ...]:
    """The events of an object by time; ties by log, then by recorded order.

    Each log comes with its name and with what the object is called there: rules for personal data may hide it differently.
    """
    found = [
        (moment.at, place, position, moment)
        for place, (name, log, object_id) in enumerate(sorted(told, key=lambda each: each[0]))
        for position, moment in _moments(name, log, object_id)
    ]
    return tuple(moment for *_order, moment in sorted(found, key=lambda row: row[:3]))


def _moments(name: str, log: ObjectLog, object_id: str) -> list[tuple[int, Moment]]:
    own = log.concerns.filter(log.concerns.object_id == object_id).select("event_id").distinct()
    told = log.concerns.semi_join(own, "event_id").select("event_id", "object_id").distinct()
    rows = told.inner_join(log.objects, "object_id").inner_join(log.events, "event_id")
    rows = rows.select("event_id", "position", "activity", "at", "object_id", "type").order_by(
        "position", "type", "object_id"
    )
    events: dict[int, Moment] = {}
    for row in rows.to_pyarrow().to_pylist():
        known = events.get(row["position"])
        others = known.others if known else ()
        if row["object_id"] != object_id:
            others = (*others, (row["type"], row["object_id"]))
        events[row["position"]] = Moment(name, row["at"], row["activity"], others)
    return sorted(events.items())
