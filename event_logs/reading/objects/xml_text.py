"""OCEL as XML: 2.0 and 1.0, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from event_logs.reading.objects.json_text import TYPES
from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import Source

_DEEPEST = 100
_ELEMENT_TYPES = {"int": "integer", "date": "time"}  # of 1.0, in the words of 2.0


def read_xml(source: Source, writer: ObjectWriter) -> None:
    """Raises UnreadableLog where the text is no OCEL, cut off, or declares entities."""
    kinds: dict[tuple[str, str, str], str] = {}
    root = ""
    for path, element in _elements(source):
        root = path[0]
        tag = path[-1]
        if path[-1] in ("object-type", "event-type") and len(path) == 3:
            which = tag.removesuffix("-type")
            for one in element.iter("attribute"):
                kinds[(which, element.get("name", ""), one.get("name", ""))] = one.get("type", "string")
        elif path[1:] == ("objects", "object"):
            _object(element, kinds, writer)
        elif path[1:] == ("events", "event"):
            _event(element, kinds, writer)
    if root != "log":
        raise source.unreadable("this is no OCEL: its outermost element is not <log>")


def _elements(source: Source) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Each element of the second level within, when it has ended, with the names above it; what was given is forgotten."""
    parser: Any = XMLPullParser(("start", "end"))
    path: list[str] = []
    ends: list[Element] = []
    try:
        for chunk in source.chunks():
            if b"<!ENTITY" in chunk:
                raise source.unreadable("it declares an entity; files with entity declarations are refused")
            parser.feed(chunk)
            for kind, element in parser.read_events():
                if kind == "start":
                    path.append(_local(element.tag))
                    ends.append(element)
                    if len(path) > _DEEPEST:
                        raise source.unreadable(f"its elements are nested more than {_DEEPEST} deep")
                    continue
                if len(path) == 3:
                    yield tuple(path), element
                    ends[-2].remove(element)
                path.pop()
                ends.pop()
        parser.close()
    except ParseError as error:
        code, (line, _) = error.code, error.position
        ended = code in (3, 5, 6)  # no element found, unclosed token, partial character
        reason = "the file is cut off" if ended else f"this is no XML ({error})"
        raise source.unreadable(reason, line=line) from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _event(element: Element, kinds: dict[tuple[str, str, str], str], writer: ObjectWriter) -> None:
    if element.get("id") is None:
        _first_event(element, writer)
        return
    event_id, kind = element.get("id", ""), element.get("type", "")
    attributes = {
        (name := one.get("name", "")): _typed(kinds.get(("event", kind, name)), one.text)
        for one in element.iterfind("attributes/attribute")
    }
    writer.add_event(event_id, kind, element.get("time", ""), attributes)
    for one in element.iterfind("objects/*"):
        writer.concern(event_id, one.get("object-id", ""), one.get("qualifier", ""))


def _object(element: Element, kinds: dict[tuple[str, str, str], str], writer: ObjectWriter) -> None:
    if element.get("id") is None:
        _first_object(element, writer)
        return
    object_id, kind = element.get("id", ""), element.get("type", "")
    writer.add_object(object_id, kind)
    for one in element.iterfind("attributes/attribute"):
        name = one.get("name", "")
        writer.add_value(object_id, name, one.get("time"), _typed(kinds.get(("object", kind, name)), one.text))
    for one in element.iterfind("objects/*"):
        writer.relate(object_id, one.get("object-id", ""), one.get("qualifier", ""))


def _first_event(element: Element, writer: ObjectWriter) -> None:
    """OCEL 1.0: keys and values as in XES."""
    told = {one.get("key", ""): one for one in element}
    event_id, activity, at = (_value(told.get(key)) for key in ("id", "activity", "timestamp"))
    writer.add_event(event_id, activity, at, _keyed(told.get("vmap")))
    omap = told.get("omap")
    for one in omap if omap is not None else ():
        writer.concern(event_id, one.get("value", ""))


def _first_object(element: Element, writer: ObjectWriter) -> None:
    told = {one.get("key", ""): one for one in element}
    object_id = _value(told.get("id"))
    writer.add_object(object_id, _value(told.get("type")))
    for name, value in _keyed(told.get("ovmap")).items():
        writer.add_value(object_id, name, None, value)


def _value(element: Element | None) -> str:
    return "" if element is None else element.get("value", "")


def _keyed(element: Element | None) -> dict[str, object]:
    found = element if element is not None else ()
    return {
        one.get("key", ""): _typed(_ELEMENT_TYPES.get(_local(one.tag), _local(one.tag)), one.get("value"))
        for one in found
    }


def _typed(kind: str | None, text: str | None) -> object:
    if text is None or kind is None or kind not in TYPES:
        return text or ""
    try:
        typed: object = TYPES[kind](text)
        return typed
    except (ValueError, KeyError):
        return text
