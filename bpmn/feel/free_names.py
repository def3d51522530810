"""Which variables an expression reads that it does not define itself."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.feel import syntax as s
from bpmn.feel.builtins import BUILTIN_NAMES


def free_names(root: s.Node, *, in_filters: bool = True) -> frozenset[str]:
    """The free variables. In `list[price > limit]` both names count, since either may be a variable or a member;
    without `in_filters` neither does. The name of a built-in function counts where it is not called.
    """
    found: set[str] = set()
    _collect(root, frozenset({"?"}), found, in_filters)
    return frozenset(found)


def held_against_null(root: s.Node) -> frozenset[str]:
    """The variables of which the expression asks somewhere whether they are null: `x = null`, `null != x`."""
    found: set[str] = set()
    waiting: list[s.Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, s.Comparison) and node.operator in ("=", "!="):
            sides = (node.left, node.right)
            if any(isinstance(side, s.Literal) and side.value is None for side in sides):
                found |= {side.name for side in sides if isinstance(side, s.Name)}
        waiting += [child for child, _ in _parts(node, frozenset(), True)]
    return frozenset(found)


def unknown_functions(root: s.Node) -> frozenset[str]:
    """What is called by names that are neither built in nor defined in the expression: no variable is a function."""
    found: set[str] = set()
    waiting: list[tuple[s.Node, frozenset[str]]] = [(root, frozenset(BUILTIN_NAMES))]
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, s.Call | s.NamedCall) and isinstance(node.function, s.Name):
            found |= {node.function.name} - bound
        waiting += _parts(node, bound, True)
    return frozenset(found)


def _collect(node: s.Node, bound: frozenset[str], found: set[str], in_filters: bool) -> None:
    if isinstance(node, s.Name):
        found.update({node.name} - bound)
        return
    for child, inner in _parts(node, bound, in_filters):
        _collect(child, inner, found, in_filters)


def _parts(node: s.Node, bound: frozenset[str], in_filters: bool) -> Iterator[tuple[s.Node, frozenset[str]]]:
    """The nodes below, each with the names that are bound there."""
    if isinstance(node, s.For | s.Quantified):
        yield from _parts_of_loop(node, bound)
    elif isinstance(node, s.ContextLiteral):
        for key, value in zip(node.keys, node.values, strict=True):
            yield value, bound
            bound |= {key}
    elif isinstance(node, s.FunctionLiteral):
        yield node.body, bound | set(node.parameters)
    elif isinstance(node, s.Filter):
        yield node.source, bound
        if in_filters:
            yield node.predicate, bound | {"item"}
    elif isinstance(node, s.Call | s.NamedCall):
        called = isinstance(node.function, s.Name) and node.function.name in BUILTIN_NAMES
        yield from ((child, bound) for child in s.children(node) if child is not node.function or not called)
    else:
        yield from ((child, bound) for child in s.children(node))


def _parts_of_loop(node: s.For | s.Quantified, bound: frozenset[str]) -> Iterator[tuple[s.Node, frozenset[str]]]:
    for iteration in node.iterations:
        yield iteration.source, bound
        if iteration.end is not None:
            yield iteration.end, bound
        bound |= {iteration.name}
    if isinstance(node, s.For):
        yield node.body, bound | {"partial"}
    else:
        yield node.condition, bound
