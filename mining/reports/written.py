"""What mining found as text and back, exactly: the same finding is the same text to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bpmn.model import ProcessModel
from bpmn.reading import read_bpmn
from bpmn.writing import write_bpmn
from event_logs import typed_json


def write(found: Any) -> str:
    """JSON with every field of a dataclass (or of a tuple of them) and of its parts; models are BPMN."""
    return typed_json.dumps(_plain(found))


def read(text: str, kind: Any) -> Any:
    """What `write` wrote of a value of that type, with the same `form`."""
    return _built(kind, typed_json.loads(text))


@cache
def form(kind: Any) -> str:
    """A digest of the fields that values of that type and their parts have; a text of another form is not read."""
    told: dict[str, list[str]] = {}
    _tell(kind, told)
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:12]


def _tell(kind: Any, told: dict[str, list[str]]) -> None:
    for part in get_args(kind):
        _tell(part, told)
    if kind is not ProcessModel and isinstance(kind, type) and is_dataclass(kind) and kind.__name__ not in told:
        told[kind.__name__] = [f"{name}: {hint}" for name, hint in _hints(kind).items()]
        for hint in _hints(kind).values():
            _tell(hint, told)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, ProcessModel):
        return write_bpmn(value).decode()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        if any(isinstance(key, tuple) for key in value):  # JSON knows no such keys
            return [[_plain(key), _plain(item)] for key, item in value.items()]
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return [_plain(item) for item in value]


def _built(kind: Any, value: Any) -> Any:
    """A value of that type from its plain form."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        known = [part for part in parts if part is not NoneType]
        return value if value is None or len(known) > 1 else _built(known[0], value)  # of evidence it is plain already
    if origin is tuple:
        kinds = [parts[0]] * len(value) if parts[-1] is Ellipsis else parts
        return tuple(_built(part, item) for part, item in zip(kinds, value, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        pairs = value if isinstance(value, list) else value.items()
        return {_built(parts[0], key): _built(parts[1], item) for key, item in pairs}
    if kind is ProcessModel:
        return read_bpmn(value.encode())
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], item) for name, item in value.items()})
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum | Fraction | float) else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
