"""Small models, procedures and staffs for tests: short to write, and read like the drawing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

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
from bpmn.procedure import Procedure, procedure_from_sources
from bpmn.writing import write_bpmn
from workflows import staff


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
        for source, target in pairwise(names):
            made.append(Flow(id=f"{source}__{target}", source=source, target=target, condition=condition or None))
    return tuple(made)


def model(*nodes: AnyNode, paths: Iterable[str], key: str = "trial", lanes: tuple[Lane, ...] = ()) -> ProcessModel:
    return ProcessModel(key=key, name=key, nodes=nodes, flows=flows(*paths), lanes=lanes)


def inside(scope: str, *nodes: AnyNode) -> tuple[AnyNode, ...]:
    """The same nodes, lying in that subprocess."""
    return tuple(replace(node, scope=scope) for node in nodes)


# procedures: a model with all that a folder has


def description(key: str, posts: Iterable[str] = (), more: str = "") -> bytes:
    entries = "".join(f'[[post]]\nkey = "{post}"\nzh = "{post}"\nen = "{post}"\n\n' for post in posts)
    head = f'key = "{key}"\ncategory = "approval"\nlegal_basis = []\n\n[name]\nzh = "{key}"\nen = "{key}"\n\n'
    return f'{head}[description]\nzh = "{key}"\nen = "{key}"\n\n{entries}{more}'.encode()


def form(key: str, *fields: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "id": key, "components": list(fields)}).encode()


def choice(key: str, *options: str) -> dict[str, Any]:
    values = [{"label": option, "value": option} for option in options]
    return {"type": "radio", "key": key, "label": key, "values": values, "validate": {"required": True}}


def number(key: str, **rules: Any) -> dict[str, Any]:
    return {"type": "number", "key": key, "label": key, "validate": rules}


def text(key: str, **rules: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, "validate": rules}


def procedure(drawn: ProcessModel, *, posts: Iterable[str] = (), more: str = "", **files: bytes) -> Procedure:
    """A procedure as if read from a folder; `files` are forms by key."""
    used = {post for a in drawn.activities for post in a.posts} | {post for lane in drawn.lanes for post in lane.posts}
    sources = {
        "procedure.toml": description(drawn.key, sorted({*posts, *used}), more),
        f"{drawn.key}.bpmn": write_bpmn(drawn),
        **{f"forms/{name}.json": content for name, content in files.items()},
    }
    return procedure_from_sources(sources)


# a small office: a bureau with two offices below it


def small_office(session: Session, *, clerks: int = 2) -> None:
    """The bureau `city` above the office `east`; clerks c1, c2 …, reviewers r1, r2, a head h1 (manages), a leader above."""
    staff.add_office(session, "city", {"zh": "市局", "en": "Bureau"})
    staff.add_office(session, "east", {"zh": "东所", "en": "East office"}, parent="city")
    for post, rights in (
        ("clerk", ("work",)),
        ("reviewer", ("work",)),
        ("head", ("work", "manage")),
        ("leader", ("work",)),
    ):
        staff.add_post(session, post, {"zh": post, "en": post}, rights=rights)
    for index in range(1, clerks + 1):
        staff.add_officer(session, f"c{index}", {"zh": f"示例{index}"}, office="east", posts=["clerk"])
    for index in (1, 2):
        staff.add_officer(session, f"r{index}", {"zh": f"示例{index}"}, office="east", posts=["reviewer"])
    staff.add_officer(session, "h1", {"zh": "示例"}, office="east", posts=["head"])
    staff.add_officer(session, "l1", {"zh": "示例"}, office="city", posts=["leader"])
