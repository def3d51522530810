"""Small models, procedures and staffs for tests: short to write, and read like the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    Assignment,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Lane,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)


def start(id: str = "start", trigger: Trigger = Trigger.NONE, **more: Any) -> EventNode:
    return EventNode(id=id, position=Position.START, trigger=trigger, **more)


def end(id: str = "end", trigger: Trigger = Trigger.NONE, **more: Any) -> EventNode:
    return EventNode(id=id, position=Position.END, trigger=trigger, **more)


def catch(id: str, trigger: Trigger, **more: Any) -> EventNode:
    return EventNode(id=id, position=Position.CATCH, trigger=trigger, **more)


def throw(id: str, trigger: Trigger, **more: Any) -> EventNode:
    return EventNode(id=id, position=Position.THROW, trigger=trigger, **more)


def boundary(id: str, on: str, trigger: Trigger, **more: Any) -> EventNode:
    return EventNode(id=id, position=Position.BOUNDARY, trigger=trigger, attached_to=on, **more)


def after(duration: str, *, working: bool = False) -> Timer:
    return Timer(TimerKind.DURATION, duration, working)


def user(id: str, **more: Any) -> Activity:
    return Activity(id=id, kind=ActivityKind.USER, **more)


def script(id: str, scope: str | None = None, **lines: str) -> Activity:
    return Activity(
        id=id, kind=ActivityKind.SCRIPT, scope=scope, script=tuple(Assignment(n, e) for n, e in lines.items())
    )


def service(id: str, name: str, **more: Any) -> Activity:
    return Activity(id=id, kind=ActivityKind.SERVICE, service=name, **more)


def subprocess(id: str, **more: Any) -> Activity:
    return Activity(id=id, kind=ActivityKind.SUBPROCESS, **more)


def activity(id: str, kind: ActivityKind, **more: Any) -> Activity:
    return Activity(id=id, kind=kind, **more)


def xor(id: str, default: str | None = None, **more: Any) -> Gateway:
    return Gateway(id=id, kind=GatewayKind.EXCLUSIVE, default=default, **more)


def both(id: str, **more: Any) -> Gateway:
    return Gateway(id=id, kind=GatewayKind.PARALLEL, **more)


def some(id: str, default: str | None = None, **more: Any) -> Gateway:
    return Gateway(id=id, kind=GatewayKind.INCLUSIVE, default=default, **more)


def first_of(id: str, **more: Any) -> Gateway:
    return Gateway(id=id, kind=GatewayKind.EVENT_BASED, **more)


def flows(*lines: str) -> tuple[Flow, ...]:
    """`"a > b > c"` and `"x > b : amount > 5"`; a flow's id is `a__b`."""
    made: list[Flow] = []
    for line in lines:
        path, _, condition = line.partition(" : ")
        names = [name.strip() for name in path.split(" > ")]
        for source, target in zip(names, names[1:], strict=False):
            made.append(Flow(id=f"{source}__{target}", source=source, target=target, condition=condition or None))
    return tuple(made)


def model(*nodes: AnyNode, paths: Iterable[str], key: str = "trial", lanes: tuple[Lane, ...] = ()) -> ProcessModel:
    return ProcessModel(key=key, name=key, nodes=nodes, flows=flows(*paths), lanes=lanes)


def inside(scope: str, *nodes: AnyNode) -> tuple[AnyNode, ...]:
    """The same nodes, lying in that subprocess."""
    return tuple(replace(node, scope=scope) for node in nodes)
