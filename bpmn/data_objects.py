"""Data objects and properties of a drawing: which variable each is, and what its associations carry into and out of activities.

A data object is the variable of its name (of its id where the name is none), and so is a data store, which is drawn only. An association from it into an activity gives
the activity an input of its own; one out of an activity gives the object what the activity set under the output's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from bpmn import kept
from bpmn.kept import Element, Entry, local
from bpmn.model import Activity, Assignment, ProcessModel
from bpmn.vocabulary import BPMN

_NAME = re.compile(r"[^\W\d]\w*")
_CARRIERS = ("dataInputAssociation", "dataOutputAssociation")


def data_inputs(activity: Activity) -> tuple[str, ...]:
    """The inputs that the activity declares, as the variables by which it sees them."""
    return tuple(name for _, name in _declared(activity, "dataInput"))


def data_outputs(activity: Activity) -> tuple[str, ...]:
    """The outputs that the activity declares, as the variables that it sets."""
    return tuple(name for _, name in _declared(activity, "dataOutput"))


class DataObjects:
    """The variables of a model's data objects and properties, by the ids that associations refer to."""

    def __init__(self, model: ProcessModel) -> None:
        self.model = model

    @cached_property
    def variables(self) -> Mapping[str, str]:
        entries = [entry for holder in (self.model, *self.model.nodes) for entry in holder.extensions]
        declared = {id: name for tag in ("dataObject", "property") for id, name in _named(entries, tag)}
        references = {
            str(element.get("id")): declared.get(element.get("dataObjectRef", ""), str(element.get("id")))
            for element in _elements(entries, "dataObjectReference")
        }
        return {**declared, **references, **dict(_named(entries, "dataStoreReference"))}

    def inputs(self, activity: Activity) -> tuple[Assignment, ...]:
        """What the activity sees under a name of its own: `name = variable`."""
        names = dict(_declared(activity, "dataInput"))
        moves = (_ends(element) for element in _elements(activity.extensions, "dataInputAssociation"))
        return tuple(
            Assignment(names[target], self.variables[source])
            for source, target in moves
            if source in self.variables and target in names and names[target] != self.variables[source]
        )

    def outputs(self, activity: Activity) -> tuple[Assignment, ...]:
        """What becomes of the activity's outputs: `variable = name`."""
        names = dict(_declared(activity, "dataOutput"))
        moves = (_ends(element) for element in _elements(activity.extensions, "dataOutputAssociation"))
        return tuple(
            Assignment(self.variables[target], names[source])
            for source, target in moves
            if target in self.variables and source in names and names[source] != self.variables[target]
        )


def carries_more(activity: Activity) -> bool:
    """Whether an association of the activity computes something: it has assignments or a transformation."""
    associations = [e for tag in _CARRIERS for e in _elements(activity.extensions, tag)]
    return any(local(child) in ("assignment", "transformation") for a in associations for child in a)


def _declared(activity: Activity, tag: str) -> Iterator[tuple[str, str]]:
    for specification in _elements(activity.extensions, "ioSpecification"):
        for element in specification.iter(f"{{{BPMN}}}{tag}"):
            yield str(element.get("id")), _variable(element)


def _named(entries: Iterable[Entry], tag: str) -> Iterator[tuple[str, str]]:
    for element in _elements(entries, tag):
        yield str(element.get("id")), _variable(element)


def _variable(element: Element) -> str:
    """Its name where FEEL can say it, else its id."""
    name = str(element.get("name") or "")
    return name if _NAME.fullmatch(name) else str(element.get("id"))


def _elements(entries: Iterable[Entry], tag: str) -> list[Element]:
    return kept.elements(entries, f"{{{BPMN}}}{tag}")


def _ends(association: Element) -> tuple[str, str]:
    found = {local(child): (child.text or "").strip() for child in association if isinstance(child.tag, str)}
    return found.get("sourceRef", ""), found.get("targetRef", "")
