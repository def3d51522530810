"""Sequence flows: between which nodes they may lead, and where a condition is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from bpmn.model import Activity, AnyNode, EventNode, Flow, Gateway, GatewayKind, Position, Trigger
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet

_ELSEWHERE = "Delete the flow, or lead it to another node."
_NO_CONDITION = "Delete the condition, or draw an exclusive or inclusive gateway."


def _dangling(sheet: Sheet) -> Iterator[Breach]:
    for flow in sheet.model.flows:
        missing = [id for id in (flow.source, flow.target) if not sheet.model.has(id)]
        if missing and not any(id in sheet.names for id in missing):
            yield at(flow.id, end=missing[0] or "nothing")


def _at_other_things(sheet: Sheet, wanted: Callable[[str], bool]) -> Iterator[Breach]:
    """Flows that end at something of the file that is no node of this process."""
    for flow in sheet.model.flows:
        for id in (flow.source, flow.target):
            if not sheet.model.has(id) and id in sheet.names and wanted(id):
                yield at(flow.id, end=id, what=sheet.names[id])


def _across_pools(sheet: Sheet) -> Iterator[Breach]:
    return _at_other_things(sheet, lambda id: id in sheet.ends)


def _at_no_node(sheet: Sheet) -> Iterator[Breach]:
    return _at_other_things(sheet, lambda id: id not in sheet.ends)


def _ends(sheet: Sheet, wanted: Callable[[AnyNode], bool], *, source: bool, target: bool) -> Iterator[Breach]:
    for flow, first, last in sheet.flows:
        for node, asked in ((first, source), (last, target)):
            if asked and wanted(node):
                yield at(flow.id, node=node.id)


def _is_event(node: AnyNode, position: Position, trigger: Trigger | None = None) -> bool:
    return isinstance(node, EventNode) and node.position is position and trigger in (None, node.trigger)


def _into(position: Position, trigger: Trigger | None = None) -> Callable[[Sheet], Iterator[Breach]]:
    return lambda sheet: _ends(sheet, lambda n: _is_event(n, position, trigger), source=False, target=True)


def _out_of(position: Position, trigger: Trigger | None = None) -> Callable[[Sheet], Iterator[Breach]]:
    return lambda sheet: _ends(sheet, lambda n: _is_event(n, position, trigger), source=True, target=False)


def _touching(wanted: Callable[[Activity], bool]) -> Callable[[Sheet], Iterator[Breach]]:
    return lambda sheet: _ends(sheet, lambda n: isinstance(n, Activity) and wanted(n), source=True, target=True)


def _twice(sheet: Sheet) -> Iterator[Breach]:
    counted = Counter((flow.source, flow.target, flow.condition) for flow in sheet.model.flows)
    for flow, first, last in sheet.flows:
        if counted[(flow.source, flow.target, flow.condition)] > 1:
            yield at(flow.id, source=first.id, target=last.id)


def _default_of(node: AnyNode) -> str | None:
    return None if isinstance(node, EventNode) else node.default


def _defaults(sheet: Sheet) -> Iterator[tuple[AnyNode, str, Flow | None]]:
    for node in sheet.model.nodes:
        default = _default_of(node)
        if default is not None:
            own = {flow.id: flow for flow in sheet.model.outgoing(node.id)}
            yield node, default, own.get(default)


def _asks_nothing(node: AnyNode) -> bool:
    return isinstance(node, Gateway) and node.kind in (GatewayKind.PARALLEL, GatewayKind.EVENT_BASED)


def _ignored(sheet: Sheet) -> Iterator[Breach]:
    for flow, source, _ in sheet.flows:
        if flow.condition and isinstance(source, Gateway) and _asks_nothing(source):
            yield at(flow.id, node=source.id, kind=source.kind.replace("_", "-"))


def _only_conditional(sheet: Sheet) -> Iterator[Breach]:
    for flow, source, _ in sheet.flows:
        if flow.condition and not isinstance(source, Gateway) and len(sheet.model.outgoing(source.id)) == 1:
            yield at(flow.id, node=source.id)


def _implicit_splits(sheet: Sheet) -> Iterator[Breach]:
    for node in sheet.model.nodes:
        free = [f for f in sheet.model.outgoing(node.id) if f.condition is None and f.id != _default_of(node)]
        if not isinstance(node, Gateway) and len(free) > 1:
            yield at(node.id, count=len(free))


def _unlisted(sheet: Sheet) -> Iterator[Breach]:
    return (at(r.element, reason=r.message) for r in sheet.model.repairs if r.rule == "flow_not_listed")


FLOWS = (
    Rule(
        "dangling_flow",
        "The flow {element} ends at {end}, which is no node of this process.",
        "Connect both of its ends, or delete it.",
        _dangling,
    ),
    Rule(
        "flow_across_pools",
        "The flow {element} leads over the border of its pool, to {end}.",
        "Draw a message flow between pools, and a sequence flow only within one.",
        _across_pools,
    ),
    Rule(
        "flow_at_no_node",
        "The flow {element} ends at {end}, a {what}, where no case can go.",
        "Draw an association to it, and lead the flow to an activity, event or gateway.",
        _at_no_node,
    ),
    Rule(
        "flow_across_subprocess",
        "The flow {element} crosses the border of a subprocess.",
        "Lead it to the subprocess itself, or use an event at its border.",
        lambda sheet: (at(f.id) for f, source, target in sheet.flows if source.scope != target.scope),
    ),
    Rule(
        "flow_into_start",
        "The flow {element} leads into {node}, a start event, which only begins flows.",
        _ELSEWHERE,
        _into(Position.START),
    ),
    Rule(
        "flow_into_boundary",
        "The flow {element} leads into {node}, a boundary event, which only begins flows.",
        _ELSEWHERE,
        _into(Position.BOUNDARY),
    ),
    Rule(
        "flow_out_of_end",
        "The flow {element} leads out of {node}, an end event.",
        _ELSEWHERE,
        _out_of(Position.END),
    ),
    Rule(
        "flow_into_link",
        "The flow {element} leads into {node}, to which only its link leads.",
        "Lead the flow to what comes after the link event.",
        _into(Position.CATCH, Trigger.LINK),
    ),
    Rule(
        "flow_out_of_link",
        "The flow {element} leads out of {node}, which goes on at the other end of its link.",
        "Delete the flow, or draw it behind the catching link event.",
        _out_of(Position.THROW, Trigger.LINK),
    ),
    Rule(
        "flow_at_event_subprocess",
        "The flow {element} touches {node}, which an event starts and no flow.",
        _ELSEWHERE,
        _touching(lambda node: node.triggered_by_event),
    ),
    Rule(
        "flow_at_compensation",
        "The flow {element} touches {node}, which only compensation starts.",
        _ELSEWHERE,
        _touching(lambda node: node.for_compensation),
    ),
    advice(
        "flow_to_itself",
        "The flow {element} leads from {node} back to it.",
        "Draw a loop marker on the activity, or lead the flow elsewhere.",
        lambda sheet: (at(f.id, node=f.source) for f, _, _ in sheet.flows if f.source == f.target),
    ),
    advice(
        "flow_drawn_twice",
        "Another flow leads from {source} to {target} just as {element} does.",
        "Delete one of them; if two are meant, say by conditions when each is taken.",
        _twice,
    ),
    advice(
        "flow_not_listed",
        "{reason}",
        "Write each flow at the node that it leaves and at the one that it enters, or at neither.",
        _unlisted,
    ),
    Rule(
        "unknown_default",
        "The default flow {default!r} does not leave {element}.",
        "Choose one of its own flows.",
        lambda sheet: (at(n.id, default=default) for n, default, flow in _defaults(sheet) if flow is None),
    ),
    advice(
        "condition_on_default",
        "{element} is the default of {node}, so that its condition is not asked.",
        "Delete the condition.",
        lambda sheet: (at(flow.id, node=n.id) for n, _, flow in _defaults(sheet) if flow and flow.condition),
    ),
    advice(
        "default_without_choice",
        "{element} takes all of its flows or waits for events; a default is never asked for.",
        "Delete the default, or use an exclusive or inclusive gateway.",
        lambda sheet: (at(n.id) for n, _, _ in _defaults(sheet) if _asks_nothing(n)),
    ),
    advice(
        "default_of_event",
        "{element} is an event, and events have no default flow.",
        "Draw a gateway behind the event.",
        lambda sheet: (at(e.id) for e in sheet.events if sheet.written(e, "default") is not None),
    ),
    Rule(
        "ignored_condition",
        "The condition of {element} is never asked: {node} is a {kind} gateway.",
        _NO_CONDITION,
        _ignored,
    ),
    advice(
        "condition_after_event",
        "The flow {element} has a condition, but leaves the event {node}.",
        _NO_CONDITION,
        lambda sheet: (at(f.id, node=n.id) for f, n, _ in sheet.flows if f.condition and isinstance(n, EventNode)),
    ),
    advice(
        "only_flow_has_condition",
        "{element} is the only flow out of {node} and has a condition: if it does not hold, the case stops there.",
        "Delete the condition, or draw where the case goes otherwise.",
        _only_conditional,
    ),
    advice(
        "implicit_split",
        "{count} flows leave {element} without a gateway: all of them are taken at once.",
        "Draw a parallel gateway if this is meant, else an exclusive one with conditions.",
        _implicit_splits,
    ),
)
