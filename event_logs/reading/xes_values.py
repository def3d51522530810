"""The typed attributes of XES as JSON text: every type of the standard, nested ones and lists included.

What XES has no type for is written by us as its nearest type with one child whose key begins with `qj:`, and read back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from event_logs import typed_json
from event_logs.typed_json import Nested

SCALARS = frozenset({"string", "date", "int", "float", "boolean", "id"})
ATTRIBUTES = SCALARS | {"list", "container"}
EXACT: Mapping[str, Callable[[str], object]] = {  # the key of the child, and what reads its text
    "qj:decimal": Decimal,
    "qj:date": date.fromisoformat,
    "qj:time": time.fromisoformat,
    "qj:datetime": datetime.fromisoformat,
    "qj:duration": lambda text: timedelta(microseconds=int(text)),
    "qj:null": lambda text: None,
    "qj:int": int,
    "qj:float": float,
}
PLAIN_ITEM = "qj:item"  # the key of the items of a list that had none
_quoted = json.encoder.encode_basestring

# One attribute: its XML type, key, value text, and those within it.
Attribute = tuple[str, str, str | None, "list[Any] | None"]


def key_text(key: str) -> str:
    """A JSON key with the sign that keeps it from being taken for a tag."""
    return str(_quoted("$" + key if key.startswith("$") else key))


def scalar_text(kind: str, value: str | None) -> str:
    """The JSON of one value; text that is not of its declared type stays text, so that nothing is lost."""
    if kind == "string" or kind == "id" or value is None:
        return "null" if value is None else str(_quoted(value))
    try:
        return typed_json.dumps(typed_value(kind, value))
    except (ValueError, KeyError):
        return str(_quoted(value))


def typed_value(kind: str, value: str) -> object:
    """The Python value; raises ValueError."""
    if kind == "int":
        return int(value)
    if kind == "float":
        return float(value)
    if kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}[value.strip().lower()] if value else None
    return datetime.fromisoformat(value) if kind == "date" else value


def attribute_text(attribute: Attribute) -> str:
    """The JSON of an attribute with whatever is nested in it."""
    return typed_json.dumps(attribute_value(attribute))


def attribute_value(attribute: Attribute) -> object:
    kind, _, value, children = attribute
    if kind == "list":
        return [_item(child) for child in children or ()]
    if kind == "container":
        return object_of(children or ())
    plain = _lenient(kind, value)
    if not children:
        return plain
    exact = _exact(children)
    return exact[0] if exact else Nested(plain, object_of(children))


def object_of(attributes: Sequence[Attribute]) -> dict[str, object]:
    return {attribute[1]: attribute_value(attribute) for attribute in attributes}


def _item(child: Attribute) -> object:
    value = attribute_value(child)
    return value if child[1] == PLAIN_ITEM else {child[1]: value}


def _lenient(kind: str, value: str | None) -> object:
    if value is None:
        return None
    try:
        return typed_value(kind, value)
    except (ValueError, KeyError):
        return value


def _exact(children: Sequence[Attribute]) -> tuple[object] | None:
    _, key, text, _ = children[0]
    if len(children) != 1 or key not in EXACT or text is None:
        return None
    try:
        return (EXACT[key](text),)
    except (ValueError, InvalidOperation):
        return None
