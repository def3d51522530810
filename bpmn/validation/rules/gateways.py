"""Gateways: how many flows each kind takes, what decides between them, and what may stand behind a race of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Flow, Gateway, GatewayKind, Position, Trigger
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet

_CHOOSING = (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE)
_RACING = (Trigger.MESSAGE, Trigger.SIGNAL, Trigger.TIMER, Trigger.CONDITIONAL, Trigger.MULTIPLE)
_DIRECTION = "Correct gatewayDirection, or the flows."


def _counted(sheet: Sheet, direction: str | None = None) -> Iterator[tuple[Gateway, int, int]]:
    """(gateway, flows in, flows out), of one stated direction only if one is given."""
    for gateway in sheet.gateways:
        if direction is None or sheet.written(gateway, "gatewayDirection") == direction:
            yield gateway, len(sheet.model.incoming(gateway.id)), len(sheet.model.outgoing(gateway.id))


def _misdirected(direction: str, wrong: Callable[[int, int], bool]) -> Callable[[Sheet], Iterator[Breach]]:
    return lambda sheet: (at(g.id, i=i, o=o) for g, i, o in _counted(sheet, direction) if wrong(i, o))


def _bare_flows(sheet: Sheet) -> Iterator[tuple[Gateway, list[Flow]]]:
    """Choosing gateways, with those of their flows that have neither a condition nor are the default."""
    for gateway in sheet.gateways_of(*_CHOOSING):
        flows = sheet.model.outgoing(gateway.id)
        if len(flows) > 1:
            yield gateway, [flow for flow in flows if flow.condition is None and flow.id != gateway.default]


def _cannot_choose(sheet: Sheet) -> Iterator[Breach]:
    for gateway, bare in _bare_flows(sheet):
        if bare:
            yield at(gateway.id, listed=", ".join(f.id for f in bare), have="has" if len(bare) == 1 else "have")


# --- event-based gateways ----------------------------------------------------------------------------------------------


def _races(sheet: Sheet) -> Iterator[tuple[Gateway, tuple[AnyNode, ...]]]:
    for gateway in sheet.gateways_of(GatewayKind.EVENT_BASED):
        targets = (f.target for f in sheet.model.outgoing(gateway.id) if sheet.model.has(f.target))
        yield gateway, tuple(sheet.model.node(target) for target in targets)


def _behind_races(sheet: Sheet, wanted: Callable[[AnyNode], bool]) -> Iterator[Breach]:
    return (at(node.id, gateway=gateway.id) for gateway, nodes in _races(sheet) for node in nodes if wanted(node))


def _waits(node: AnyNode) -> bool:
    if isinstance(node, EventNode):
        return node.position is Position.CATCH
    return isinstance(node, Activity) and node.kind is ActivityKind.RECEIVE


def _mixes(sheet: Sheet) -> Iterator[Breach]:
    for gateway, nodes in _races(sheet):
        messages = any(isinstance(n, EventNode) and n.trigger is Trigger.MESSAGE for n in nodes)
        if messages and any(isinstance(n, Activity) and n.kind is ActivityKind.RECEIVE for n in nodes):
            yield at(gateway.id)


def _wrong_starter(node: AnyNode) -> bool:
    return _waits(node) and isinstance(node, EventNode) and node.trigger not in (Trigger.MESSAGE, Trigger.MULTIPLE)


GATEWAYS = (
    Rule(
        "gateway_without_way_out",
        "No flow leaves the gateway {element}.",
        "Draw the way on, or delete it.",
        lambda sheet: (at(g.id) for g, _, o in _counted(sheet) if not o),
    ),
    advice(
        "superfluous_gateway",
        "{element} neither splits nor joins anything.",
        "Delete the gateway, or draw the branch.",
        lambda sheet: (at(g.id) for g, i, o in _counted(sheet) if (i, o) in ((1, 1), (0, 1))),
    ),
    advice(
        "converging_gateway_splits",
        "{element} says that it converges, but {o} flows leave it.",
        _DIRECTION,
        _misdirected("Converging", lambda i, o: o > 1),
    ),
    advice(
        "converging_gateway_of_one",
        "{element} says that it converges, but {i} flows lead to it.",
        _DIRECTION,
        _misdirected("Converging", lambda i, o: i < 2),
    ),
    advice(
        "diverging_gateway_joins",
        "{element} says that it diverges, but {i} flows lead to it.",
        _DIRECTION,
        _misdirected("Diverging", lambda i, o: i > 1),
    ),
    advice(
        "diverging_gateway_of_one",
        "{element} says that it diverges, but {o} flows leave it.",
        _DIRECTION,
        _misdirected("Diverging", lambda i, o: o < 2),
    ),
    advice(
        "mixed_gateway_of_one",
        "{element} says that it joins and splits, but {i} flows lead to it and {o} leave it.",
        _DIRECTION,
        _misdirected("Mixed", lambda i, o: i < 2 or o < 2),
    ),
    Rule(
        "flow_without_condition",
        "The gateway {element} cannot choose: {listed} {have} no condition.",
        "Write a condition on each flow and mark one as the default.",
        _cannot_choose,
    ),
    advice(
        "no_default",
        "If no condition of the gateway {element} is true, its cases stop there.",
        "Mark one of its flows as the default.",
        lambda sheet: (at(g.id) for g, bare in _bare_flows(sheet) if not bare and g.default is None),
    ),
    advice(
        "race_of_one",
        "The event-based gateway {element} waits for one event only.",
        "Draw the event alone.",
        lambda sheet: (at(g.id) for g, _ in _races(sheet) if len(sheet.model.outgoing(g.id)) < 2),
    ),
    Rule(
        "race_target",
        "{element} stands behind the event-based gateway {gateway}, but waits for no event.",
        "Put a catching event or a receive task there.",
        lambda sheet: _behind_races(sheet, lambda n: not _waits(n)),
    ),
    Rule(
        "race_trigger",
        "{element} stands behind the event-based gateway {gateway}, where only messages, signals, timers and conditions are awaited.",
        "Give it such a trigger.",
        lambda sheet: _behind_races(
            sheet, lambda n: _waits(n) and isinstance(n, EventNode) and n.trigger not in _RACING
        ),
    ),
    advice(
        "race_mixes_messages",
        "{element} awaits messages by events and by receive tasks at once.",
        "Use either message events or receive tasks behind it.",
        _mixes,
    ),
    Rule(
        "race_with_boundary",
        "{element} stands behind the event-based gateway {gateway} and may carry no boundary events.",
        "Draw them as further events behind the gateway.",
        lambda sheet: _behind_races(
            sheet, lambda n: isinstance(n, Activity) and bool(sheet.model.boundary_events(n.id))
        ),
    ),
    advice(
        "race_target_shared",
        "{element} stands behind the event-based gateway {gateway}, but other flows lead to it too.",
        "Lead the other flows to what comes after it.",
        lambda sheet: _behind_races(sheet, lambda n: len(sheet.model.incoming(n.id)) > 1),
    ),
    advice(
        "starting_race_with_way_in",
        "{element} begins the process, but a flow leads to it.",
        "Delete the flow, or take `instantiate` away.",
        lambda sheet: (
            at(g.id) for g, _ in _races(sheet) if sheet.says(g, "instantiate") and sheet.model.incoming(g.id)
        ),
    ),
    advice(
        "starting_race_trigger",
        "{element} stands behind {gateway}, which begins the process: only messages can do that.",
        "Await a message there.",
        lambda sheet: (
            at(n.id, gateway=g.id)
            for g, nodes in _races(sheet)
            if sheet.says(g, "instantiate")
            for n in nodes
            if _wrong_starter(n)
        ),
    ),
    advice(
        "parallel_race_in_flow",
        "{element} awaits all of its events, which only a gateway that begins the process may do.",
        "Use a parallel gateway before the events.",
        lambda sheet: (
            at(g.id)
            for g, _ in _races(sheet)
            if sheet.written(g, "eventGatewayType") == "Parallel" and not sheet.says(g, "instantiate")
        ),
    ),
    advice(
        "complex_join_without_condition",
        "{element} joins {i} flows, but nothing says for which of them it waits.",
        "Write its activationCondition.",
        lambda sheet: (
            at(g.id, i=i)
            for g, i, _ in _counted(sheet)
            if g.kind is GatewayKind.COMPLEX and i > 1 and g.activation is None
        ),
    ),
)
