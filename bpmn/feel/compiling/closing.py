"""Turns a syntax tree into closures: a closure takes the scope and gives the value of its node.

No closure can reach anything but the scope, the constants of the text and the built-in functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from bpmn.feel import syntax as s
from bpmn.feel.arithmetic import TABLES, calculate, negate
from bpmn.feel.builtins import BUILTINS
from bpmn.feel.builtins.ranges import make_range
from bpmn.feel.calling import invoke, invoke_named
from bpmn.feel.comparing import ORDERS, equal, ordered
from bpmn.feel.compiling.testing import input_of, matches, pass_any
from bpmn.feel.compiling.walking import select, walk_iterations
from bpmn.feel.paths import read_path
from bpmn.feel.running import Closure, Run, Scope
from bpmn.feel.types import Resolve, belongs, resolve, unconstrained
from bpmn.feel.values import CONTEXT, Function, Range, Undefined, Value, kind

_DAY = dt.timedelta(days=1)


def close(node: s.Node, known_types: Resolve = lambda name: None) -> Closure:
    """The closure of an expression or of unary tests."""
    return _Closing(known_types).close(node)


class _Closing:
    def __init__(self, known_types: Resolve) -> None:
        self.known_types = known_types

    def close(self, node: s.Node) -> Closure:
        return _CLOSERS[type(node)](self, node)

    def all(self, nodes: s.Nodes) -> tuple[Closure, ...]:
        return tuple(self.close(node) for node in nodes)

    # -- leaves

    def literal(self, node: s.Literal) -> Closure:
        value = node.value
        return lambda scope: value

    def name(self, node: s.Name) -> Closure:
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

    # -- operators

    def negation(self, node: s.Negation) -> Closure:
        operand, position = self.close(node.operand), node.position
        if isinstance(node.operand, s.Literal) and type(node.operand.value) is Decimal:
            constant = CONTEXT.minus(node.operand.value)
            return lambda scope: constant

        def minus(scope: Scope) -> Value:
            return _or_null(scope, position, negate, operand(scope))

        return minus

    def arithmetic(self, node: s.Arithmetic) -> Closure:
        left, right = self.close(node.left), self.close(node.right)
        sign, position = node.operator, node.position
        on_numbers = TABLES[sign][Decimal, Decimal] if sign in "+-*" else None

        def operate(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            if on_numbers is not None and type(one) is type(other) is Decimal:
                try:
                    return on_numbers(one, other)
                except ArithmeticError:
                    pass  # told by the slow way below
            result = _or_null(scope, position, calculate, sign, one, other)
            return scope.run.string(result) if type(result) is str else result

        return operate

    def comparison(self, node: s.Comparison) -> Closure:
        if node.operator in ("=", "!="):
            return self.equality(node)
        left, right = self.close(node.left), self.close(node.right)
        sign, position, on_numbers = node.operator, node.position, ORDERS[node.operator]

        def compare(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            if type(one) is type(other) is Decimal:
                return on_numbers(one, other)
            try:
                return ordered(sign, one, other)
            except Undefined:
                scope.run.warn(f"{kind(one)} and {kind(other)} cannot be compared with {sign}", position)
                return None

        return compare

    def equality(self, node: s.Comparison) -> Closure:
        left, right = self.close(node.left), self.close(node.right)
        position, wanted = node.position, node.operator == "="

        def compare(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            if type(one) is type(other) is str:
                return (one == other) is wanted
            same = equal(one, other, scope.run)
            if same is None:
                scope.run.warn(f"{kind(one)} and {kind(other)} cannot be compared", position)
                return None
            return same is wanted

        return compare

    def conjunction(self, node: s.Conjunction) -> Closure:
        return self._junction(node.parts, False)

    def disjunction(self, node: s.Disjunction) -> Closure:
        return self._junction(node.parts, True)

    def _junction(self, nodes: s.Nodes, decisive: bool) -> Closure:
        """and: the first false decides; or: the first true. Whatever is not boolean counts as null."""
        parts = self.all(nodes)

        def junction(scope: Scope) -> Value:
            result: bool | None = not decisive
            for part in parts:
                value = part(scope)
                if value is decisive:
                    return decisive
                if value is not result:
                    result = None
            return result

        return junction

    def between(self, node: s.Between) -> Closure:
        operand, low, high = self.close(node.operand), self.close(node.low), self.close(node.high)
        position = node.position

        def between(scope: Scope) -> Value:
            value, least, most = operand(scope), low(scope), high(scope)
            try:
                return ordered(">=", value, least) and ordered("<=", value, most)
            except Undefined:
                scope.run.warn(f"{kind(value)} cannot lie between {kind(least)} and {kind(most)}", position)
                return None

        return between

    def instance_of(self, node: s.InstanceOf) -> Closure:
        operand, position = self.close(node.operand), node.position
        type_ = resolve(node.type, self.known_types)
        type_ = type_ and unconstrained(type_)

        def is_instance(scope: Scope) -> Value:
            value = operand(scope)
            if type_ is None:
                scope.run.warn(f"there is no type {node.type.name}", position)
                return None
            return belongs(value, type_, scope.run) if value is not None or type_.name != "Any" else False

        return is_instance

    # -- tests

    def in_(self, node: s.In) -> Closure:
        operand, tests = self.close(node.operand), tuple(self.test(test) for test in node.tests)

        def is_in(scope: Scope) -> Value:
            return pass_any(tests, Scope({"?": operand(scope)}, scope, scope.run))

        return is_in

    def unary_tests(self, node: s.UnaryTests) -> Closure:
        """A closure over a scope in which `?` is the input."""
        tests, negated = tuple(self.test(test) for test in node.tests), node.negated
        if not tests:
            return lambda scope: True
        if len(tests) == 1 and not negated:
            return tests[0]

        def pass_tests(scope: Scope) -> Value:
            passed = pass_any(tests, scope)
            return not passed if negated and passed is not None else passed

        return pass_tests

    def test(self, node: s.Node) -> Closure:
        if isinstance(node, s.UnaryComparison):
            return self.close(s.Comparison(node.position, node.operator, s.Name(node.position, "?"), node.operand))
        expression = self.close(node)
        about_input = any(isinstance(part, s.Name) and part.name == "?" for part in _walk(node))
        literal = isinstance(node, s.Literal)

        def passes(scope: Scope) -> Value:
            value = expression(scope)
            if about_input:
                return value if type(value) is bool or value is None else matches(input_of(scope), value, scope.run)
            given = input_of(scope)
            if value is True and not literal and type(given) is not bool:
                return True
            return matches(given, value, scope.run)

        return passes

    def unary_comparison(self, node: s.UnaryComparison) -> Closure:
        """`(< 5)` outside of tests is a range."""
        operand, sign = self.close(node.operand), node.operator

        def make(scope: Scope) -> Value:
            end = operand(scope)
            if sign in ("=", "!="):
                return Range(end, end, sign == "=", sign == "=", sign)
            if sign in ("<", "<="):
                return Range(None, end, False, sign == "<=", sign)
            return Range(end, None, sign == ">=", False, sign)

        return make

    # -- access and calls

    def path(self, node: s.Path) -> Closure:
        source, name, position = self.close(node.source), node.name, node.position

        def follow(scope: Scope) -> Value:
            value = source(scope)
            if type(value) is dict and name in value:
                return value[name]
            return _or_null(scope, position, read_path, scope.run, value, name)

        return follow

    def filter(self, node: s.Filter) -> Closure:
        source, predicate, position = self.close(node.source), self.close(node.predicate), node.position
        weight = s.measure(node.predicate)[0]

        def pick(scope: Scope) -> Value:
            value = source(scope)
            items = value if type(value) is list else [] if value is None else [value]
            return select(scope, items, predicate, weight, position)

        return pick

    def callee(self, node: s.Node) -> Closure:
        """What is called: a variable that is no function does not hide the built-in function of its name."""
        function = self.close(node)
        builtin = BUILTINS.get(node.name) if isinstance(node, s.Name) else None
        if builtin is None:
            return function

        def read(scope: Scope) -> Value:
            found = function(scope)
            return found if kind(found) == "function" else builtin

        return read

    def call(self, node: s.Call) -> Closure:
        function, arguments, position = self.callee(node.function), self.all(node.arguments), node.position

        def call(scope: Scope) -> Value:
            return _or_null(scope, position, invoke, scope.run, function(scope), [a(scope) for a in arguments])

        return call

    def named_call(self, node: s.NamedCall) -> Closure:
        function, arguments, position = self.callee(node.function), self.all(node.arguments), node.position
        names = node.names

        def call(scope: Scope) -> Value:
            if len(set(names)) < len(names):
                scope.run.warn("an argument is given twice", position)
                return None
            given = {name: argument(scope) for name, argument in zip(names, arguments, strict=True)}
            return _or_null(scope, position, invoke_named, scope.run, function(scope), given)

        return call

    def function(self, node: s.FunctionLiteral) -> Closure:
        body, names = self.close(node.body), node.parameters
        types = tuple(resolve(t, self.known_types) if t else None for t in node.types)
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

    # -- compounds

    def conditional(self, node: s.If) -> Closure:
        condition, then, otherwise = self.close(node.condition), self.close(node.then), self.close(node.otherwise)
        return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)

    def loop(self, node: s.For) -> Closure:
        iterations, body = self.iterations(node.iterations), self.close(node.body)
        weight, position = s.measure(node.body)[0] + 2, node.position

        def loop(scope: Scope) -> Value:
            results: list[Value] = []
            outer = Scope({"partial": results}, scope, scope.run)
            try:
                for inner in walk_iterations(iterations, outer, weight):
                    results.append(body(inner))
            except Undefined as reason:
                scope.run.warn(str(reason), position)
                return None
            return scope.run.list(results)

        return loop

    def quantified(self, node: s.Quantified) -> Closure:
        iterations, condition = self.iterations(node.iterations), self.close(node.condition)
        weight, position, every = s.measure(node.condition)[0] + 2, node.position, node.every

        def quantify(scope: Scope) -> Value:
            result: bool | None = every
            try:
                for inner in walk_iterations(iterations, scope, weight):
                    answer = condition(inner)
                    if answer is (not every):
                        return not every
                    if type(answer) is not bool:
                        result = None
            except Undefined as reason:
                scope.run.warn(str(reason), position)
                return None
            return result

        return quantify

    def iterations(self, nodes: tuple[s.Iteration, ...]) -> tuple[tuple[str, Closure, Closure | None], ...]:
        return tuple((n.name, self.close(n.source), self.close(n.end) if n.end else None) for n in nodes)

    def list(self, node: s.ListLiteral) -> Closure:
        items = self.all(node.items)
        return lambda scope: [item(scope) for item in items]

    def context(self, node: s.ContextLiteral) -> Closure:
        """Later entries see earlier ones."""
        entries = tuple(zip(node.keys, self.all(node.values), strict=True))

        def make(scope: Scope) -> Value:
            made: dict[str, Value] = {}
            inner = Scope(made, scope, scope.run)
            for key, value in entries:
                made[key] = value(inner)
            return made

        return make

    def range(self, node: s.RangeLiteral) -> Closure:
        low, high, position = self.close(node.low), self.close(node.high), node.position

        def make(scope: Scope) -> Value:
            return _or_null(scope, position, make_range, low(scope), high(scope), node.low_included, node.high_included)

        return make


_CLOSERS: dict[type[s.Node], Callable[[_Closing, Any], Closure]] = {
    s.Literal: _Closing.literal,
    s.Name: _Closing.name,
    s.Negation: _Closing.negation,
    s.Arithmetic: _Closing.arithmetic,
    s.Comparison: _Closing.comparison,
    s.Conjunction: _Closing.conjunction,
    s.Disjunction: _Closing.disjunction,
    s.Between: _Closing.between,
    s.In: _Closing.in_,
    s.InstanceOf: _Closing.instance_of,
    s.Path: _Closing.path,
    s.Filter: _Closing.filter,
    s.Call: _Closing.call,
    s.NamedCall: _Closing.named_call,
    s.If: _Closing.conditional,
    s.For: _Closing.loop,
    s.Quantified: _Closing.quantified,
    s.FunctionLiteral: _Closing.function,
    s.ListLiteral: _Closing.list,
    s.ContextLiteral: _Closing.context,
    s.RangeLiteral: _Closing.range,
    s.UnaryComparison: _Closing.unary_comparison,
    s.UnaryTests: _Closing.unary_tests,
}


def refuse_to_call(run: Run, arguments: list[Value]) -> Value:
    """What a function in Java or PMML does here."""
    raise Undefined("Functions outside of FEEL are not called.")


def _or_null(scope: Scope, position: int, doing: Callable[..., Value], *arguments: Value) -> Value:
    try:
        return doing(*arguments)
    except Undefined as reason:
        scope.run.warn(str(reason), position)
        return None


def _walk(node: s.Node) -> Iterator[s.Node]:
    yield node
    for child in s.children(node):
        yield from _walk(child)
