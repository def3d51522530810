"""The syntax tree of an expression: frozen nodes that know where in the text they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Node:
    position: int


Nodes: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """`number`, `list<string>`, `context<a: number>`, `function<number> -> string` or the name of an item definition."""

    name: str
    arguments: tuple[TypeName, ...] = ()
    keys: tuple[str, ...] = ()
    result: TypeName | None = None


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    parts: Nodes


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    parts: Nodes


@dataclass(frozen=True, slots=True)
class Between(Node):
    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    operand: Node
    tests: Nodes


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    operand: Node
    type: TypeName


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    predicate: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    arguments: Nodes


@dataclass(frozen=True, slots=True)
class NamedCall(Node):
    function: Node
    names: tuple[str, ...]
    arguments: Nodes


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    parameters: tuple[str, ...]
    types: tuple[TypeName | None, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: Nodes


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    keys: tuple[str, ...]
    values: Nodes


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< 5` as a test of the input, or `(< 5)` as a range."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """What a cell of a decision table says; no tests at all is `-`, which everything passes."""

    tests: Nodes
    negated: bool = False


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below this one, in the order of the text."""
    for name in type(node).__slots__:  # its own fields, without `position`
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


def measure(root: Node) -> tuple[int, int]:
    """(number of nodes, depth); walks without recursion, so that no text can exhaust the stack."""
    count, deepest, todo = 0, 0, [(root, 1)]
    while todo:
        node, depth = todo.pop()
        count, deepest = count + 1, max(deepest, depth)
        todo.extend((child, depth + 1) for child in children(node))
    return count, deepest
