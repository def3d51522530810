"""Object-centric logs (OCEL): events that concern several objects at once, as lazy tables."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

OBJECT_EVENTS = ibis.schema(
    {
        "event_id": "string",
        "position": "int64",  # recorded order; it decides where times tie
        "activity": "string",
        "at": "timestamp('UTC', 6)",
        "attributes": "string",  # JSON object, typed values tagged
    }
)
OBJECTS = ibis.schema({"object_id": "string", "type": "string"})
VALUES = ibis.schema(
    {
        "object_id": "string",
        "name": "string",
        "at": "timestamp('UTC', 6)",  # from when on; null = from the beginning
        "value": "string",  # JSON, typed values tagged
    }
)
CONCERNS = ibis.schema({"event_id": "string", "object_id": "string", "qualifier": "string"})
RELATED = ibis.schema({"source_id": "string", "target_id": "string", "qualifier": "string"})
FOLDER = "objects"  # below the folder of a log, with one Parquet file a table
BEGINNING = "1970-01-01T00:00:00+00:00"  # OCEL 2.0 writes it for the time from which on an object had a value all along
TABLES = {"events": OBJECT_EVENTS, "objects": OBJECTS, "values": VALUES, "concerns": CONCERNS, "related": RELATED}


@dataclass(frozen=True)
class ObjectLog:
    """Events, objects, the values of their attributes over time, which objects an event concerns, and which are related to which.

    Every table is lazy and has the columns declared above; all live on one Ibis backend.
    """

    name: str
    events: ibis.Table
    objects: ibis.Table
    values: ibis.Table
    concerns: ibis.Table
    related: ibis.Table
    source: str = ""
    zone: str = "Asia/Shanghai"

    def types(self) -> dict[str, int]:
        """The types of objects with how many there are of each, in the order of their names."""
        counted = self.objects.group_by("type").agg(n=self.objects.count()).order_by("type").execute()
        return dict(zip(counted["type"], map(int, counted["n"]), strict=True))
