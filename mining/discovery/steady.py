"""The same drawing whatever ids and order its elements come in: pm4py gives both by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from bpmn.model import AnyNode, Flow, ProcessModel


def steady(model: ProcessModel) -> ProcessModel:
    """The model with its elements in an order, and under ids, that follow from names and connections alone.

    Each element is known by its kind and name and, round after round, by those of its neighbours (Weisfeiler and Lehman,
    1968); what stays alike after that is alike.
    """
    known = _known(model.nodes, model.flows)
    ordered = sorted(model.nodes, key=lambda node: (known[node.id], node.id))
    number = {node.id: f"n{at}" for at, node in enumerate(ordered, start=1)}
    ends = sorted((int(number[f.source][1:]), int(number[f.target][1:]), f.id) for f in model.flows)
    flow_number = {id: f"f{at}" for at, (_, _, id) in enumerate(ends, start=1)}
    flows = [
        replace(f, id=flow_number[f.id], source=number[f.source], target=number[f.target])
        for f in sorted(model.flows, key=lambda f: int(flow_number[f.id][1:]))
    ]
    nodes = tuple(replace(node, id=number[node.id]) for node in ordered)
    return replace(model, key="discovered", name="", nodes=nodes, flows=tuple(flows), layout=type(model.layout)())


def _known(nodes: Sequence[AnyNode], flows: Sequence[Flow]) -> Mapping[str, str]:
    known = {
        node.id: f"{type(node).__name__} {getattr(node, 'kind', '')} {_position(node)} {node.name}" for node in nodes
    }
    for _ in range(min(len(nodes), 40)):
        before = {id: sorted(known[f.source] for f in flows if f.target == id) for id in known}
        after = {id: sorted(known[f.target] for f in flows if f.source == id) for id in known}
        known = {id: sha256(repr((told, before[id], after[id])).encode()).hexdigest() for id, told in known.items()}
    return known


def _position(node: AnyNode) -> str:
    return str(getattr(node, "position", ""))
