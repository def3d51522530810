"""What compiles a syntax tree: a closure takes the scope and gives the value of its node.

No closure can reach anything but the scope, the constants of the text and the built-in functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from bpmn.feel import syntax as s
from bpmn.feel.running import Closure, Scope
from bpmn.feel.types import Resolve
from bpmn.feel.values import Undefined, Value


class Closing:
    """One compilation; `known_types` finds the types that a decision model defines."""

    def __init__(self, known_types: Resolve) -> None:
        self.known_types = known_types

    def close(self, node: s.Node) -> Closure:
        return CLOSERS[type(node)](self, node)

    def all(self, nodes: s.Nodes) -> tuple[Closure, ...]:
        return tuple(self.close(node) for node in nodes)


Closer: TypeAlias = Callable[[Closing, Any], Closure]
C = TypeVar("C", bound=Closer)
CLOSERS: dict[type[s.Node], Closer] = {}


def closes(kind: type[s.Node]) -> Callable[[C], C]:
    """Registers what compiles nodes of that kind."""

    def register(closer: C) -> C:
        CLOSERS[kind] = closer
        return closer

    return register


def or_null(scope: Scope, position: int, doing: Callable[..., Value], *arguments: Value) -> Value:
    """What `doing` gives; null and a warning where there is no such value."""
    try:
        return doing(*arguments)
    except Undefined as reason:
        scope.run.warn(str(reason), position)
        return None
