"""Boxes that do not say who or what does them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bpmn.artifacts import own_pool
from bpmn.kept import attribute, in_order
from bpmn.model import Activity, ActivityKind, Assignment, ProcessModel
from bpmn.repairing.step import Repaired, each, named, variable
from bpmn.vocabulary import OURS, rank_in_node

_KEYS = {
    ActivityKind.SERVICE: "service",
    ActivityKind.RULE: "decision",
    ActivityKind.SEND: "message",
    ActivityKind.RECEIVE: "message",
}
_PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL)
_BY_KEY = (("service", ActivityKind.SERVICE), ("decision", ActivityKind.RULE), ("called", ActivityKind.CALL))


def posts_of_lanes(model: ProcessModel) -> Repaired:
    """A lane whose people do something is the post of its name."""
    working = {a.lane for a in model.activities if a.kind in (*_PEOPLE, ActivityKind.TASK) and not a.posts}
    bare = [lane for lane in model.lanes if lane.id in working and not lane.posts]
    lanes = tuple(replace(lane, posts=(_post(lane.name or lane.id),)) if lane in bare else lane for lane in model.lanes)
    text = "The lane {0} names no post; it is the post of its name now."
    return Repaired(replace(model, lanes=lanes), named("post_of_lane", [lane.id for lane in bare], text))


def nobody(model: ProcessModel) -> Repaired:
    """Work for which neither lane nor task names anybody is done by the pool."""
    pool = own_pool(model)
    post = _post((pool.name if pool else "") or model.name or model.key)
    posts_of = {lane.id: lane.posts for lane in model.lanes}
    return each(
        Activity,
        model,
        lambda a: a.kind in _PEOPLE and not a.posts and not posts_of.get(a.lane or ""),
        lambda a: replace(a, posts=(post,)),
        rule="post_from_pool",
        text="Nobody is named for {0}; whoever does the work of the pool does it.",
    )


def _post(name: str) -> str:
    return "_".join(name.split()) or "anyone"


def types(model: ProcessModel) -> Repaired:
    """A task without a type is done by a person, unless it names a service, a decision or a procedure."""
    return each(
        Activity,
        model,
        lambda a: a.kind is ActivityKind.TASK or (a.kind is ActivityKind.RULE and bool(a.service) and not a.decision),
        lambda a: replace(a, kind=next((kind for key, kind in _BY_KEY if getattr(a, key)), ActivityKind.USER)),
        rule="untyped_task",
        text="{0} does not say who or what does it; a person does it, unless it names a service or a decision.",
    )


def scripts(model: ProcessModel) -> Repaired:
    """Scripts of other languages are work for an external worker; what is no script at all is passed by."""
    foreign = each(
        Activity,
        model,
        lambda a: a.kind is ActivityKind.SCRIPT and bool(a.script_text),
        _handed_out,
        rule="foreign_script",
        text="The script of {0} is no FEEL; it is kept, and an external worker does it under the name of the task.",
    )
    empty = each(
        Activity,
        foreign.model,
        lambda a: a.kind is ActivityKind.SCRIPT and not a.script,
        lambda a: replace(a, script=(Assignment(variable(a.id, "done"), "true"),), script_format=None),
        rule="empty_script",
        text="The script task {0} has no script; it only notes that it was passed.",
    )
    return Repaired(empty.model, (*foreign.repairs, *empty.repairs))


def _handed_out(activity: Activity) -> Activity:
    words = {"script": activity.script_text, "scriptFormat": activity.script_format}
    kept = tuple(attribute(f"{{{OURS}}}{name}", text) for name, text in words.items() if text)
    changed = replace(activity, kind=ActivityKind.SERVICE, script_text=None, script_format=None)
    return replace(
        changed,
        service=activity.service or activity.id,
        extensions=in_order([*kept, *activity.extensions], rank_in_node),
    )


def keys(model: ProcessModel) -> Repaired:
    """Services, decisions and messages without a key go by the id of their task; what calls nothing is done by a person."""
    unkeyed = each(
        Activity,
        model,
        lambda a: a.kind in _KEYS and not getattr(a, _KEYS[a.kind]) and not a.service,
        _keyed,
        rule="key_from_id",
        text="{0} does not name its service, decision or message; it goes by its own name now.",
    )
    called = each(
        Activity,
        unkeyed.model,
        lambda a: a.kind is ActivityKind.CALL and not a.called,
        lambda a: replace(a, kind=ActivityKind.USER),
        rule="nothing_called",
        text="{0} calls no procedure; a person does it.",
    )
    return Repaired(called.model, (*unkeyed.repairs, *called.repairs))


def _keyed(activity: Activity) -> Activity:
    field = _KEYS[activity.kind]
    word = (field == "message" and activity.name.strip()) or activity.id
    key: dict[str, Any] = {field: word}
    return replace(activity, **key)


def repetitions(model: ProcessModel) -> Repaired:
    """What is repeated nobody says how often is asked for: again after each time, or for each of a list."""
    loops = each(
        Activity,
        model,
        lambda a: a.loop_condition == "" and not any("loopMaximum" in entry for entry in a.extensions),
        lambda a: replace(a, loop_condition=f"{variable(a.id, 'again')} = true"),
        rule="loop_by_variable",
        text="Nothing says how long {0} is repeated; it is while the variable of its name is true.",
    )
    many = each(
        Activity,
        loops.model,
        lambda a: a.multi_instance is not None and not (a.multi_instance.collection or a.multi_instance.cardinality),
        lambda a: replace(
            a, multi_instance=a.multi_instance and replace(a.multi_instance, collection=variable(a.id, "items"))
        ),
        rule="repetition_by_list",
        text="Nothing says for what {0} is repeated; it is for each of the list of its name.",
    )
    return Repaired(many.model, (*loops.repairs, *many.repairs))
