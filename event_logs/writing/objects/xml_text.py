"""An object-centric log as OCEL 2.0 in XML, an event or an object a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from event_logs.writing.objects.told import Content, Told, Types, Value, stamp, text_of
from event_logs.writing.xml import escaped


def ocel_xml(told: Content) -> Iterator[str]:
    """The file in pieces. XML has no null: an attribute without a value is left out."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<log>\n'
    yield from _types("object", told.object_types)
    yield from _types("event", told.event_types)
    yield from _records("object", told.objects)
    yield from _records("event", told.events)
    yield "</log>\n"


def _types(which: str, types: Types) -> Iterator[str]:
    yield f"<{which}-types>\n"
    for name, attributes in types.items():
        within = "".join(f"<attribute{_xml(name=key, type=kind)}/>" for key, kind in attributes.items())
        yield f"<{which}-type{_xml(name=name)}><attributes>{within}</attributes></{which}-type>\n"
    yield f"</{which}-types>\n"


def _records(which: str, told: Iterable[Told]) -> Iterator[str]:
    yield f"<{which}s>\n"
    for one in told:
        when = "" if one.at is None else _xml(time=stamp(one.at))
        values = "".join(_value(value, timed=one.at is None) for value in one.values if value.value is not None)
        related = "".join(
            f'<relationship object-id="{escaped(object_id)}"{_xml(qualifier=qualifier)}/>'
            for object_id, qualifier in one.relations
        )
        yield f"<{which}{_xml(id=one.id, type=one.type)}{when}><attributes>{values}</attributes><objects>{related}</objects></{which}>\n"
    yield f"</{which}s>\n"


def _value(value: Value, *, timed: bool) -> str:
    since = _xml(time=stamp(value.since)) if timed else ""
    return f"<attribute{_xml(name=value.name)}{since}>{escaped(text_of(value.value))}</attribute>"


def _xml(**attributes: str) -> str:
    return "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items())
