"""What there is of each type of object, and what happens when a log is flattened to it.

Where one event concerns several objects of a type it is told several times (convergence); where an object has the same activity
several times for different other objects they cannot be told apart (divergence); where an event concerns none of the type it is
lost (van der Aalst 2019, Object-Centric Process Mining: Dealing with Divergence and Convergence).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs.objects import ObjectLog
from event_logs.spans import microseconds
from mining.objects.lines import rows_of
from mining.steps import in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """A type of object.

    `silent` objects have no event. `events_per_object` and `life` (seconds from the first to the last event) are medians over the
    objects with events, `longest` is the most events of one. As the case of a flat log: `events` would remain of the log's,
    `told` counts them as often as they would be told, `converging` are those of several objects, `diverging` the objects that
    have an activity several times with different other objects.
    """

    type: str
    objects: int
    silent: int
    events_per_object: float
    longest: int
    life: float
    life_p90: float
    events: int
    told: int
    converging: int
    diverging: int


@dataclass(frozen=True, slots=True)
class Several:
    """How many objects of a type an event of an activity concerns: on average, at most, and in how many events several."""

    activity: str
    type: str
    events: int
    mean: float
    most: int
    several: int


def type_facts(log: ObjectLog, lines: ibis.Table) -> tuple[TypeFacts, ...]:
    """Of every type how many objects and events it has, how long an object lives, and with how many others it shares an event."""
    by_object = lines.group_by("type", "object_id").aggregate(
        events=lines.count(), life=microseconds(lines["at"].min(), lines["at"].max())
    )
    lives = by_object.group_by("type").aggregate(
        heard=by_object.count(),
        events_per_object=by_object.events.quantile(0.5),
        longest=by_object.events.max(),
        told=by_object.events.sum(),
        life=in_seconds(by_object.life).quantile([0.5, 0.9]),
    )
    by_event = lines.group_by("type", "event_id").aggregate(objects=lines.count())
    events = by_event.group_by("type").aggregate(
        events=by_event.count(), converging=(by_event.objects > 1).cast("int64").sum()
    )
    known = {row["type"]: row for row in rows_of(lives.inner_join(events, "type"))}
    diverging = {row["type"]: row["objects"] for row in rows_of(_diverging(lines))}
    return tuple(
        TypeFacts(
            type=kind,
            objects=number,
            silent=number - (row["heard"] if row else 0),
            events_per_object=float(row["events_per_object"]) if row else 0.0,
            longest=row["longest"] if row else 0,
            life=float(row["life"][0]) if row else 0.0,
            life_p90=float(row["life"][1]) if row else 0.0,
            events=row["events"] if row else 0,
            told=int(row["told"]) if row else 0,
            converging=int(row["converging"]) if row else 0,
            diverging=diverging.get(kind, 0),
        )
        for kind, number in log.types().items()
        for row in [known.get(kind)]
    )


def _diverging(lines: ibis.Table) -> ibis.Table:
    """type, objects: those with two events of one activity that do not concern the same objects of some other type."""
    own = lines.select("event_id", "object_id", "type", "activity")
    other = lines.select(event_id="event_id", other_id="object_id", other_type="type")
    pairs = own.inner_join(other, "event_id")
    pairs = pairs.filter(pairs.type != pairs.other_type)
    each = pairs.group_by("object_id", "type", "activity", "other_type", "event_id").aggregate(
        others=pairs.other_id.collect().sort().join(",")
    )
    seen = each.group_by("object_id", "type", "activity", "other_type").aggregate(ways=each.others.nunique())
    several = seen.filter(seen.ways > 1)
    return several.group_by("type").aggregate(objects=several.object_id.nunique())


def several_objects(lines: ibis.Table) -> tuple[Several, ...]:
    """Every activity and type, those with most events of several objects first."""
    by_event = lines.group_by("activity", "type", "event_id").aggregate(objects=lines.count())
    counted = by_event.group_by("activity", "type").aggregate(
        events=by_event.count(),
        total=by_event.objects.sum(),
        most=by_event.objects.max(),
        several=(by_event.objects > 1).cast("int64").sum(),
    )
    found = [
        Several(r["activity"], r["type"], r["events"], r["total"] / r["events"], r["most"], int(r["several"]))
        for r in rows_of(counted)
    ]
    return tuple(sorted(found, key=lambda s: (-s.several, s.activity, s.type)))
