"""Values as JSON and back, exactly: what JSON lacks is tagged, such as `{"#number": "1.50"}` or `{"#date": "2026-01-31"}`.

A context with a key that begins with `#` is written as `{"#context": [[key, value], …]}`, so that no tag can be forged.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel.errors import ForeignValue, TooExpensive
from bpmn.feel.temporal import date_and_time_from, date_from, duration_from, duration_text, far_text, months_text
from bpmn.feel.values import DEEPEST_VALUE, MOST_PARTS, FarDate, FarMoment, Range, Undefined, Value, YearsMonths


def dumps(value: Any) -> str:
    """The value as JSON; raises ForeignValue for what FEEL does not have, TooExpensive for more than 200,000 parts."""
    text = _ENCODER.encode(_Writing().plain(value, 0))
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        return json.dumps(json.loads(text), separators=(",", ":"))  # half of a pair has no UTF-8
    return text


def loads(text: str | bytes) -> Value:
    """The value of that JSON; raises ForeignValue for text that `dumps` cannot have written."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError) as error:
        raise ForeignValue(f"The stored value cannot be read: {error}.") from error


# -- writing

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
_AS_THEY_ARE = frozenset({str, bool, type(None)})


class _Writing:
    """One value on its way out; counts its parts, since shared parts can make it far larger than its memory."""

    def __init__(self) -> None:
        self.parts = 0

    def plain(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind in _TAGS:
            tag, write = _TAGS[kind]
            return {tag: write(value)}
        if depth > DEEPEST_VALUE:
            raise ForeignValue("The value is nested too deeply, or contains itself.")
        if isinstance(value, Mapping):
            return self._context(value, depth + 1)
        if isinstance(value, list | tuple):
            self._count(len(value))
            return [part if type(part) in _AS_THEY_ARE else self.plain(part, depth + 1) for part in value]
        if kind is Range:
            ends = [self.plain(value.low, depth + 1), self.plain(value.high, depth + 1)]
            return {"#range": [*ends, value.low_included, value.high_included, value.operator]}
        return self._unusual(value)

    def _context(self, value: Mapping[Any, Any], depth: int) -> Any:
        self._count(len(value))
        made = {}
        forged = False
        for key, part in value.items():
            if type(key) is not str:
                raise ForeignValue(f"The keys of a context are strings, not {key!r}.")
            forged = forged or key.startswith("#")
            made[key] = part if type(part) in _AS_THEY_ARE else self.plain(part, depth)
        return {"#context": [list(entry) for entry in made.items()]} if forged else made

    def _count(self, parts: int) -> None:
        self.parts += parts
        if self.parts > MOST_PARTS:
            raise TooExpensive(f"The value has more than {MOST_PARTS} parts and is not stored.")

    def _unusual(self, value: Any) -> Any:
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return {"#number": _whole_out(int(value))}
        if isinstance(value, float):
            raise ForeignValue(f"{value!r} is a binary fraction; give a Decimal, which is exact.")
        raise ForeignValue(f"A {type(value).__name__} is no value of FEEL and is not stored.")


def _number_out(value: Decimal) -> str:
    if not value.is_finite():
        raise ForeignValue(f"{value} is no number that FEEL has.")
    return str(value)


def _whole_out(value: int) -> str:
    if value.bit_length() > 14_000:  # Python writes no more than 4,300 digits
        raise ForeignValue("The number is too large to be stored.")
    return str(value)


def _clock_out(value: dt.datetime | dt.time) -> str:
    fold = "~" if value.fold else ""
    if value.tzinfo is None or type(value.tzinfo) is dt.timezone:
        return value.isoformat() + fold
    if type(value.tzinfo) is ZoneInfo and value.tzinfo.key:
        return f"{value.replace(tzinfo=None).isoformat()}@{value.tzinfo.key}{fold}"
    raise ForeignValue(f"The time zone {value.tzinfo!r} has no name; use a ZoneInfo or an offset.")


_TAGS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    Decimal: ("#number", _number_out),
    int: ("#number", _whole_out),
    dt.date: ("#date", dt.date.isoformat),
    dt.time: ("#time", _clock_out),
    dt.datetime: ("#dateTime", _clock_out),
    dt.timedelta: ("#duration", duration_text),
    YearsMonths: ("#months", months_text),
    FarDate: ("#farDate", far_text),
    FarMoment: ("#farDateTime", far_text),
}

# -- reading


def _number_in(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ForeignValue(f"{text} is no number that FEEL has.")
    return value


def _time_in(text: str) -> dt.time:
    value: dt.time = _zoned(text, dt.time.fromisoformat)
    return value


def _moment_in(text: str) -> dt.datetime:
    value: dt.datetime = _zoned(text, dt.datetime.fromisoformat)
    return value


def _zoned(text: str, read: Callable[[str], Any]) -> Any:
    clock, _, zone = text.removesuffix("~").partition("@")
    value = read(clock)
    changes: dict[str, Any] = {"tzinfo": ZoneInfo(zone)} if zone else {}
    if text.endswith("~"):
        changes["fold"] = 1
    return value.replace(**changes) if changes else value


def _range_in(parts: list[Value]) -> Range:
    low, high, low_included, high_included, operator = parts
    return Range(low, high, low_included, high_included, operator)


_READERS: dict[str, Callable[[Any], Value]] = {
    "#number": _number_in,
    "#date": dt.date.fromisoformat,
    "#time": _time_in,
    "#dateTime": _moment_in,
    "#duration": duration_from,
    "#months": duration_from,
    "#farDate": date_from,
    "#farDateTime": date_and_time_from,
    "#range": _range_in,
    "#context": dict,
}


def _untag(read: dict[str, Any]) -> Value:
    if len(read) != 1:
        return read
    tag = next(iter(read))
    if not tag.startswith("#"):
        return read
    try:
        return _READERS[tag](read[tag])
    except (KeyError, TypeError, ValueError, InvalidOperation, Undefined) as error:
        raise ForeignValue(f"The stored value {read!r} cannot be read.") from error


_DECODER = json.JSONDecoder(object_hook=_untag, parse_float=_number_in, parse_int=Decimal)
