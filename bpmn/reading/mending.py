"""What is mended in a file before it is read: named rules that need the whole file, each step listed in STEPS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from lxml import etree

from bpmn.kept import Element, is_bpmn, local
from bpmn.model import Repair
from bpmn.reading.part import unprefixed
from bpmn.reading.spelling import respell
from bpmn.vocabulary import ACTIVITIES, BPMN, EVENTS, GATEWAYS, in_process

Step: TypeAlias = Callable[[Element], Iterable[Repair]]
_NODES: Final = frozenset([*ACTIVITIES, *EVENTS, *GATEWAYS])
_MODELLED: Final = _NODES | {"sequenceFlow", "lane", "process"}
_HOLDERS: Final = ("process", "subProcess", "adHocSubProcess", "transaction")
_STRUCTURE: Final = _MODELLED | {"definitions", "laneSet", "childLaneSet", "collaboration", "participant"}
_BESIDE: Final = re.compile(r"collaboration|choreography|conversation|global\w*task", re.IGNORECASE)
_ID: Final = re.compile(r"[^\W\d][\w.-]*")
_NOT_IN_ID: Final = re.compile(r"[^\w.-]")


def mend(root: Element) -> list[Repair]:
    """Put the tree right in place; what was done, in the order of the steps."""
    return [repair for step in STEPS for repair in step(root)]


def _outside(root: Element) -> Iterator[Repair]:
    """Comments and instructions before and after the definitions move into them, where they are kept."""
    before = [*reversed(list(root.itersiblings(preceding=True)))]
    after = list(root.itersiblings())
    for number, element in enumerate(before):
        root.insert(number, element)
    for element in after:
        root.append(element)
    if before or after:
        message = f"{len(before) + len(after)} comments or instructions stand outside of the definitions; they are kept in them."
        yield Repair("outside_of_file", "definitions", message)


def _stray_text(root: Element) -> Iterator[Repair]:
    """Text where the standard has none is kept as a comment."""
    for element in root.iter([f"{{{BPMN}}}{tag}" for tag in _STRUCTURE]):
        texts = [element.text, *(child.tail for child in element)]
        said = [" ".join(text.split()) for text in texts if text and text.strip()]
        if not said:
            continue
        element.text = None
        for child in element:
            child.tail = None
        for text in said:
            element.append(etree.Comment(re.sub(r"-(?=-|$)", "- ", text)))
        id = _id(element)
        yield Repair(
            "stray_text", id, f"{id} has text in it, which BPMN does not: {said[0][:60]!r}; it is kept as a comment."
        )


def _no_process(root: Element) -> Iterator[Repair]:
    """A file that draws only who works together has a process in which nothing happens yet."""
    children = [local(child) for child in root if is_bpmn(child)]
    if "process" in children or not any(map(_BESIDE.fullmatch, children)):
        return
    named = [p.get("processRef") for p in root.iter(f"{{{BPMN}}}participant") if p.get("processRef")]
    key = unprefixed(named[0]) if named else "process"
    while any(element.get("id") == key for element in root.iter(etree.Element)):
        key += "_1"
    etree.SubElement(root, f"{{{BPMN}}}process", id=key, isExecutable="false")
    message = f"The file draws {', '.join(dict.fromkeys(children))} and no process; the empty process {key} is read."
    yield Repair("no_process", key, message)


def _ids(root: Element) -> Iterator[Repair]:
    """Ids as XML wants them; with blanks or colons a reference could not even be told from one with a prefix."""
    elements = [e for e in root.iter(f"{{{BPMN}}}*") if e.get("id") and not _ID.fullmatch(e.get("id"))]
    taken = {element.get("id") for element in root.iter(etree.Element)} if elements else set()
    new: dict[str, str] = {}
    for element in elements:
        old = element.get("id")
        plain = _NOT_IN_ID.sub("_", old.strip())
        plain = _free(plain if _ID.fullmatch(plain) else f"_{plain}", taken)
        new[old.strip()] = plain
        element.set("id", plain)
        yield Repair("invalid_id", plain, f"{old!r} cannot be an id in XML; it is {plain!r} now.")
    if new:
        _refer(root, new)


def _double_ids(root: Element) -> Iterator[Repair]:
    """Of elements with one id the first keeps it; in another process all that refers to it goes with the new one."""
    first: dict[str, Element | None] = {}
    taken = {element.get("id") for element in root.iter(etree.Element)}
    for element in list(root.iter([f"{{{BPMN}}}{tag}" for tag in _MODELLED])):
        id = element.get("id")
        if not id:
            continue
        process = _process_of(element)
        if id not in first:
            first[id] = process
            continue
        new = _free(id, taken)
        if process is not None and process is not first[id] and process is not element:
            _refer(process, {id: new})
        element.set("id", new)
        first[new] = process
        yield Repair("double_id", new, f"The id {id!r} is used twice; a <{local(element)}> with it is {new!r} now.")


def _lane_sets(root: Element) -> Iterator[Repair]:
    """Lanes of a second lane set stand in the first; the empty set is kept."""
    for holder in root.iter([f"{{{BPMN}}}{tag}" for tag in (*_HOLDERS, "lane")]):
        tag = "childLaneSet" if local(holder) == "lane" else "laneSet"
        sets = holder.findall(f"{{{BPMN}}}{tag}")
        for other in sets[1:]:
            lanes = other.findall(f"{{{BPMN}}}lane")
            if lanes:
                sets[0].extend(lanes)
                id = _id(holder)
                yield Repair(
                    "several_lane_sets", id, f"{id} has several sets of lanes; their lanes stand in the first."
                )


def _ends(root: Element) -> Iterator[Repair]:
    """A flow without an end gets that of the node which lists it; a list that contradicts the flows is named."""
    flows = {flow.get("id"): flow for flow in root.iter(f"{{{BPMN}}}sequenceFlow") if flow.get("id")}
    for tag, name in (("outgoing", "sourceRef"), ("incoming", "targetRef")):
        for listed in root.iter(f"{{{BPMN}}}{tag}"):
            node, id = _id(listed.getparent()), unprefixed(listed.text or "")
            flow = flows.get(id)
            if flow is None:
                if local(listed.getparent()) in _NODES:
                    yield Repair(
                        "unknown_flow", node, f"{node} lists the {tag} flow {id!r}, which the file does not have."
                    )
            elif not flow.get(name):
                flow.set(name, node)
                yield Repair(
                    "end_from_node", id, f"The flow {id} has no {name}; {node} lists it as {tag}, and is it now."
                )
            elif unprefixed(flow.get(name)) != node:
                yield Repair(
                    "unknown_flow", node, f"{node} lists the {tag} flow {id}, which is that of {flow.get(name)}."
                )


def _unknown_elements(root: Element) -> Iterator[Repair]:
    """What stands in a process and is no word of BPMN 2.0."""
    for holder in root.iter([f"{{{BPMN}}}{tag}" for tag in _HOLDERS]):
        for child in holder:
            if is_bpmn(child) and not in_process(local(child)):
                id, tag = child.get("id", ""), local(child)
                yield Repair(
                    "unknown_element",
                    id or _id(holder),
                    f"<{tag}> {id} has no place in a process; it is kept as it is.",
                )


STEPS: tuple[Step, ...] = (
    _outside,
    respell,
    _stray_text,
    _no_process,
    _ids,
    _double_ids,
    _lane_sets,
    _ends,
    _unknown_elements,
)


def _id(element: Element) -> str:
    return str(element.get("id") or local(element))


def _process_of(element: Element) -> Element | None:
    if local(element) == "process":
        return element
    return next(element.iterancestors(f"{{{BPMN}}}process"), None)


def _free(wanted: str, taken: set[str]) -> str:
    number, id = 1, wanted
    while id in taken:
        number, id = number + 1, f"{wanted}_{number + 1}"
    taken.add(id)
    return id


def _refer(tree: Element, new: dict[str, str]) -> None:
    """Every reference to one of these ids, in attributes and in elements that hold one, has the new id."""
    for element in tree.iter(etree.Element):
        for name, value in element.attrib.items():
            if name not in ("id", "name") and value.strip() in new:
                element.set(name, new[value.strip()])
        if not len(element) and element.text and element.text.strip() in new and _refers(element):
            element.text = new[element.text.strip()]


def _refers(element: Element) -> bool:
    return is_bpmn(element) and (local(element) in ("incoming", "outgoing") or local(element).endswith("Ref"))
