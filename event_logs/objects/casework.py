"""Casework as an object-centric log: the case, the taxpayer, the officer, the office and its documents are objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import ibis

from event_logs import typed_json
from event_logs.event import Lifecycle
from event_logs.log import EventLog
from event_logs.objects import ObjectLog
from event_logs.objects.opening import objects_from

TAXPAYER = "taxpayer_id"
_OF_EVENT = ("lifecycle", "instance", "version", "post", "zone")
_OF_CASE = ("taxpayer", "document")  # to what a case itself is related; officers come and go
Row = Mapping[str, Any]


def objects_of(log: EventLog, documents: Collection[str] = (), *, completed: bool = False) -> ObjectLog:
    """Each event concerns its case, the case's taxpayer, the officer, the office, and the documents that it names.

    `documents` are the attributes whose values name documents. Ids are `<type>:<id>`, since a case and an officer may be called
    alike. The attributes of a case are values of its object from the beginning. With `completed` only completions are events: that
    a task was offered, taken and begun is then no step of its own on the lines of its objects.
    """
    told_by = log.events.filter(log.events.lifecycle == Lifecycle.COMPLETE.value) if completed else log.events
    cases = {row["case_id"]: typed_json.loads(row["attributes"]) for row in _rows(log.cases.order_by("case_id"))}
    events: list[tuple[Any, ...]] = []
    objects: dict[tuple[str, str], None] = {(f"case:{case}", "case"): None for case in cases}
    concerns: dict[tuple[str, str, str], None] = {}
    related: dict[tuple[str, str, str], None] = {}
    for row in _rows(told_by.order_by("position")):
        told = typed_json.loads(row["attributes"])
        event_id, at = f"event:{row['position']}", row["at"]
        known = {key: row[key] for key in _OF_EVENT if row[key] is not None}
        events.append((event_id, row["position"], row["activity"], at, typed_json.dumps({**told, **known})))
        for kind, name, qualifier in _about(row, told, cases.get(row["case_id"], {}), documents):
            object_id = f"{kind}:{name}"
            objects[object_id, kind] = None
            concerns[event_id, object_id, qualifier] = None
            if kind in _OF_CASE:
                related[f"case:{row['case_id']}", object_id, qualifier] = None
    values = [
        (f"case:{case}", name, None, typed_json.dumps(value))
        for case, told in cases.items()
        for name, value in told.items()
    ]
    rows = {"events": events, "objects": [*objects], "values": values, "concerns": [*concerns], "related": [*related]}
    return objects_from(rows, name=log.name, source=log.source, zone=log.zone)


def _about(row: Row, told: Row, case: Row, documents: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Type, name and qualifier of the objects that an event concerns."""
    yield "case", row["case_id"], "in"
    taxpayer = told.get(TAXPAYER) or case.get(TAXPAYER)
    if taxpayer:
        yield "taxpayer", str(taxpayer), "of"
    if row["officer"]:
        yield "officer", row["officer"], "by"
    if row["office"]:
        yield "office", row["office"], "at"
    for key in documents:
        if told.get(key):
            yield "document", str(told[key]), key


def _rows(table: ibis.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
