"""Closures of operators: signs, comparisons, and, or, between and instance of."""

from __future__ import annotations

from decimal import Decimal

from bpmn.feel import syntax as s
from bpmn.feel.arithmetic import TABLES, calculate, negate, steps
from bpmn.feel.comparing import ORDERS, equal, ordered
from bpmn.feel.compiling.closing import Closing, closes, or_null
from bpmn.feel.running import Closure, Scope
from bpmn.feel.types import belongs, resolve, unconstrained
from bpmn.feel.values import CONTEXT, Undefined, Value, kind


@closes(s.Negation)
def negation(closing: Closing, node: s.Negation) -> Closure:
    operand, position = closing.close(node.operand), node.position
    if isinstance(node.operand, s.Literal) and type(node.operand.value) is Decimal:
        constant = CONTEXT.minus(node.operand.value)
        return lambda scope: constant

    def minus(scope: Scope) -> Value:
        return or_null(scope, position, negate, operand(scope))

    return minus


@closes(s.Arithmetic)
def arithmetic(closing: Closing, node: s.Arithmetic) -> Closure:
    left, right = closing.close(node.left), closing.close(node.right)
    sign, position = node.operator, node.position
    on_numbers = TABLES[sign][Decimal, Decimal] if sign in "+-*" else None

    def operate(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if on_numbers is not None and type(one) is type(other) is Decimal:
            try:
                return on_numbers(one, other)
            except ArithmeticError:
                pass  # told by the slow way below
        scope.run.charge(steps(sign, other))
        result = or_null(scope, position, calculate, sign, one, other)
        return scope.run.string(result) if type(result) is str else result

    return operate


@closes(s.Comparison)
def comparison(closing: Closing, node: s.Comparison) -> Closure:
    if node.operator in ("=", "!="):
        return _equality(closing, node)
    left, right = closing.close(node.left), closing.close(node.right)
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


def _equality(closing: Closing, node: s.Comparison) -> Closure:
    left, right = closing.close(node.left), closing.close(node.right)
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


@closes(s.Conjunction)
def conjunction(closing: Closing, node: s.Conjunction) -> Closure:
    return _junction(closing, node.parts, False)


@closes(s.Disjunction)
def disjunction(closing: Closing, node: s.Disjunction) -> Closure:
    return _junction(closing, node.parts, True)


def _junction(closing: Closing, nodes: s.Nodes, decisive: bool) -> Closure:
    """and: the first false decides; or: the first true. Whatever is not boolean counts as null."""
    parts = closing.all(nodes)

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


@closes(s.Between)
def between(closing: Closing, node: s.Between) -> Closure:
    operand, low, high = closing.close(node.operand), closing.close(node.low), closing.close(node.high)
    position = node.position

    def between(scope: Scope) -> Value:
        value, least, most = operand(scope), low(scope), high(scope)
        try:
            return ordered(">=", value, least) and ordered("<=", value, most)
        except Undefined:
            scope.run.warn(f"{kind(value)} cannot lie between {kind(least)} and {kind(most)}", position)
            return None

    return between


@closes(s.InstanceOf)
def instance_of(closing: Closing, node: s.InstanceOf) -> Closure:
    operand, position = closing.close(node.operand), node.position
    type_ = resolve(node.type, closing.known_types)
    type_ = type_ and unconstrained(type_)

    def is_instance(scope: Scope) -> Value:
        value = operand(scope)
        if type_ is None:
            scope.run.warn(f"there is no type {node.type.name}", position)
            return None
        return belongs(value, type_, scope.run) if value is not None or type_.name != "Any" else False

    return is_instance
