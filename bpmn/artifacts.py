"""What is drawn beside the flow of work: pools, message flows, notes, data objects, groups and their associations.

The model keeps them as they are written; this reads out of them what a drawing needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bpmn import kept
from bpmn.kept import Element, Entry
from bpmn.model import ProcessModel
from bpmn.reading.part import unprefixed
from bpmn.vocabulary import BPMN

THINGS = ("textAnnotation", "group", "dataObjectReference", "dataStoreReference", "dataObject")
LINKS = ("association", "dataInputAssociation", "dataOutputAssociation")


@dataclass(frozen=True, slots=True)
class Pool:
    """A participant; `process` is the id of the process in it, None for one whose inside is not shown."""

    id: str
    name: str
    process: str | None


@dataclass(frozen=True, slots=True)
class Thing:
    """A note, group, data object or data store."""

    id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An association or message flow between two elements."""

    id: str
    kind: str
    source: str
    target: str
    name: str = ""
    directed: bool = False


def pools(model: ProcessModel) -> tuple[Pool, ...]:
    """The participants of all collaborations of the file."""
    found = (p for c in _collaborations(model.raw) for p in c.findall(f"{{{BPMN}}}participant"))
    return tuple(Pool(p.get("id", ""), p.get("name", ""), unprefixed(p.get("processRef", "")) or None) for p in found)


def own_pool(model: ProcessModel) -> Pool | None:
    """The participant that this process is the inside of."""
    return next((pool for pool in pools(model) if pool.process == model.key), None)


def things(model: ProcessModel) -> tuple[Thing, ...]:
    """Notes and data of the process and its subprocesses, and notes beside the pools."""
    elements = [e for entries in _entries(model) for e in _elements(entries, THINGS)]
    elements += [e for c in _collaborations(model.raw) for e in c if kept.local(e) in THINGS]
    return tuple(_thing(e) for e in elements if e.get("id") and kept.local(e) != "dataObject")


def links(model: ProcessModel) -> tuple[Link, ...]:
    """Associations of the process and of its nodes' data, and message flows."""
    found = [_association(e) for entries in _entries(model) for e in _elements(entries, ("association",))]
    for node in model.nodes:
        found += [_data_link(e, node.id) for e in _elements(node.extensions, LINKS[1:])]
    for collaboration in _collaborations(model.raw):
        found += [_association(e) for e in collaboration.findall(f"{{{BPMN}}}association")]
        found += [_message_flow(e) for e in collaboration.findall(f"{{{BPMN}}}messageFlow")]
    return tuple(link for link in found if link.id)


def _entries(model: ProcessModel) -> list[tuple[Entry, ...]]:
    return [model.extensions, *(node.extensions for node in model.nodes)]


def _elements(entries: Iterable[Entry], tags: tuple[str, ...]) -> list[Element]:
    wanted = [entry for entry in entries if kept.is_element(entry) and any(tag in entry[:60] for tag in tags)]
    return [element for element in map(kept.parse, wanted) if kept.is_bpmn(element) and kept.local(element) in tags]


def _collaborations(raw: Iterable[Entry]) -> list[Element]:
    return _elements(raw, ("collaboration",))


def _thing(element: Element) -> Thing:
    text = element.findtext(f"{{{BPMN}}}text") or element.get("name") or ""
    return Thing(element.get("id"), kept.local(element), text.strip())


def _association(element: Element) -> Link:
    directed = element.get("associationDirection", "None") != "None"
    source, target = unprefixed(element.get("sourceRef", "")), unprefixed(element.get("targetRef", ""))
    return Link(element.get("id", ""), "association", source, target, directed=directed)


def _message_flow(element: Element) -> Link:
    source, target = unprefixed(element.get("sourceRef", "")), unprefixed(element.get("targetRef", ""))
    return Link(element.get("id", ""), "messageFlow", source, target, element.get("name", ""), directed=True)


def _data_link(element: Element, node: str) -> Link:
    source = unprefixed(element.findtext(f"{{{BPMN}}}sourceRef") or "")
    target = unprefixed(element.findtext(f"{{{BPMN}}}targetRef") or "")
    if kept.local(element) == "dataInputAssociation":
        return Link(element.get("id", ""), "association", source, node, directed=True)
    return Link(element.get("id", ""), "association", node, target, directed=True)
