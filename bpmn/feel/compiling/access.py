"""Closures of what is named, read, filtered and called."""

from __future__ import annotations

from bpmn.feel import syntax as s
from bpmn.feel.builtins import BUILTINS
from bpmn.feel.calling import invoke, invoke_named
from bpmn.feel.compiling.closing import Closing, closes, or_null
from bpmn.feel.compiling.walking import select
from bpmn.feel.paths import read_path
from bpmn.feel.running import Closure, Run, Scope
from bpmn.feel.types import resolve
from bpmn.feel.values import Function, Undefined, Value, kind


@closes(s.Literal)
def literal(closing: Closing, node: s.Literal) -> Closure:
    value = node.value
    return lambda scope: value


@closes(s.Name)
def name(closing: Closing, node: s.Name) -> Closure:
    name, position = node.name, node.position
    builtin = BUILTINS.get(name)

    def read(scope: Scope) -> Value:
        at: Scope | None = scope
        while at is not None:
            if name in at.names:
                return at.names[name]
            at = at.outer
        if builtin is None:
            scope.run.warn(f"{name} is not known", position)
        return builtin

    return read


@closes(s.Path)
def path(closing: Closing, node: s.Path) -> Closure:
    source, name, position = closing.close(node.source), node.name, node.position

    def follow(scope: Scope) -> Value:
        value = source(scope)
        if type(value) is dict and name in value:
            return value[name]
        return or_null(scope, position, read_path, scope.run, value, name)

    return follow


@closes(s.Filter)
def filter_(closing: Closing, node: s.Filter) -> Closure:
    source, predicate, position = closing.close(node.source), closing.close(node.predicate), node.position
    weight = s.measure(node.predicate)[0]

    def pick(scope: Scope) -> Value:
        value = source(scope)
        items = value if type(value) is list else [] if value is None else [value]
        return select(scope, items, predicate, weight, position)

    return pick


def _callee(closing: Closing, node: s.Node) -> Closure:
    """What is called: a variable that is no function does not hide the built-in function of its name."""
    function = closing.close(node)
    builtin = BUILTINS.get(node.name) if isinstance(node, s.Name) else None
    if builtin is None:
        return function

    def read(scope: Scope) -> Value:
        found = function(scope)
        return found if kind(found) == "function" else builtin

    return read


@closes(s.Call)
def call(closing: Closing, node: s.Call) -> Closure:
    function, arguments, position = _callee(closing, node.function), closing.all(node.arguments), node.position

    def call(scope: Scope) -> Value:
        return or_null(scope, position, invoke, scope.run, function(scope), [a(scope) for a in arguments])

    return call


@closes(s.NamedCall)
def named_call(closing: Closing, node: s.NamedCall) -> Closure:
    function, arguments, position = _callee(closing, node.function), closing.all(node.arguments), node.position
    names = node.names

    def call(scope: Scope) -> Value:
        if len(set(names)) < len(names):
            scope.run.warn("an argument is given twice", position)
            return None
        given = {name: argument(scope) for name, argument in zip(names, arguments, strict=True)}
        return or_null(scope, position, invoke_named, scope.run, function(scope), given)

    return call


@closes(s.FunctionLiteral)
def function(closing: Closing, node: s.FunctionLiteral) -> Closure:
    body, names = closing.close(node.body), node.parameters
    types = tuple(resolve(t, closing.known_types) if t else None for t in node.types)
    declared = types if any(types) else ()
    weight = s.measure(node.body)[0]

    def make(scope: Scope) -> Value:
        if node.external:
            return Function(names, refuse_to_call, declared)

        def run_body(run: Run, arguments: list[Value]) -> Value:
            run.charge(weight)
            return body(Scope(dict(zip(names, arguments, strict=True)), scope, run))

        return Function(names, lambda run, arguments: run_body(run, arguments), declared)

    return make


def refuse_to_call(run: Run, arguments: list[Value]) -> Value:
    """What a function in Java or PMML does here."""
    raise Undefined("Functions outside of FEEL are not called.")
