"""Calls functions: those of the standard, by a table of signatures, and those that expressions define."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from bpmn.feel.errors import TooExpensive
from bpmn.feel.running import DEEPEST_CALLS, Run
from bpmn.feel.types import ANY, Type, convert, named
from bpmn.feel.values import Function, Undefined, Value, YearsMonths, kind

_PLAIN: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "list": list,
    "context": dict,
    "date": dt.date,
    "date and time": dt.datetime,
    "days and time duration": dt.timedelta,
    "years and months duration": YearsMonths,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    wanted: Type
    plain: type | None
    required: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of a built-in function; with `rest`, further arguments are gathered into one list."""

    parameters: tuple[Parameter, ...]
    call: Callable[..., Value]
    rest: bool

    @property
    def fewest(self) -> int:
        return sum(p.required for p in self.parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    name: str
    overloads: list[Overload] = field(default_factory=list)


BUILTINS: dict[str, Builtin] = {}
F = TypeVar("F", bound=Callable[..., Value])


def builtin(name: str, signature: str = "") -> Callable[[F], F]:
    """Registers a function of FEEL.

    The signature lists `name: type`; `name?` may be left out, `type|null` may be null, and `*name` takes all further arguments.
    """

    def register(function: F) -> F:
        parts = [part.strip() for part in signature.split(",")] if signature else []
        overload = Overload(tuple(_parameter(part) for part in parts), function, bool(parts) and parts[-1][0] == "*")
        overloads = BUILTINS.setdefault(name, Builtin(name)).overloads
        overloads.append(overload)
        overloads.sort(key=lambda o: o.rest)  # `sum(list)` before `sum(1, 2)`
        return function

    return register


def _parameter(part: str) -> Parameter:
    name, written = (side.strip() for side in part.split(":"))
    type_name, _, nullable = written.partition("|")
    type_ = named(type_name) or ANY
    return Parameter(
        name.strip("*?"),
        type_,
        _PLAIN.get(type_.name),
        not name.endswith("?"),
        bool(nullable) or type_ is ANY or type_.name == "Any",
    )


def invoke(run: Run, function: Value, arguments: Sequence[Value]) -> Value:
    """The result of a call with positional arguments; raises Undefined where the call does not fit."""
    run.charge(4)
    if type(function) is Builtin:
        return _invoke_builtin(run, function, list(arguments))
    if type(function) is Function:
        return _invoke_defined(run, function, arguments)
    raise Undefined(f"{'null' if function is None else f'A {kind(function)}'} cannot be called.")


def invoke_named(run: Run, function: Value, arguments: Mapping[str, Value]) -> Value:
    """The result of a call with named arguments."""
    run.charge(4)
    if type(function) is Builtin:
        return _invoke_builtin_named(run, function, arguments)
    if type(function) is Function:
        if set(arguments) != set(function.parameters):
            raise Undefined(f"The parameters of the function are {', '.join(function.parameters)}.")
        return _invoke_defined(run, function, [arguments[name] for name in function.parameters])
    raise Undefined(f"{'null' if function is None else f'A {kind(function)}'} cannot be called.")


def _invoke_builtin_named(run: Run, function: Builtin, arguments: Mapping[str, Value]) -> Value:
    reason = Undefined(f"{function.name} has no parameters {', '.join(arguments)}.")
    for overload in function.overloads:
        ordered = _in_order(overload, arguments)
        if ordered is None:
            continue
        try:
            fitted = _fitted(overload, ordered)
        except Undefined as error:
            reason = Undefined(f"{function.name}: {error}")
            continue
        return _call(run, overload, fitted)
    raise reason


def _call(run: Run, overload: Overload, fitted: list[Value]) -> Value:
    try:
        return overload.call(run, *fitted)
    except ArithmeticError as error:
        raise Undefined("The result is no number, or too large for one.") from error


def _in_order(overload: Overload, arguments: Mapping[str, Value]) -> list[Value] | None:
    names = [p.name for p in overload.parameters]
    given = [name in arguments for name in names]
    if not set(arguments) <= set(names) or any(p.required and p.name not in arguments for p in overload.parameters):
        return None
    last = max((i for i, there in enumerate(given) if there), default=-1) + 1
    if not all(given[:last]):
        return [arguments.get(name) for name in names[:last]]
    return [arguments[name] for name in names[:last]]


def _invoke_builtin(run: Run, function: Builtin, arguments: list[Value]) -> Value:
    reason = Undefined(f"{function.name} does not take {len(arguments)} arguments.")
    for overload in function.overloads:
        if len(arguments) < overload.fewest or (len(arguments) > len(overload.parameters) and not overload.rest):
            continue
        try:
            fitted = _fitted(overload, arguments)
        except Undefined as error:
            reason = Undefined(f"{function.name}: {error}")
            continue
        return _call(run, overload, fitted)
    raise reason


def _fitted(overload: Overload, arguments: list[Value]) -> list[Value]:
    """The arguments converted to the declared types; a gathered list comes last."""
    if overload.rest:
        named_ones = len(overload.parameters) - 1
        arguments = [*arguments[:named_ones], arguments[named_ones:]]
    return [
        value if type(value) is parameter.plain else _fit(parameter, value)
        for parameter, value in zip(overload.parameters, arguments, strict=False)
    ]


def _fit(parameter: Parameter, value: Value) -> Value:
    if value is None and not parameter.nullable:
        raise Undefined(f"the argument {parameter.name} is null.")
    return convert(value, parameter.wanted)


def _invoke_defined(run: Run, function: Function, arguments: Sequence[Value]) -> Value:
    if len(arguments) != len(function.parameters):
        raise Undefined(f"The function takes {len(function.parameters)} arguments, not {len(arguments)}.")
    if run.depth >= DEEPEST_CALLS:
        raise TooExpensive(f"Functions call each other more than {DEEPEST_CALLS} levels deep.")
    if function.types:
        arguments = [convert(v, t, run) if t else v for v, t in zip(arguments, function.types, strict=True)]
    run.depth += 1
    result = function.call(run, arguments)
    run.depth -= 1
    return convert(result, function.result, run) if function.result else result
