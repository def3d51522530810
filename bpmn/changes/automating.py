"""Letting sure cases pass an activity without a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bpmn.changes.editing import (
    flow,
    name,
    named,
    new_id,
    only_way_out,
    outcome_of,
    with_flows,
    with_node,
)
from bpmn.changes.guarding import (
    activity_of,
    readable,
    refuse_statutory,
)
from bpmn.changes.kinds import Automate
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.model import Activity, ActivityKind, Assignment, Flow, Gateway, ProcessModel


def automate(model: ProcessModel, change: Automate, materials: Materials) -> ProcessModel:
    """[rule task →] gateway → script that sets the passing outcome | the activity as before → gateway."""
    activity = activity_of(model, change.activity)
    refuse_statutory(model, activity, "automated")
    if activity.four_eyes:
        raise ChangeRefused(f"{name(model, activity.id)} is a second pair of eyes, which no rule can be.")
    readable(change.when)
    after = only_way_out(model, activity.id)
    ids = {part: new_id(model, f"{activity.id}_{part}") for part in ("rule", "triage", "auto", "passed")}
    first = ids["rule"] if change.decision else ids["triage"]
    manual = flow(model, ids["triage"], activity.id)
    for node in _automatic_nodes(model, activity, change, ids, manual.id):
        model = with_node(model, node)
    new = [
        manual,
        flow(model, ids["triage"], ids["auto"], change.when),
        flow(model, ids["auto"], ids["passed"]),
        flow(model, ids["passed"], after.target),
    ]
    if change.decision:
        new.append(flow(model, ids["rule"], ids["triage"]))

    def edit(old: Flow) -> Flow:
        old = replace(old, target=first) if old.target == activity.id else old
        return replace(old, target=ids["passed"]) if old.id == after.id else old

    return with_flows(model, edit, *new)


def _automatic_nodes(
    model: ProcessModel, activity: Activity, change: Automate, ids: Mapping[str, str], default: str
) -> list[Activity | Gateway]:
    place: dict[str, Any] = {"lane": activity.lane, "scope": activity.scope}
    outcome = Assignment(outcome_of(activity.id), f'"{change.passing}"')
    nodes: list[Activity | Gateway] = [
        Gateway(id=ids["triage"], default=default, name="可自动办理?", names={"en": "Automatic?"}, **place),
        Activity(
            id=ids["auto"],
            kind=ActivityKind.SCRIPT,
            script=(outcome,),
            **place,
            **named(model, activity.id, "自动通过:", "Pass automatically:"),
        ),
        Gateway(id=ids["passed"], **place),
    ]
    if change.decision:
        rule = named(model, activity.id, "规则判定:", "Decide by rule:")
        nodes.append(Activity(id=ids["rule"], kind=ActivityKind.RULE, decision=change.decision, **rule, **place))
    return nodes
