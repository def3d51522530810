"""The types that a decision model defines, as types of FEEL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from bpmn.decisions.model import DecisionModel, ItemType
from bpmn.feel.types import ANY, Type, named
from bpmn.feel.values import Value

ReadTests: TypeAlias = Callable[[str], Callable[[Value], bool] | None]


class Types:
    """Resolves names of types within one model; `read_tests` compiles allowed values."""

    def __init__(self, model: DecisionModel, read_tests: ReadTests) -> None:
        self.model = model
        self.read_tests = read_tests
        self.definitions = {item.name: item for item in model.types}
        self.resolved: dict[str, Type | None] = {}
        self.imported: dict[str, Types] = {}

    def find(self, name: str | None) -> Type | None:
        """The type of that name; None where there is none, or no name."""
        if not name:
            return None
        if name not in self.resolved:
            self.resolved[name] = None  # a type that contains itself is not followed any further
            self.resolved[name] = self._find(name)
        return self.resolved[name]

    def _find(self, name: str) -> Type | None:
        if name in self.definitions:
            return self._defined(self.definitions[name])
        return named(name) or self._of_import(name) or self._of_prefix(name)

    def _of_import(self, name: str) -> Type | None:
        for prefix, types in self.imported.items():
            if not prefix and name in types.definitions:
                return types.find(name)
            if prefix and name.startswith(f"{prefix}."):
                return types.find(name.removeprefix(f"{prefix}."))
        return None

    def _of_prefix(self, name: str) -> Type | None:
        """`feel:number` of DMN 1.1, or `other:tLoan` by a prefix of the XML."""
        prefix, colon, rest = name.partition(":")
        if not colon:
            return None
        namespace = self.model.prefixes.get(prefix, "")
        for model_import in self.model.imports:
            if model_import.namespace == namespace and model_import.name in self.imported:
                return self.imported[model_import.name].find(rest)
        return self.find(rest)

    def _defined(self, item: ItemType) -> Type:
        base = self._base(item)
        base = self._constrained(base, item.allowed)
        if item.collection:
            base = Type("list", (base,))
        return self._constrained(base, item.constraint)

    def _base(self, item: ItemType) -> Type:
        if item.parameters is not None:
            arguments = tuple(self.find(p.type) or ANY for p in item.parameters)
            return Type("function", arguments, result=self.find(item.type) or ANY)
        if item.components:
            return Type("context", fields={part.name: self._defined(part) for part in item.components})
        return self.find(item.type) or ANY

    def _constrained(self, base: Type, tests: str | None) -> Type:
        passes = self.read_tests(tests) if tests else None
        if passes is None:
            return base
        earlier = base.allowed
        both = passes if earlier is None else lambda value: earlier(value) and passes(value)
        return replace(base, allowed=both)
