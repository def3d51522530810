"""What steps of repair share: their result, and small edits of a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from bpmn.feel import FeelError, parse
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Flow, Gateway, Position, ProcessModel, Repair

Step: TypeAlias = Callable[[ProcessModel], "Repaired"]
_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Repaired:
    """The model after repair, and what was done to it."""

    model: ProcessModel
    repairs: tuple[Repair, ...] = ()


Drawn = TypeVar("Drawn", Activity, EventNode, Gateway)


def each(
    kind: type[Drawn],
    model: ProcessModel,
    wanted: Callable[[Drawn], bool],
    change: Callable[[Drawn], AnyNode],
    *,
    rule: str,
    text: str,
) -> Repaired:
    """The same change and sentence for every node of a kind that wants it; `{0}` in the text is its id."""
    changed = {node.id: change(node) for node in model.nodes if isinstance(node, kind) and wanted(node)}
    nodes = tuple(changed.get(node.id, node) for node in model.nodes)
    return Repaired(replace(model, nodes=nodes) if changed else model, named(rule, changed, text))


def with_node(model: ProcessModel, id: str, **fields: Any) -> ProcessModel:
    """The model with other fields of one node."""
    return replace(model, nodes=tuple(replace(n, **fields) if n.id == id else n for n in model.nodes))


def named(rule: str, elements: Iterable[str], text: str) -> tuple[Repair, ...]:
    return tuple(Repair(rule, element, text.format(element)) for element in elements)


def is_at(node: AnyNode, position: Position) -> bool:
    return isinstance(node, EventNode) and node.position is position


def in_flow(node: AnyNode) -> bool:
    """Whether flows are to lead to this node and away from it."""
    if isinstance(node, Activity):
        return not (node.triggered_by_event or node.for_compensation)
    return not (
        isinstance(node, EventNode) and (node.position is Position.BOUNDARY or node.link or node.trigger == "link")
    )


def inside_ad_hoc(model: ProcessModel, node: AnyNode) -> bool:
    holder = model.node(node.scope) if node.scope and model.has(node.scope) else None
    return isinstance(holder, Activity) and holder.kind is ActivityKind.SUBPROCESS and holder.ad_hoc


def joined(model: ProcessModel, source: str, target: str) -> ProcessModel:
    flow = Flow(id=free_id(model, f"{source}__{target}"), source=source, target=target)
    return replace(model, flows=(*model.flows, flow))


def free_id(model: ProcessModel, wanted: str) -> str:
    """An id that nothing has yet."""
    taken = {model.key, *(e.id for e in (*model.nodes, *model.flows, *model.lanes))}
    number, id = 1, wanted
    while id in taken:
        number, id = number + 1, f"{wanted}_{number + 1}"
    return id


def variable(id: str, what: str) -> str:
    """A name of FEEL for what only the office can say about an element."""
    word = _NO_WORD.sub("_", id).strip("_")
    return f"{word if word[:1].isalpha() else f'x{word}'}_{what}"


def readable(expression: str | None) -> bool:
    try:
        parse(expression or "")
    except FeelError:
        return False
    return True


def literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
