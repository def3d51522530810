"""OCEL as JSON: 2.0 (`events`, `objects`) and 1.0 (`ocel:events`, `ocel:objects`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import Source

_LARGEST = 1024**3  # bytes; JSON is read as a whole
_MISSING = ("ocel:global-event", "ocel:global-object")
Record = Mapping[str, Any]


def read_json(source: Source, writer: ObjectWriter) -> None:
    """Raises UnreadableLog; what the standard asks for and nobody needs may be missing, and is noted."""
    told = _loaded(source)
    if "ocel:events" in told:
        _read_first(source, told, writer)
    elif "events" in told and "objects" in told:
        _read_second(source, told, writer)
    else:
        raise source.unreadable(
            "this is JSON, but no object-centric log: it has neither `events` and `objects` nor `ocel:events`"
        )


def _loaded(source: Source) -> Record:
    text = bytearray()
    for chunk in source.chunks():
        text += chunk
        if len(text) > _LARGEST:
            raise source.unreadable(f"it is JSON of more than {_LARGEST:,} bytes; export it as SQLite")
    try:
        told = json.loads(bytes(text))
    except RecursionError:
        raise source.unreadable("its JSON is nested too deeply") from None
    except ValueError as error:
        reason = "the file is cut off" if _is_cut_off(bytes(text), error) else "this is no JSON"
        raise source.unreadable(f"{reason} ({error})") from error
    if not isinstance(told, dict):
        raise source.unreadable("this is JSON, but no object-centric log")
    return told


def _is_cut_off(text: bytes, error: ValueError) -> bool:
    """Does it end within, or is more expected where it ends?"""
    if isinstance(error, json.JSONDecodeError) and error.pos >= len(error.doc.rstrip()):
        return True
    return not text.rstrip().endswith(b"}")


def _read_second(source: Source, told: Record, writer: ObjectWriter) -> None:
    kinds = {
        (which, kind.get("name"), one.get("name")): one.get("type")
        for which in ("eventTypes", "objectTypes")
        for kind in _records(source, told.get(which), which)
        for one in _records(source, kind.get("attributes"), "attributes")
    }
    for one in _records(source, told["objects"], "objects"):
        object_id, kind = _text(one.get("id")), _text(one.get("type"))
        writer.add_object(object_id, kind)
        for value in _records(source, one.get("attributes"), "attributes"):
            name = _text(value.get("name"))
            typed = in_type(kinds.get(("objectTypes", kind, name)), value.get("value"))
            writer.add_value(object_id, name, _text(value.get("time")) or None, typed)
        for other in _records(source, one.get("relationships"), "relationships"):
            writer.relate(object_id, _text(other.get("objectId")), _text(other.get("qualifier")))
    for one in _records(source, told["events"], "events"):
        event_id, kind = _text(one.get("id")), _text(one.get("type"))
        attributes = {
            (name := _text(value.get("name"))): in_type(kinds.get(("eventTypes", kind, name)), value.get("value"))
            for value in _records(source, one.get("attributes"), "attributes")
        }
        writer.add_event(event_id, kind, _text(one.get("time")), attributes)
        for other in _records(source, one.get("relationships"), "relationships"):
            writer.concern(event_id, _text(other.get("objectId")), _text(other.get("qualifier")))


def _read_first(source: Source, told: Record, writer: ObjectWriter) -> None:
    for object_id, one in _named(source, told.get("ocel:objects"), "ocel:objects"):
        writer.add_object(object_id, _text(one.get("ocel:type")))
        for name, value in _named_values(source, one.get("ocel:ovmap")):
            writer.add_value(object_id, name, None, value)
    for event_id, one in _named(source, told["ocel:events"], "ocel:events"):
        attributes = dict(_named_values(source, one.get("ocel:vmap")))
        writer.add_event(event_id, _text(one.get("ocel:activity")), _text(one.get("ocel:timestamp")), attributes)
        concerned = one.get("ocel:omap") or []
        if not isinstance(concerned, list):
            raise source.unreadable(f"`ocel:omap` of event {event_id!r} is no list")
        for object_id in concerned:
            writer.concern(event_id, _text(object_id))
    missing = [key for key in _MISSING if key not in told]
    if missing:
        writer.notes.append(
            f"The standard asks for {' and '.join(missing)}, which are missing; nothing was lost by it."
        )


def _records(source: Source, given: Any, what: str) -> Iterator[Record]:
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise source.unreadable(f"`{what}` is no list of objects, as OCEL 2.0 has it")
    yield from given


def _named(source: Source, given: Any, what: str) -> Iterator[tuple[str, Record]]:
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise source.unreadable(f"`{what}` does not name its objects, as OCEL 1.0 has it")
    yield from given.items()


def _named_values(source: Source, given: Any) -> Iterator[tuple[str, object]]:
    if given is not None and not isinstance(given, dict):
        raise source.unreadable("the attributes of an event or object have no names")
    yield from (given or {}).items()


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def in_type(kind: str | None, value: Any) -> object:
    """The value in the type that is declared for it; text that is not of it stays text."""
    if not isinstance(value, str) or kind in (None, "string"):
        return value
    try:
        return TYPES[kind](value) if kind in TYPES else value
    except (ValueError, KeyError):
        return value


TYPES: Mapping[str, Any] = {
    "integer": int,
    "float": float,
    "boolean": {"true": True, "false": False, "1": True, "0": False}.__getitem__,
    "time": datetime.fromisoformat,
}
