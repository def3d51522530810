"""A decision model: what depends on what, and the tables and expressions that decide, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class HitPolicy(StrEnum):
    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregation(StrEnum):
    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """FEEL text; `type` is the name of the type that its value has."""

    text: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A name and the expression that gives its value; a context entry without a name is the context's result."""

    name: str | None
    value: Boxed | None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    function: Boxed | None
    bindings: tuple[Binding, ...] = ()
    type: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedContext:
    entries: tuple[Binding, ...] = ()
    type: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedList:
    items: tuple[Boxed | None, ...] = ()
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed | None, ...], ...]
    type: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFunction:
    """A function; only those of kind FEEL can be called."""

    parameters: tuple[Parameter, ...]
    body: Boxed | None
    kind: str = "FEEL"
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """`for`, `every` or `some` over a list."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFilter:
    source: Boxed | None
    match: Boxed | None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions: the expression that is tested, and the unary tests that its value must pass."""

    expression: str
    type: str | None = None
    label: str = ""
    allowed: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results; `allowed` lists the values from the most to the least important."""

    name: str = ""
    type: str | None = None
    label: str = ""
    allowed: str | None = None
    default: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one cell of unary tests for each input, one expression for each output."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None
    type: str | None = None


Boxed: TypeAlias = (
    LiteralExpression
    | Invocation
    | BoxedContext
    | BoxedList
    | Relation
    | BoxedFunction
    | Conditional
    | Walk
    | BoxedFilter
    | DecisionTable
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What all parts of a requirement graph have. `variable` is the name by which expressions know the element."""

    id: str
    name: str
    variable: str
    type: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    description: str = ""

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    """`requires` (inputs and decisions) and `knowledge` are references: `#id` or `namespace#id`."""

    expression: Boxed | None = None
    requires: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge(Element):
    """A business knowledge model: a function that decisions call by its name."""

    function: BoxedFunction | None = None
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Element):
    """A decision service: decisions behind one call."""

    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemType:
    """An item definition: another type with a constraint, a list of it, a context of components, or a function."""

    name: str
    type: str | None = None
    collection: bool = False
    components: tuple[ItemType, ...] = ()
    allowed: str | None = None
    constraint: str | None = None
    parameters: tuple[Parameter, ...] | None = None


@dataclass(frozen=True, slots=True)
class Import:
    name: str
    namespace: str
    model: DecisionModel | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionModel:
    """One file of decisions. `prefixes` are those of its XML, which types may be named by."""

    name: str
    namespace: str
    id: str = ""
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[Knowledge, ...] = ()
    services: tuple[Service, ...] = ()
    types: tuple[ItemType, ...] = ()
    imports: tuple[Import, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def elements(self) -> Iterator[InputData | Decision | Knowledge | Service]:
        yield from self.inputs
        yield from self.decisions
        yield from self.knowledge
        yield from self.services

    def find(self, key: str) -> InputData | Decision | Knowledge | Service | None:
        """The element of that id, or else of that name."""
        for element in self.elements:
            if element.id == key:
                return element
        return next((e for e in self.elements if key in (e.name, e.variable)), None)
