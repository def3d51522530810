"""Closures of conditions, loops, lists, contexts and ranges."""

from __future__ import annotations

from bpmn.feel import syntax as s
from bpmn.feel.builtins.ranges import make_range
from bpmn.feel.compiling.closing import Closing, closes, or_null
from bpmn.feel.compiling.walking import Iterations, walk_iterations
from bpmn.feel.running import Closure, Scope
from bpmn.feel.values import Range, Undefined, Value


@closes(s.If)
def conditional(closing: Closing, node: s.If) -> Closure:
    condition, then, otherwise = closing.close(node.condition), closing.close(node.then), closing.close(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


@closes(s.For)
def loop(closing: Closing, node: s.For) -> Closure:
    iterations, body = _iterations(closing, node.iterations), closing.close(node.body)
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


@closes(s.Quantified)
def quantified(closing: Closing, node: s.Quantified) -> Closure:
    iterations, condition = _iterations(closing, node.iterations), closing.close(node.condition)
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


def _iterations(closing: Closing, nodes: tuple[s.Iteration, ...]) -> Iterations:
    return tuple((n.name, closing.close(n.source), closing.close(n.end) if n.end else None) for n in nodes)


@closes(s.ListLiteral)
def list_(closing: Closing, node: s.ListLiteral) -> Closure:
    items = closing.all(node.items)
    return lambda scope: [item(scope) for item in items]


@closes(s.ContextLiteral)
def context(closing: Closing, node: s.ContextLiteral) -> Closure:
    """Later entries see earlier ones."""
    entries = tuple(zip(node.keys, closing.all(node.values), strict=True))

    def make(scope: Scope) -> Value:
        made: dict[str, Value] = {}
        inner = Scope(made, scope, scope.run)
        for key, value in entries:
            made[key] = value(inner)
        return made

    return make


@closes(s.RangeLiteral)
def range_(closing: Closing, node: s.RangeLiteral) -> Closure:
    low, high, position = closing.close(node.low), closing.close(node.high), node.position

    def make(scope: Scope) -> Value:
        return or_null(scope, position, make_range, low(scope), high(scope), node.low_included, node.high_included)

    return make


@closes(s.UnaryComparison)
def unary_comparison(closing: Closing, node: s.UnaryComparison) -> Closure:
    """`(< 5)` outside of tests is a range."""
    operand, sign = closing.close(node.operand), node.operator

    def make(scope: Scope) -> Value:
        end = operand(scope)
        if sign in ("=", "!="):
            return Range(end, end, sign == "=", sign == "=", sign)
        if sign in ("<", "<="):
            return Range(None, end, False, sign == "<=", sign)
        return Range(end, None, sign == ">=", False, sign)

    return make
