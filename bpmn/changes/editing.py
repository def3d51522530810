"""Cutting and joining drawings: the small edits that all changes are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bpmn.errors import ChangeRefused
from bpmn.model import Activity, AnyNode, EventNode, Flow, Position, ProcessModel, Trigger


def with_node(model: ProcessModel, node: AnyNode) -> ProcessModel:
    """The model with that node in the place of the one of its id, or added."""
    if model.has(node.id):
        return replace(model, nodes=tuple(node if old.id == node.id else old for old in model.nodes))
    return replace(model, nodes=(*model.nodes, node))


def with_flows(model: ProcessModel, edit: Callable[[Flow], Flow | None], *new: Flow) -> ProcessModel:
    """The model with every flow edited (None takes it out) and new ones added."""
    kept = [edited for flow in model.flows if (edited := edit(flow)) is not None]
    return replace(model, flows=(*kept, *new))


def without(model: ProcessModel, nodes: Iterable[str], flows: Iterable[str] = ()) -> ProcessModel:
    """The model without these nodes, what hangs on them, and the flows named or touching them."""
    gone = set(nodes)
    gone |= {n.id for n in model.nodes if isinstance(n, EventNode) and n.attached_to in gone}
    dropped = set(flows)
    kept = tuple(f for f in model.flows if f.id not in dropped and not {f.source, f.target} & gone)
    return replace(model, nodes=tuple(n for n in model.nodes if n.id not in gone), flows=kept)


def pruned(model: ProcessModel) -> ProcessModel:
    """The model without what no case can reach any more."""
    reached = {n.id for n in model.nodes if _is_entry(model, n)}
    waiting = list(reached)
    while waiting:
        here = waiting.pop()
        further = {flow.target for flow in model.outgoing(here)}
        further |= {n.id for n in model.nodes if isinstance(n, EventNode) and n.attached_to == here}
        further |= {n.id for n in model.nodes if n.scope == here}
        waiting.extend(further - reached)
        reached |= further
    return without(model, [n.id for n in model.nodes if n.id not in reached])


def _is_entry(model: ProcessModel, node: AnyNode) -> bool:
    if isinstance(node, EventNode):
        catches_link = node.position is Position.CATCH and node.trigger is Trigger.LINK
        return node.scope is None and (node.position is Position.START or catches_link)
    return isinstance(node, Activity) and (node.for_compensation or node.triggered_by_event)


def new_id(model: ProcessModel, wanted: str) -> str:
    """That name, or with the first number that is free."""
    taken = {n.id for n in model.nodes} | {f.id for f in model.flows} | {lane.id for lane in model.lanes}
    if wanted not in taken:
        return wanted
    return next(f"{wanted}_{n}" for n in range(2, len(taken) + 3) if f"{wanted}_{n}" not in taken)


def flow(model: ProcessModel, source: str, target: str, condition: str | None = None) -> Flow:
    return Flow(id=new_id(model, f"{source}__{target}"), source=source, target=target, condition=condition)


def only_way_out(model: ProcessModel, activity: str) -> Flow:
    """The one unconditional flow that leaves it, or a refusal."""
    flows = model.outgoing(activity)
    if len(flows) != 1 or flows[0].condition:
        raise ChangeRefused(f"{name(model, activity)} goes on in {len(flows)} ways; it must have exactly one.")
    return flows[0]


def next_of(model: ProcessModel, activity: str) -> str:
    return only_way_out(model, activity).target


def outcome_of(activity: str) -> str:
    """The variable with the outcome of an activity; what an id may have and a variable may not is written as `_`."""
    plain = re.sub(r"\W", "_", activity)
    return f"_{plain}_outcome" if plain[:1].isdigit() else f"{plain}_outcome"


def name(model: ProcessModel, id: str) -> str:
    """How a sentence calls an element: in English where it has an English name."""
    return f"{model.label(id, 'en')!r}"


def named(model: ProcessModel, id: str, zh: str, en: str) -> dict[str, Any]:
    """Name and names of an element that is added for another one."""
    return {"name": f"{zh}{model.label(id)}", "names": {"en": f"{en} {model.label(id, 'en')}"}}


def row_between(model: ProcessModel, first: str, end: str) -> list[Activity] | None:
    """The activities from `first` up to, but without, `end`; None where it is no plain row."""
    row: list[Activity] = []
    here = first
    while here != end:
        node = model.node(here)
        flows = model.outgoing(here)
        plain = isinstance(node, Activity) and len(flows) == 1 and not flows[0].condition
        if not plain or not isinstance(node, Activity) or node in row:
            return None
        if row and len(model.incoming(here)) != 1:
            return None
        row.append(node)
        here = flows[0].target
    return row if not row or len(model.incoming(end)) == 1 else None
