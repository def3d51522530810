"""What an object-centric log tells, in the words that the three forms of OCEL 2.0 share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ibis

from event_logs import typed_json
from event_logs.objects import BEGINNING, ObjectLog

Plain = str | bool | int | float | datetime | None
_LARGEST = 2**63 - 1  # an integer of SQLite


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an attribute; `since` is None where an object had it from the beginning, and for events."""

    name: str
    value: Plain
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event (with its time) or an object, its values, and the objects that it is related to, each with a qualifier."""

    id: str
    type: str
    at: datetime | None
    values: list[Value]
    relations: list[tuple[str, str]]


Types = Mapping[str, Mapping[str, str]]  # of each type: its attributes and their OCEL types


@dataclass(frozen=True, slots=True)
class Content:
    """Events in recorded order, objects by id, and what they have attributes of."""

    events: list[Told]
    objects: list[Told]
    event_types: Types
    object_types: Types


def content(log: ObjectLog) -> Content:
    """An attribute whose values are of several types becomes text; so does what OCEL has no type for (dates, durations, lists)."""
    concerns = _by("event_id", log.concerns, lambda row: (row["object_id"], row["qualifier"]))
    related = _by("source_id", log.related, lambda row: (row["target_id"], row["qualifier"]))
    values = _by(
        "object_id",
        log.values.order_by(ibis.asc("at", nulls_first=True), "name"),
        lambda row: Value(row["name"], _plain(typed_json.loads(row["value"])), row["at"]),
    )
    events = [
        Told(row["event_id"], row["activity"], row["at"], _values(row["attributes"]), concerns[row["event_id"]])
        for row in _rows(log.events.order_by("position"))
    ]
    objects = [
        Told(row["object_id"], row["type"], None, values[row["object_id"]], related[row["object_id"]])
        for row in _rows(log.objects.order_by("object_id"))
    ]
    event_types, object_types = _types(events), _types(objects)
    return Content(_of_one_type(events, event_types), _of_one_type(objects, object_types), event_types, object_types)


def stamp(at: datetime | None) -> str:
    """ISO 8601 in UTC; OCEL writes the beginning of all times for what an object had all along."""
    return BEGINNING if at is None else at.astimezone(UTC).isoformat()


def text_of(value: Plain) -> str:
    """As the readers of OCEL expect a value that is written as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _rows(table: ibis.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _by(key: str, table: ibis.Table, read: Callable[[Mapping[str, Any]], Any]) -> Mapping[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in _rows(table):
        found[row[key]].append(read(row))
    return found


def _values(attributes: str) -> list[Value]:
    return [Value(name, _plain(value)) for name, value in typed_json.loads(attributes).items()]


def _plain(value: object) -> Plain:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return str(value)
    if value is None or isinstance(value, (str, bool, int, float, datetime)):
        return value
    return typed_json.dumps(value) if isinstance(value, (list, Mapping)) else str(value)


def _types(told: Iterable[Told]) -> Types:
    found: defaultdict[str, defaultdict[str, set[type]]] = defaultdict(lambda: defaultdict(set))
    for one in told:
        kinds = found[one.type]
        for value in one.values:
            kinds[value.name].add(type(value.value))
    return {
        name: {key: _type(kinds - {type(None)}) for key, kinds in sorted(found[name].items())} for name in sorted(found)
    }


def _type(kinds: set[type]) -> str:
    if kinds == {int, float}:
        return "float"
    return _TYPES.get(next(iter(kinds)), "string") if len(kinds) == 1 else "string"


_TYPES = {bool: "boolean", int: "integer", float: "float", datetime: "time"}
_AS: Mapping[str, Callable[[Any], Plain]] = {"string": text_of, "float": float}


def _of_one_type(told: Iterable[Told], types: Types) -> list[Told]:
    return [
        Told(one.id, one.type, one.at, [_as(value, types[one.type][value.name]) for value in one.values], one.relations)
        for one in told
    ]


def _as(value: Value, kind: str) -> Value:
    if value.value is None or kind not in _AS:
        return value
    return Value(value.name, _AS[kind](value.value), value.since)
