"""Where the process and each of its subprocesses begin and end, and what no flow leads to."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, AnyNode, EventNode, Position, Trigger
from bpmn.validation.reach import is_free, reached_nodes
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet


def _scopes(sheet: Sheet) -> Iterator[tuple[str, str | None, tuple[AnyNode, ...]]]:
    """(id, scope, nodes) of the process and each subprocess with something in it, ad-hoc ones left out."""
    for scope, nodes in sheet.inside.items():
        holder = sheet.activity(scope)
        if nodes and (scope is None or (holder is not None and not holder.ad_hoc)):
            yield scope or sheet.model.key, scope, nodes


def _has(nodes: tuple[AnyNode, ...], position: Position) -> bool:
    return any(isinstance(node, EventNode) and node.position is position for node in nodes)


def _begins_somewhere(sheet: Sheet, nodes: tuple[AnyNode, ...]) -> bool:
    """Whether a subprocess without start event has a node from which it can begin."""
    return any(not sheet.model.incoming(n.id) and _needs_way_in(n) for n in nodes)


def _no_start(sheet: Sheet) -> Iterator[Breach]:
    for id, scope, nodes in _scopes(sheet):
        if not _has(nodes, Position.START) and (scope is None or not _begins_somewhere(sheet, nodes)):
            yield at(id)


def _end_without_start(sheet: Sheet) -> Iterator[Breach]:
    for id, scope, nodes in _scopes(sheet):
        starts = _has(nodes, Position.START) or not _begins_somewhere(sheet, nodes)
        if scope is not None and _has(nodes, Position.END) and not starts:
            yield at(id)


def _several_starts(sheet: Sheet) -> Iterator[Breach]:
    for id, scope, _ in _scopes(sheet):
        plain = [start.id for start in sheet.starts(scope) if start.trigger is Trigger.NONE]
        if len(plain) > 1:
            yield at(id, listed=", ".join(plain))


def _needs_way_in(node: AnyNode) -> bool:
    if isinstance(node, Activity):
        return not (node.triggered_by_event or node.for_compensation)
    if isinstance(node, EventNode):
        is_link = node.trigger is Trigger.LINK and node.position is Position.CATCH
        return node.position not in (Position.START, Position.BOUNDARY) and not is_link
    return True


def _needs_way_out(node: AnyNode) -> bool:
    if isinstance(node, Activity):
        return not (node.triggered_by_event or node.for_compensation)
    if isinstance(node, EventNode):
        is_link = node.trigger is Trigger.LINK and node.position is Position.THROW
        return node.position not in (Position.END, Position.BOUNDARY) and not is_link
    return False  # a rule of its own


def _dead_ends(sheet: Sheet) -> Iterator[Breach]:
    for id, _, nodes in _scopes(sheet):
        for node in nodes:
            lost = _needs_way_out(node) and not sheet.model.outgoing(node.id)
            if (
                lost
                and _has(nodes, Position.END)
                and not (isinstance(node, EventNode) and node.position is Position.START)
            ):
                yield at(node.id, scope=id)


def _unreachable(sheet: Sheet) -> Iterator[Breach]:
    reached = reached_nodes(sheet.model)
    return (at(n.id) for n in sheet.model.nodes if n.id not in reached and not is_free(sheet.model, n))


SCOPES = (
    Rule(
        "empty_process",
        "The process {element} has no element.",
        "Draw a start event, the work and an end event.",
        lambda sheet: (at(sheet.model.key) for _ in range(not sheet.inside[None])),
    ),
    advice(
        "empty_subprocess",
        "Nothing is drawn inside {element}.",
        "Draw its steps, or make it a task.",
        lambda sheet: (at(a.id) for a in sheet.subprocesses if not sheet.inside[a.id] and not a.ad_hoc),
    ),
    Rule(
        "no_start",
        "Nothing says where {element} starts.",
        "Draw a start event and a flow to the first step.",
        _no_start,
    ),
    advice(
        "end_without_start",
        "{element} has an end event, but no start event.",
        "Draw the start event too, or neither.",
        _end_without_start,
    ),
    advice(
        "several_starts",
        "{element} has several plain start events: {listed}.",
        "Keep one, or give them triggers.",
        _several_starts,
    ),
    advice(
        "no_end",
        "Nothing says where {element} ends.",
        "Draw an end event behind the last step.",
        lambda sheet: (at(id) for id, _, nodes in _scopes(sheet) if not _has(nodes, Position.END)),
    ),
    Rule(
        "start_without_way_out",
        "No flow leaves the start event {element}.",
        "Draw the flow to the first step.",
        lambda sheet: (at(e.id) for e in sheet.at_position(Position.START) if not sheet.model.outgoing(e.id)),
    ),
    advice(
        "end_without_way_in",
        "No flow leads to the end event {element}.",
        "Draw the flow from the last step, or delete the event.",
        lambda sheet: (at(e.id) for e in sheet.at_position(Position.END) if not sheet.model.incoming(e.id)),
    ),
    advice(
        "dead_end",
        "Nothing follows {element}, although {scope} has an end event.",
        "Draw the flow to the next step or to an end event.",
        _dead_ends,
    ),
    Rule(
        "unreachable",
        "No flow leads to {element} from a start of its scope.",
        "Connect it with the rest of the drawing, or delete it.",
        _unreachable,
    ),
)
