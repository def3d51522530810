"""An object-centric log as OCEL 2.0 in JSON, an event or an object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from event_logs.writing.objects.told import Content, Plain, Told, Types, Value, stamp


def ocel_json(told: Content) -> Iterator[str]:
    """The file in pieces."""
    yield "{"
    yield from _list("objectTypes", _types(told.object_types))
    yield ",\n"
    yield from _list("eventTypes", _types(told.event_types))
    yield ",\n"
    yield from _list("objects", map(_object, told.objects))
    yield ",\n"
    yield from _list("events", map(_event, told.events))
    yield "}\n"


def _list(name: str, records: Iterable[Any]) -> Iterator[str]:
    yield f'"{name}": ['
    before = "\n"
    for one in records:
        yield before + json.dumps(one, ensure_ascii=False, allow_nan=False)
        before = ",\n"
    yield "]"


def _types(types: Types) -> Iterator[dict[str, Any]]:
    for name, attributes in types.items():
        yield {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes.items()]}


def _object(one: Told) -> dict[str, Any]:
    values = [{"name": value.name, "time": stamp(value.since), "value": _json(value.value)} for value in one.values]
    return {"id": one.id, "type": one.type, "attributes": values, "relationships": _relations(one)}


def _event(one: Told) -> dict[str, Any]:
    values = [_named(value) for value in one.values]
    return {
        "id": one.id,
        "type": one.type,
        "time": stamp(one.at),
        "attributes": values,
        "relationships": _relations(one),
    }


def _named(value: Value) -> dict[str, Any]:
    return {"name": value.name, "value": _json(value.value)}


def _relations(one: Told) -> list[dict[str, str]]:
    return [{"objectId": object_id, "qualifier": qualifier} for object_id, qualifier in one.relations]


def _json(value: Plain) -> Plain:
    if isinstance(value, datetime):
        return value.isoformat()
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value
