"""OCEL as JSON: 2.0 (`events`, `objects`) and 1.0 (`ocel:events`, `ocel:objects`), record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from event_logs.reading.objects.json_members import Member, Members
from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import Source

_RECORDS = ("objects", "events", "ocel:objects", "ocel:events")
_TYPES = ("eventTypes", "objectTypes")
_GLOBALS = ("ocel:global-event", "ocel:global-object")
Record = Mapping[str, Any]
Kinds = Mapping[
    tuple[str, str, str], str
]  # of an attribute: `eventTypes` or `objectTypes`, the type's name, its own name


def read_json(source: Source, writer: ObjectWriter) -> None:
    """Raises UnreadableLog; what the standard asks for and nobody needs may be missing, and is noted."""
    members = Members(source, _RECORDS)
    kinds: dict[tuple[str, str, str], str] = {}
    looked_ahead = False
    for one in members:
        if one.key in _TYPES:
            kinds |= _kinds(source, one)
        elif one.key in _RECORDS:
            if not looked_ahead and one.key in ("objects", "events") and not members.keys.issuperset(_TYPES):
                kinds, looked_ahead = _kinds_ahead(source), True
            _READ[one.key](source, one, kinds, writer)
    if {"ocel:events", "ocel:objects"} <= members.keys:
        _note_missing(members.keys, writer)
    elif not {"events", "objects"} <= members.keys:
        raise source.unreadable(
            "this is JSON, but no object-centric log: it has neither `events` and `objects` nor `ocel:events` and `ocel:objects`"
        )


def _kinds_ahead(source: Source) -> dict[tuple[str, str, str], str]:
    """The types where they stand behind the records: the file is read through for them."""
    again = source.again()
    found: dict[tuple[str, str, str], str] = {}
    for one in Members(again, _RECORDS):
        if one.key in _TYPES:
            found |= _kinds(again, one)
    return found


def _kinds(source: Source, one: Member) -> dict[tuple[str, str, str], str]:
    return {
        (one.key, _text(kind.get("name")), _text(attribute.get("name"))): _text(attribute.get("type"))
        for kind in _records(source, one.value, one.key)
        for attribute in _records(source, kind.get("attributes"), "attributes")
    }


def _object(source: Source, member: Member, kinds: Kinds, writer: ObjectWriter) -> None:
    for one in _listed(source, member):
        object_id, kind = _text(one.get("id")), _text(one.get("type"))
        writer.add_object(object_id, kind)
        for value in _records(source, one.get("attributes"), "attributes"):
            name = _text(value.get("name"))
            typed = in_type(kinds.get(("objectTypes", kind, name)), value.get("value"))
            writer.add_value(object_id, name, _text(value.get("time")) or None, typed)
        for other in _records(source, one.get("relationships"), "relationships"):
            writer.relate(object_id, _text(other.get("objectId")), _text(other.get("qualifier")))


def _event(source: Source, member: Member, kinds: Kinds, writer: ObjectWriter) -> None:
    for one in _listed(source, member):
        event_id, kind = _text(one.get("id")), _text(one.get("type"))
        attributes = {
            (name := _text(value.get("name"))): in_type(kinds.get(("eventTypes", kind, name)), value.get("value"))
            for value in _records(source, one.get("attributes"), "attributes")
        }
        writer.add_event(event_id, kind, _text(one.get("time")), attributes)
        for other in _records(source, one.get("relationships"), "relationships"):
            writer.concern(event_id, _text(other.get("objectId")), _text(other.get("qualifier")))


def _first_object(source: Source, member: Member, _: Kinds, writer: ObjectWriter) -> None:
    object_id, one = _named(source, member)
    writer.add_object(object_id, _text(one.get("ocel:type")))
    for name, value in _named_values(source, one.get("ocel:ovmap")):
        writer.add_value(object_id, name, None, value)


def _first_event(source: Source, member: Member, _: Kinds, writer: ObjectWriter) -> None:
    event_id, one = _named(source, member)
    attributes = dict(_named_values(source, one.get("ocel:vmap")))
    writer.add_event(event_id, _text(one.get("ocel:activity")), _text(one.get("ocel:timestamp")), attributes)
    concerned = one.get("ocel:omap") or []
    if not isinstance(concerned, list):
        raise source.unreadable(f"`ocel:omap` of event {event_id!r} is no list")
    for object_id in concerned:
        writer.concern(event_id, _text(object_id))


_READ = {"objects": _object, "events": _event, "ocel:objects": _first_object, "ocel:events": _first_event}


def _note_missing(keys: set[str], writer: ObjectWriter) -> None:
    missing = [key for key in _GLOBALS if key not in keys]
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


def _listed(source: Source, member: Member) -> Iterator[Record]:
    if isinstance(member.within, str):
        raise source.unreadable(f"`{member.key}` is no list of objects, as OCEL 2.0 has it")
    return _records(source, member.value if member.within is None else [member.value], member.key)


def _named(source: Source, member: Member) -> tuple[str, Record]:
    if not isinstance(member.within, str) or not isinstance(member.value, dict):
        raise source.unreadable(f"`{member.key}` does not name its objects, as OCEL 1.0 has it")
    return member.within, member.value


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
