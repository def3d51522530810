"""A log as XES 1849-2016: standard extensions for what they have words for, keys with `qj:` for the rest of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from event_logs import typed_json
from event_logs.log import EventLog
from event_logs.reading.xes_values import PLAIN_ITEM
from event_logs.typed_json import Nested
from event_logs.writing.rows import by_case
from event_logs.writing.xml import escaped

_EXTENSIONS = {
    "concept": "Concept",
    "lifecycle": "Lifecycle",
    "org": "Organizational",
    "time": "Time",
}
_KEYS = {
    "activity": "concept:name",
    "instance": "concept:instance",
    "lifecycle": "lifecycle:transition",
    "officer": "org:resource",
    "post": "org:role",
    "office": "org:group",
}
_MICROSECOND = timedelta(microseconds=1)


def xes_text(log: EventLog, header: Mapping[str, object]) -> Iterator[str]:
    """The file in pieces."""
    yield from _head(log, header)
    for _, rows in groupby(by_case(log), key=lambda row: row["case_id"]):
        yield "".join(_trace(rows))
    yield "</log>\n"


def _head(log: EventLog, header: Mapping[str, Any]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xes.features="nested-attributes">\n'
    for extension in _extensions(header):
        yield f"<extension{_xml(extension)}/>\n"
    for scope, values in header.get("globals", {}).items():
        yield f'<global scope="{escaped(scope)}">{_attributes(values)}</global>\n'
    classifiers = header.get("classifiers") or [{"name": "Activity", "keys": "concept:name"}]
    for classifier in classifiers:
        yield f"<classifier{_xml(classifier)}/>\n"
    attributes = dict(header.get("attributes", {}))
    attributes.setdefault("concept:name", log.name)
    yield _attributes(attributes) + "\n"


def _extensions(header: Mapping[str, Any]) -> Iterable[Mapping[str, str]]:
    given = list(header.get("extensions", ()))
    there = {extension.get("prefix") for extension in given}
    for prefix, name in _EXTENSIONS.items():
        if prefix not in there:
            given.append({"name": name, "prefix": prefix, "uri": f"http://www.xes-standard.org/{prefix}.xesext"})
    return given


def _trace(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    first = True
    for row in rows:
        if first:
            yield f"<trace>{_string('concept:name', row['case_id'])}{_closed(row['closed'])}{_object(row['case_attributes'] or '{}')}\n"
            first = False
        yield _event(row)
    yield "</trace>\n"


def _event(row: Mapping[str, Any]) -> str:
    known = "".join([_string(key, row[column]) for column, key in _KEYS.items() if row[column] is not None])
    version = "" if row["version"] is None else f'<int key="qj:version" value="{row["version"]}"/>'
    zone = "" if row["zone"] is None else _string("qj:zone", row["zone"])
    return f'<event>{known}<date key="time:timestamp" value="{_stamp(row["at"])}"/>{version}{zone}{_object(row["attributes"])}</event>\n'


def _closed(closed: bool | None) -> str:
    return "" if closed is None else f'<boolean key="qj:closed" value="{str(closed).lower()}"/>'


def _stamp(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.isoformat(timespec='microseconds' if at.microsecond % 1000 else 'milliseconds')}"


@lru_cache(maxsize=100_000)
def _string(key: str, value: str) -> str:
    return f'<string key="{escaped(key)}" value="{escaped(value)}"/>'


@lru_cache(maxsize=100_000)
def _object(text: str) -> str:
    """The attributes in a JSON object; the same object comes again and again."""
    return "" if text == "{}" else _attributes(typed_json.loads(text))


def _attributes(values: Mapping[str, object]) -> str:
    return "".join(_attribute(key, value) for key, value in values.items())


def _attribute(key: str, value: object) -> str:
    if isinstance(value, Nested):
        kind, text, exact = _scalar(value.value)
        return _element(kind, key, text, exact + _attributes(value.attributes))
    if isinstance(value, list):
        return f'<list key="{escaped(key)}">{"".join(map(_item, value))}</list>'
    if isinstance(value, Mapping):
        return f'<container key="{escaped(key)}">{_attributes(value)}</container>'
    return _element(key=key, **dict(zip(("kind", "text", "within"), _scalar(value), strict=True)))


def _item(value: object) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        return _attributes(value)
    return _attribute(PLAIN_ITEM, value)


def _element(kind: str, key: str, text: str, within: str) -> str:
    head = f'<{kind} key="{escaped(key)}" value="{escaped(text)}"'
    return f"{head}>{within}</{kind}>" if within else f"{head}/>"


def _scalar(value: object) -> tuple[str, str, str]:
    """The XES type, the text, and the child that keeps what the type cannot: nothing where it is exact."""
    for kind, write in _WRITE:
        if isinstance(value, kind):
            return write(value)
    return "string", "", _exact("null", "")


def _exact(name: str, text: str) -> str:
    return f'<string key="qj:{name}" value="{escaped(text)}"/>'


def _date(value: datetime) -> tuple[str, str, str]:
    if value.tzinfo is None:
        return "date", value.replace(tzinfo=UTC).isoformat(), _exact("datetime", value.isoformat())
    return "date", value.isoformat(), ""


_WRITE: tuple[
    tuple[type, Callable[[Any], tuple[str, str, str]]], ...
] = (  # bool before int, datetime before date: each is the other
    (str, lambda value: ("string", value, "")),
    (bool, lambda value: ("boolean", str(value).lower(), "")),
    (int, lambda value: ("int", str(value), "")),
    (float, lambda value: ("float", repr(value), "")),
    (Decimal, lambda value: ("float", str(float(value)), _exact("decimal", str(value)))),
    (datetime, _date),
    (date, lambda value: ("date", f"{value.isoformat()}T00:00:00+00:00", _exact("date", value.isoformat()))),
    (time, lambda value: ("string", value.isoformat(), _exact("time", value.isoformat()))),
    (timedelta, lambda value: ("int", str(value // _MICROSECOND), _exact("duration", str(value // _MICROSECOND)))),
)


def _xml(attributes: Mapping[str, str]) -> str:
    return "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items())
