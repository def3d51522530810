"""One process element as nodes, flows and lanes, however deep its subprocesses are nested."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from bpmn import kept, vendors
from bpmn.kept import is_bpmn, local
from bpmn.model import AnyNode, Flow, Lane, ProcessModel
from bpmn.reading.nodes import NODES, documentation, read_flow, read_lane, read_node
from bpmn.reading.part import Part, unprefixed
from bpmn.reading.source import Source
from bpmn.references import is_line_to_handler
from bpmn.vocabulary import BPMN, rank_in_node, rank_in_process
from bpmn.xml_text import escaped

_DRAWN = NODES | {"sequenceFlow"}
_HOLDERS = ("process", "subProcess", "adHocSubProcess", "transaction")


@dataclass
class _Found:
    nodes: list[AnyNode] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    lane_of: dict[str, str] = field(default_factory=dict)


def read_process(source: Source, part: Part) -> ProcessModel:
    """The process without layout and without what else the file has."""
    key = part.take("id") or source.new_id("process")
    found = _Found()
    _read_scopes(source, part, found)
    _keep_unknown_members(source, found)
    source.compare_flows(found.flows)
    nodes = tuple(replace(n, lane=found.lane_of[n.id]) if n.id in found.lane_of else n for n in found.nodes)
    if not part.has("isExecutable"):
        source.repaired(
            "executable_unstated", key, f"The process {key} does not say whether it can run; it is taken as executable."
        )
    fields: dict[str, Any] = {"name": part.text_of("name"), "names": part.names(), "documentation": documentation(part)}
    fields["executable"] = part.flag("isExecutable", True)
    extensions = kept.in_order(part.rest(), rank_in_process)
    for store in part.element.iter(f"{{{BPMN}}}dataStoreReference"):
        id = store.get("id", "")
        message = f"The data store {store.get('name') or id} is drawn only: its data are variables of the case."
        source.repaired("data_store_as_drawn", id, message)
    source.keeps(key, vendors.terms(extensions).kept)
    return ProcessModel(
        key=key,
        nodes=nodes,
        flows=tuple(found.flows),
        lanes=tuple(found.lanes),
        extensions=extensions,
        **fields,
    )


def _read_scopes(source: Source, process: Part, found: _Found) -> None:
    """Breadth first, so that the depth of nesting is no depth of calls; the model puts the nodes in order."""
    scopes: deque[tuple[list[Part], list[Part], str | None]] = deque([(*_inside(process), None)])
    while scopes:
        drawn, lanes, scope = scopes.popleft()
        for part in drawn:
            if part.tag == "sequenceFlow":
                found.flows.append(read_flow(source, part))
                continue
            inner = _inside(part) if part.tag in _HOLDERS else ([], [])
            node = read_node(source, part, scope)
            found.nodes.append(node)
            scopes.append((*inner, node.id))
        _read_lanes(source, lanes, scope, found)


def _inside(part: Part) -> tuple[list[Part], list[Part]]:
    """Nodes and flows drawn inside, and lanes; taken out of the part."""
    part.separate(lambda child: is_bpmn(child) and local(child) == "association" and is_line_to_handler(child))
    drawn = part.separate(lambda child: is_bpmn(child) and local(child) in _DRAWN)
    return drawn, _lanes(part, "laneSet")


def _lanes(part: Part, tag: str) -> list[Part]:
    """The lanes of a holder's lane set; the set's own attributes stay with the holder."""
    opened = part.open(tag)
    return opened.children(("lane",)) if opened is not None else []


def _read_lanes(source: Source, lanes: list[Part], scope: str | None, found: _Found) -> None:
    waiting: deque[tuple[Part, str | None]] = deque((lane, None) for lane in lanes)
    while waiting:
        part, parent = waiting.popleft()
        nodes = [unprefixed(reference.text()) for reference in part.children(("flowNodeRef",))]
        inner = _lanes(part, "childLaneSet")
        lane = read_lane(source, part, parent, scope)
        found.lanes.append(lane)
        for node in filter(None, nodes):  # deeper lanes come later and win
            _put_into(source, node, lane, found)
        waiting.extend((child, lane.id) for child in inner)


def _put_into(source: Source, node: str, lane: Lane, found: _Found) -> None:
    before = found.lane_of.get(node)
    parents = {each.id: each.parent for each in found.lanes}
    outer = lane.parent
    while outer is not None and outer != before:
        outer = parents.get(outer)
    if before not in (None, lane.id, outer):
        message = f"{node} is listed by the lanes {before} and {lane.id}; it is in {lane.id}."
        source.repaired("node_in_two_lanes", node, message)
    found.lane_of[node] = lane.id


def _keep_unknown_members(source: Source, found: _Found) -> None:
    """References of lanes to what is no node (data objects, nodes that were deleted) stay in the lane."""
    nodes = {node.id for node in found.nodes}
    for i, lane in enumerate(found.lanes):
        unknown = [id for id, of in found.lane_of.items() if of == lane.id and id not in nodes]
        if unknown:
            source.repaired(
                "lane_without_node", lane.id, f"The lane {lane.id} lists {', '.join(unknown)}, which is no node."
            )
            references = [f'<bpmn:flowNodeRef xmlns:bpmn="{BPMN}">{escaped(id)}</bpmn:flowNodeRef>' for id in unknown]
            found.lanes[i] = replace(lane, extensions=kept.in_order([*lane.extensions, *references], rank_in_node))
