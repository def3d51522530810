"""Small drawings in one line of text, for every test that needs a model."""

from __future__ import annotations

from itertools import pairwise

from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)

GATEWAYS = {
    "xor": GatewayKind.EXCLUSIVE,
    "and": GatewayKind.PARALLEL,
    "or": GatewayKind.INCLUSIVE,
    "race": GatewayKind.EVENT_BASED,
}


def drawing(text: str, *nodes: AnyNode, key: str = "drawing") -> ProcessModel:
    """`start > a > xor1; xor1 > b ? amount > 5 > end` does not parse: a condition stands alone after its flow, as in
    `xor1 > b ? amount > 5; b > end`. A name tells its kind: start…, end…, xor…, and…, or…, race…, else a user task;
    `nodes` are those that need more. A flow is called `source_target`."""
    flows: dict[str, Flow] = {}
    names: list[str] = []
    for line in text.split(";"):
        chain, _, condition = line.partition("?")
        steps = [step.strip() for step in chain.split(">")]
        names.extend(steps)
        for source, target in pairwise(steps):
            id = f"{source}_{target}"
            flows[id] = Flow(id=id, source=source, target=target, condition=condition.strip() or None)
    given = {node.id: node for node in nodes}
    drawn = [given.pop(name, None) or _node(name) for name in dict.fromkeys(names)]
    return ProcessModel(key=key, nodes=(*drawn, *given.values()), flows=tuple(flows.values()))


def _node(name: str) -> AnyNode:
    letters = name.rstrip("0123456789")
    if letters == "start":
        return EventNode(id=name, position=Position.START)
    if letters == "end":
        return EventNode(id=name, position=Position.END)
    if letters in GATEWAYS:
        return Gateway(id=name, kind=GATEWAYS[letters])
    return user(name)


def user(id: str, **more: object) -> Activity:
    return Activity(id=id, kind=ActivityKind.USER, **more)  # type: ignore[arg-type]


def subprocess(id: str, **more: object) -> Activity:
    return Activity(id=id, kind=ActivityKind.SUBPROCESS, **more)  # type: ignore[arg-type]


def start(id: str, scope: str | None = None, trigger: Trigger = Trigger.NONE, **more: object) -> EventNode:
    return EventNode(id=id, position=Position.START, scope=scope, trigger=trigger, **more)  # type: ignore[arg-type]


def end(id: str, scope: str | None = None, trigger: Trigger = Trigger.NONE, **more: object) -> EventNode:
    return EventNode(id=id, position=Position.END, scope=scope, trigger=trigger, **more)  # type: ignore[arg-type]


def catch(id: str, trigger: Trigger = Trigger.MESSAGE, **more: object) -> EventNode:
    return EventNode(id=id, position=Position.CATCH, trigger=trigger, **more)  # type: ignore[arg-type]


def throw(id: str, trigger: Trigger = Trigger.NONE, **more: object) -> EventNode:
    return EventNode(id=id, position=Position.THROW, trigger=trigger, **more)  # type: ignore[arg-type]


def boundary(id: str, host: str, trigger: Trigger = Trigger.MESSAGE, **more: object) -> EventNode:
    return EventNode(id=id, position=Position.BOUNDARY, trigger=trigger, attached_to=host, **more)  # type: ignore[arg-type]


def after(expression: str = "P1D") -> Timer:
    return Timer(TimerKind.DURATION, f'duration("{expression}")')
