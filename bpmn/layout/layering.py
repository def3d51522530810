"""Columns: how many steps a node lies behind the start of its scope, loops left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bpmn.model import AnyNode, EventNode, Position, ProcessModel

Edges = Mapping[str, Sequence[str]]


def scope_edges(model: ProcessModel, nodes: Sequence[AnyNode]) -> dict[str, list[str]]:
    """Who follows whom among these nodes; what leaves a boundary event leaves its activity."""
    ids = {node.id for node in nodes}
    hosts = {n.id: n.attached_to for n in nodes if isinstance(n, EventNode) and n.attached_to in ids}
    edges: dict[str, list[str]] = {id: [] for id in ids if id not in hosts}
    for flow in model.flows:
        source = hosts.get(flow.source) or flow.source
        target = hosts.get(flow.target) or flow.target
        if source in edges and target in edges and target not in edges[source] and source != target:
            edges[source].append(target)
    return edges


def begins(model: ProcessModel, nodes: Sequence[AnyNode]) -> list[str]:
    """Starts first, then whatever no flow leads to, in the order of the model."""
    starts = [n.id for n in nodes if isinstance(n, EventNode) and n.position is Position.START]
    return starts + [n.id for n in nodes if n.id not in starts and not model.incoming(n.id)]


def forward(edges: Edges, roots: Iterable[str]) -> dict[str, list[str]]:
    """The edges without those that lead back to a node that is still being walked through (depth first)."""
    kept: dict[str, list[str]] = {id: [] for id in edges}
    state: dict[str, int] = {}
    for root in [*roots, *edges]:
        if root in edges and root not in state:
            _walk(root, edges, kept, state)
    return kept


def _walk(root: str, edges: Edges, kept: dict[str, list[str]], state: dict[str, int]) -> None:
    stack = [(root, iter(edges[root]))]
    state[root] = 1
    while stack:
        id, following = stack[-1]
        for target in following:
            if state.get(target) != 1:
                kept[id].append(target)
            if target not in state:
                state[target] = 1
                stack.append((target, iter(edges[target])))
                break
        else:
            state[id] = 2
            stack.pop()


def topological(edges: Edges) -> list[str]:
    """Nodes so that every edge leads forward; ties in the order of the mapping."""
    waiting = dict.fromkeys(edges, 0)
    for targets in edges.values():
        for target in targets:
            waiting[target] += 1
    ready = [id for id, count in waiting.items() if count == 0]
    order: list[str] = []
    while ready:
        id = ready.pop(0)
        order.append(id)
        for target in edges[id]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return order


def columns(edges: Edges) -> dict[str, int]:
    """The longest way from a root, by node."""
    found = dict.fromkeys(edges, 0)
    for id in topological(edges):
        for target in edges[id]:
            found[target] = max(found[target], found[id] + 1)
    return found


def heights(edges: Edges) -> dict[str, int]:
    """The longest way to an end, by node: the branch with the longest is the main one."""
    found = dict.fromkeys(edges, 0)
    for id in reversed(topological(edges)):
        found[id] = max((found[target] + 1 for target in edges[id]), default=0)
    return found
