"""The object-centric view of a log: what happens to each type of object, where several meet, and how they wait for each other."""

from __future__ import annotations

from dataclasses import dataclass

from event_logs.objects import ObjectLog
from mining.errors import EmptyLog
from mining.objects.graph import ObjectGraph, object_graph
from mining.objects.lines import lines
from mining.objects.story import Moment, story
from mining.objects.types import Several, TypeFacts, several_objects, type_facts
from mining.objects.waiting import Lateness, Meeting, lateness, meetings

__all__ = ["Moment", "ObjectView", "object_view", "story"]


@dataclass(frozen=True, kw_only=True)
class ObjectView:
    """Everything that mining says of a log's objects; `events` are those that concern any object."""

    log: str
    source: str
    events: int
    objects: int
    types: tuple[TypeFacts, ...]
    graph: ObjectGraph
    several: tuple[Several, ...]
    meetings: tuple[Meeting, ...]
    lateness: tuple[Lateness, ...]


def object_view(log: ObjectLog) -> ObjectView:
    """Look at a log through its objects; raises EmptyLog where no event concerns any."""
    rows = lines(log)
    events = int(rows.event_id.nunique().execute())
    if not events:
        raise EmptyLog(log.name)
    types = type_facts(log, rows)
    return ObjectView(
        log=log.name,
        source=log.source,
        events=events,
        objects=sum(each.objects for each in types),
        types=types,
        graph=object_graph(rows),
        several=several_objects(rows),
        meetings=meetings(rows),
        lateness=lateness(rows),
    )
