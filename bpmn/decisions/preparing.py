"""A decision model made ready to decide: every expression compiled once, every reference resolved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from bpmn.decisions import model as m
from bpmn.decisions.boxing import Boxing
from bpmn.decisions.types import Types
from bpmn.feel.compiling import Closure
from bpmn.feel.types import Type


@dataclass(eq=False, slots=True)
class Ready:
    """One model with its closures by the id of their element."""

    model: m.DecisionModel
    types: Types
    imports: dict[str, Ready]  # by the name of the import
    closures: dict[str, Closure] = field(default_factory=dict)
    by_id: dict[str, m.InputData | m.Decision | m.Knowledge | m.Service] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    mistakes: tuple[str, ...] = ()

    def resolve(self, reference: str) -> tuple[str | None, Ready, Any]:
        """(name of the import, or None for this model; its model; the element, or None) of `#id` or `namespace#id`."""
        namespace, _, key = reference.rpartition("#")
        if namespace and namespace != self.model.namespace:
            for model_import in self.model.imports:
                if model_import.namespace == namespace and model_import.name in self.imports:
                    ready = self.imports[model_import.name]
                    return model_import.name, ready, ready.by_id.get(key)
        return None, self, self.by_id.get(key)

    def type(self, element: m.Element) -> Type | None:
        return self.types.find(element.type)


def prepare(model: m.DecisionModel) -> Ready:
    """The model made ready; kept with the model, which never changes."""
    ready = model.__dict__.get("_ready")
    if ready is None:
        ready = _prepare(model)
        model.__dict__["_ready"] = ready  # as cached_property does, which could not stand in `model` without a circle
    return ready


def _prepare(model: m.DecisionModel) -> Ready:
    imports = {i.name: prepare(i.model) for i in model.imports if i.model is not None}
    boxing = Boxing(frozenset(_names(model)) | {name for i in imports.values() for name in _names(i.model)})
    types = Types(model, boxing.passing)
    types.imported = {name: ready.types for name, ready in imports.items()}
    boxing.types = types
    ready = Ready(model, types, imports, by_id={e.id: e for e in model.elements})
    for element in model.elements:
        boxing.owner = element.name
        if isinstance(element, m.Decision):
            ready.closures[element.id] = boxing.typed(boxing.box(element.expression), element.type)
        elif isinstance(element, m.Knowledge) and element.function is not None:
            ready.closures[element.id] = boxing.box(element.function)
    ready.free = frozenset(boxing.free).union(*(i.free for i in imports.values()))
    ready.declared = frozenset(e.variable for e in model.elements).union(*(i.declared for i in imports.values()))
    ready.mistakes = (*boxing.mistakes, *_missing(ready))
    return ready


def _missing(ready: Ready) -> Iterator[str]:
    for model_import in ready.model.imports:
        if model_import.model is None and "DMN" in model_import.namespace.upper():
            continue
        if model_import.model is None:
            yield f"The import {model_import.name or model_import.namespace} was not given; pass it in `imports`."
    ids = Counter(element.id for element in ready.model.elements)
    yield from (f"Several elements have the id {id}; ids need to differ." for id, times in ids.items() if times > 1)
    for element in ready.model.elements:
        for reference in _references(element):
            if ready.resolve(reference)[2] is None:
                yield f"{element.name} requires {reference}, which the model does not have."


def _references(element: m.Element) -> tuple[str, ...]:
    if isinstance(element, m.Decision):
        return (*element.requires, *element.knowledge)
    if isinstance(element, m.Knowledge):
        return element.knowledge
    if isinstance(element, m.Service):
        return (*element.outputs, *element.encapsulated, *element.input_decisions, *element.input_data)
    return ()


def _names(value: Any) -> Iterator[str]:
    """Every name that expressions of the model may use, however deep it is defined."""
    if isinstance(value, tuple):
        for part in value:
            yield from _names(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for name in ("name", "variable"):
            if found := getattr(value, name, None):
                yield found
        yield from getattr(value, "columns", ())
        for part in fields(value):
            if isinstance(inner := getattr(value, part.name), tuple) or is_dataclass(inner):
                yield from _names(inner)
