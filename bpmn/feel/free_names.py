"""Which variables an expression reads that it does not define itself."""

from __future__ import annotations

from bpmn.feel import syntax as s
from bpmn.feel.builtins import BUILTIN_NAMES

_ALWAYS_THERE = BUILTIN_NAMES | {"?", "item", "partial"}


def free_names(root: s.Node, *, in_filters: bool = True) -> frozenset[str]:
    """The free variables. In `list[price > limit]` both names count, since either may be a variable or a member;
    without `in_filters` neither does.
    """
    found: set[str] = set()
    _collect(root, frozenset(), found, in_filters)
    return frozenset(found)


def _collect(node: s.Node, bound: frozenset[str], found: set[str], in_filters: bool) -> None:
    if isinstance(node, s.Name):
        if node.name not in bound and node.name not in _ALWAYS_THERE:
            found.add(node.name)
        return
    if isinstance(node, s.For | s.Quantified):
        _collect_iterations(node, bound, found, in_filters)
        return
    if isinstance(node, s.ContextLiteral):
        for key, value in zip(node.keys, node.values, strict=True):
            _collect(value, bound, found, in_filters)
            bound |= {key}
        return
    if isinstance(node, s.FunctionLiteral):
        bound |= set(node.parameters)
    if isinstance(node, s.Filter) and not in_filters:
        _collect(node.source, bound, found, in_filters)
        return
    for child in s.children(node):
        _collect(child, bound, found, in_filters)


def _collect_iterations(node: s.For | s.Quantified, bound: frozenset[str], found: set[str], in_filters: bool) -> None:
    for iteration in node.iterations:
        _collect(iteration.source, bound, found, in_filters)
        if iteration.end is not None:
            _collect(iteration.end, bound, found, in_filters)
        bound |= {iteration.name}
    _collect(node.body if isinstance(node, s.For) else node.condition, bound, found, in_filters)
