"""The object-centric directly-follows graph: for every type of object what follows what on the lines of its objects, in one graph.

After Berti and van der Aalst (2020): an event of several objects is one node, and every type has its own arrows through it.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs.spans import microseconds
from mining.objects.lines import rows_of
from mining.steps import in_seconds


@dataclass(frozen=True, slots=True)
class Node:
    """An activity: its events, and by type how many objects it concerned, and how many begin or end their line with it."""

    activity: str
    events: int
    objects: tuple[tuple[str, int], ...]
    begins: tuple[tuple[str, int], ...]
    ends: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of objects of a type: `count` times, by `objects` of them, with the median time between in seconds."""

    type: str
    source: str
    target: str
    count: int
    objects: int
    median: float


@dataclass(frozen=True, slots=True)
class ObjectGraph:
    """Nodes by falling number of events, edges by falling count; ties by name."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def object_graph(lines: ibis.Table) -> ObjectGraph:
    """How often each type of object goes from one activity to the next, with the median time between (object-centric directly-follows
    graph, Berti and van der Aalst 2023)."""
    pairs = lines.filter(lines.before_activity.notnull())
    pairs = pairs.select(
        "type", "object_id", source="before_activity", target="activity", us=microseconds(pairs.before_at, pairs["at"])
    )
    steps = pairs.group_by("type", "source", "target").aggregate(
        count=pairs.count(), objects=pairs.object_id.nunique(), median=in_seconds(pairs.us).quantile(0.5)
    )
    edges = [Edge(**row) for row in rows_of(steps)]
    return ObjectGraph(
        tuple(sorted(_nodes(lines), key=lambda n: (-n.events, n.activity))),
        tuple(sorted(edges, key=lambda e: (-e.count, e.type, e.source, e.target))),
    )


def _nodes(lines: ibis.Table) -> list[Node]:
    events = lines.group_by("activity").aggregate(events=lines.event_id.nunique())
    parts = [
        _by_type(lines),
        _by_type(lines.filter(lines.before_activity.isnull())),
        _by_type(lines.filter(lines.next_activity.isnull())),
    ]
    return [
        Node(row["activity"], row["events"], *(tuple(sorted(part.get(row["activity"], {}).items())) for part in parts))
        for row in rows_of(events)
    ]


def _by_type(rows: ibis.Table) -> dict[str, dict[str, int]]:
    counted = rows.group_by("activity", "type").aggregate(objects=rows.object_id.nunique())
    found: dict[str, dict[str, int]] = {}
    for row in rows_of(counted):
        found.setdefault(row["activity"], {})[row["type"]] = row["objects"]
    return found
