"""The types of FEEL: which values belong to them, and the few conversions that the standard allows (chapter 10.3.2.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bpmn.feel.eras import at_time
from bpmn.feel.running import Run
from bpmn.feel.syntax import TypeName
from bpmn.feel.values import FarDate, Function, Range, Undefined, Value, kind

SIMPLE = frozenset(
    {
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)
_OTHER_SPELLINGS = {
    "dateTime": "date and time",
    "date time": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}


@dataclass(frozen=True)
class Type:
    """A type; `name` is `Any`, `Null`, a simple type, or `list`, `context`, `function`, `range` with what they hold.

    `allowed` is a test that values must pass besides (the allowed values of an item definition); `refined` says that the type
    is named and narrower than `name`.
    """

    name: str
    arguments: tuple[Type, ...] = ()
    fields: Mapping[str, Type] = field(default_factory=dict)
    result: Type | None = None
    allowed: Callable[[Value], bool] | None = field(default=None, compare=False)


ANY = Type("Any")
NULL = Type("Null")
ANY_CONTEXT = Type("context")
Resolve: TypeAlias = Callable[[str], Type | None]


def named(name: str) -> Type | None:
    """A built-in type by its name."""
    name = _OTHER_SPELLINGS.get(name, name)
    if name in SIMPLE or name in ("Any", "Null", "context"):
        return Type(name)
    if name in ("list", "range", "function"):
        return Type(name, (ANY,) if name == "list" else ())
    return None


def resolve(written: TypeName, known: Resolve = lambda name: None) -> Type | None:
    """The type that an expression names; None where there is no such type."""
    arguments = tuple(resolve(part, known) for part in written.arguments)
    if any(part is None for part in arguments):
        return None
    found = tuple(part for part in arguments if part is not None)
    if written.name == "context" and written.keys:
        return Type("context", fields=dict(zip(written.keys, found, strict=True)))
    if written.name == "function" and written.result is not None:
        return Type("function", found, result=resolve(written.result, known))
    if written.name in ("list", "range") and found:
        return Type(written.name, found)
    return named(written.name) or known(written.name)


def unconstrained(type_: Type) -> Type:
    """The type without allowed values, which `instance of` does not ask for."""
    return Type(
        type_.name,
        tuple(map(unconstrained, type_.arguments)),
        {key: unconstrained(part) for key, part in type_.fields.items()},
        type_.result and unconstrained(type_.result),
    )


def belongs(value: Value, to: Type, run: Run | None = None) -> bool:
    """Is this a value of the type? null belongs to every type that is assigned to, but is an instance of none."""
    if to.name == "Any":
        return True
    if value is None:
        return to.name == "Null"
    fits = _SHAPES.get(to.name, _simple)(value, to, run)
    return fits and (to.allowed is None or to.allowed(value))


def _simple(value: Value, to: Type, run: Run | None) -> bool:
    return kind(value) == to.name


def _list(value: Value, to: Type, run: Run | None) -> bool:
    if type(value) is not list or to.arguments[0] == ANY:
        return type(value) is list
    if run is not None:
        run.charge(len(value) + 1)
    return all(item is None or belongs(item, to.arguments[0], run) for item in value)


def _context(value: Value, to: Type, run: Run | None) -> bool:
    if type(value) is not dict:
        return False
    if run is not None:
        run.charge(len(to.fields) + 1)
    return all(
        key in value and (value[key] is None or belongs(value[key], part, run)) for key, part in to.fields.items()
    )


def _range(value: Value, to: Type, run: Run | None) -> bool:
    if type(value) is not Range:
        return False
    return not to.arguments or all(end is None or belongs(end, to.arguments[0], run) for end in (value.low, value.high))


def _function(value: Value, to: Type, run: Run | None) -> bool:
    if kind(value) != "function":
        return False
    if to.result is None:
        return True
    return conforms(type_of(value), to)


_SHAPES: dict[str, Callable[[Value, Type, Run | None], bool]] = {
    "list": _list,
    "context": _context,
    "range": _range,
    "function": _function,
}


def type_of(value: Value) -> Type:
    """The type of a function, as far as it was declared; the kind of anything else."""
    if isinstance(value, Function):
        declared = tuple(part or ANY for part in value.types) or (ANY,) * len(value.parameters)
        return Type("function", declared, result=value.result or ANY)
    return named(kind(value)) or ANY


def conforms(one: Type, to: Type) -> bool:
    """May a value of the first type stand where the second is expected?"""
    if to.name == "Any" or one.name == "Null":
        return True
    if one.name != to.name:
        return False
    if to.name == "context":
        return all(key in one.fields and conforms(one.fields[key], part) for key, part in to.fields.items())
    if to.name == "function" and to.result is not None:
        same = len(one.arguments) == len(to.arguments)
        return same and conforms(one.result or ANY, to.result) and all(map(conforms, to.arguments, one.arguments))
    return len(one.arguments) >= len(to.arguments) and all(map(conforms, one.arguments, to.arguments))


def convert(value: Value, to: Type, run: Run | None = None) -> Value:
    """The value as that type: a list of one item and the item stand for each other, a date counts as its midnight in UTC.

    Raises Undefined where the value does not fit.
    """
    if value is None or belongs(value, to, run):
        return value
    if to.name == "list" and type(value) is not list and belongs([value], to, run):
        return [value]
    if type(value) is list and len(value) == 1 and belongs(value[0], to, run):
        return value[0]
    if to.name == "date and time" and type(value) in (dt.date, FarDate):
        return at_time(value, dt.time(tzinfo=dt.UTC))
    raise Undefined(_misfit(value, to, run))


def _misfit(value: Value, to: Type, run: Run | None) -> str:
    """Why the value is none of the type."""
    if to.allowed is not None and belongs(value, replace(to, allowed=None), run):
        return f"The {kind(value)} is none of the allowed values."
    if type(value) is dict and to.name == "context":
        for key, part in to.fields.items():
            if key not in value:
                return f"The context has no {key}."
            if value[key] is not None and not belongs(value[key], part, run):
                return f"In {key}: {_misfit(value[key], part, run)}"
    return f"A {describe(to)} is expected, not {_shown(value)}."


def describe(to: Type) -> str:
    return f"{to.name} of {describe(to.arguments[0])}" if to.name == "list" and to.arguments != (ANY,) else to.name


def _shown(value: Value) -> str:
    return "null" if value is None else f"a {kind(value)}"
