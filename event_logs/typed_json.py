"""Typed values as JSON text and back, exactly: a Decimal stays a Decimal, a date a date.

A value that JSON does not know becomes an object with one tagged key, `{"$decimal": "1.50"}`. Keys of the user's own that begin
with `$` get a second one, so that no text of theirs is ever taken for a tag.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from event_logs.errors import Unstorable


@dataclass(frozen=True)
class Nested:
    """An attribute of XES that has a value and attributes of its own."""

    value: object
    attributes: Mapping[str, object]


_MICROSECOND = timedelta(microseconds=1)
_AS_THEY_ARE = frozenset({str, bool, int, type(None)})

_READ: Mapping[str, Callable[[Any], object]] = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$duration": lambda microseconds: timedelta(microseconds=microseconds),
    "$float": float,
}


def dumps(value: object) -> str:
    """The JSON text of a value; raises Unstorable. Tuples become lists; an aware datetime keeps its offset, not its zone's name."""
    if type(value) is dict and not value:  # all that most events have to say
        return "{}"
    plain = tagged(value)
    text = _ENCODER.encode(plain)
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        return json.dumps(plain, separators=(",", ":"))  # half of a surrogate pair has no UTF-8, but an escape
    return text


def loads(text: str) -> Any:
    """The value that `dumps` wrote."""
    return _DECODER.decode(text) if "$" in text else _PLAIN.decode(text)


def tagged(value: object) -> object:
    """The value in what JSON knows by itself; raises Unstorable."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict:
        return {
            key if type(key) is str and key[:1] != "$" else _key(key): item
            if type(item) in _AS_THEY_ARE
            else tagged(item)
            for key, item in value.items()  # type: ignore[attr-defined]
        }
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _AS_THEY_ARE else tagged(item) for item in value]
    if isinstance(value, (str, bool, int)):
        return _plain(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    return _tagged(value)


def _plain(value: object) -> object:
    """Of a kind of text or number what JSON writes of it."""
    return str(value) if isinstance(value, str) else value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise Unstorable(key)
    return f"${key}" if key.startswith("$") else str(key)


def _tagged(value: object) -> dict[str, object]:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):  # before date: a datetime is one
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$duration": value // _MICROSECOND}
    if isinstance(value, Nested):
        return {"$value": tagged(value.value), "$attributes": tagged(value.attributes)}
    if isinstance(value, Mapping):  # the last, since asking an abstract class takes long
        return {_key(key): tagged(item) for key, item in value.items()}
    raise Unstorable(value)


def _untagged(found: dict[str, Any]) -> object:
    if len(found) == 1:
        (key, value), *_ = found.items()
        if key in _READ:
            return _READ[key](value)
    if found.keys() == {"$value", "$attributes"}:
        return Nested(found["$value"], found["$attributes"])
    for key in found:
        if key[:2] == "$$":
            return {key[1:] if key.startswith("$$") else key: value for key, value in found.items()}
    return found


# Made once: json.dumps and json.loads make a new one at every call that asks for anything unusual.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
_DECODER, _PLAIN = json.JSONDecoder(object_hook=_untagged), json.JSONDecoder()  # without a "$" there is no tag
