"""A fast lane for easy cases beside a row of activities; whoever is not sure to be easy goes the old way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from bpmn.changes.editing import flow, name, named, new_id, only_way_out, outcome_of, with_flows, with_node
from bpmn.changes.guarding import (
    activity_of,
    directly_before,
    readable,
    refuse_ordered,
    refuse_statutory,
    unread,
)
from bpmn.changes.kinds import Triage
from bpmn.dependence import Materials, writes
from bpmn.errors import ChangeRefused, UnknownData
from bpmn.feel import names
from bpmn.model import Activity, ActivityKind, Assignment, Flow, Gateway, ProcessModel


def triage(model: ProcessModel, change: Triage, materials: Materials) -> ProcessModel:
    """gateway → the row as before | [its activities that stay] → [outcomes of those left out] → gateway."""
    row = [activity_of(model, id) for id in change.activities]
    if not row or len(set(change.activities)) < len(row):
        raise ChangeRefused("A fast lane needs at least one activity beside it, each named once.")
    for first, second in pairwise(row):
        directly_before(model, first, second)
    if [id for id in change.activities if id in change.fast] != list(change.fast):
        raise ChangeRefused("The fast lane can only do activities of the row, in their order.")
    if change.fast == change.activities:
        raise ChangeRefused("The fast lane would do all that the row does.")
    readable(change.when)
    _known_before(model, row, change, materials)
    for activity in row:
        if activity.id in change.fast:
            _can_be_done_twice(model, activity)
        else:
            _can_be_left_out(model, activity, change, materials)
    return _with_lane(model, row, change)


def _known_before(model: ProcessModel, row: list[Activity], change: Triage, materials: Materials) -> None:
    """Refuses a condition that asks what only the row itself finds out."""
    inside = {activity.id for activity in row}
    try:
        found = frozenset[str]().union(*(writes(model, id, materials) for id in inside))
        found |= {outcome_of(id) for id in inside}
        others = frozenset[str]().union(*(writes(model, n.id, materials) for n in model.nodes if n.id not in inside))
    except UnknownData as error:
        raise ChangeRefused(f"Whether the condition can be asked before the row cannot be told. {error}") from error
    late = names(change.when) & found - others
    if late:
        raise ChangeRefused(f"The condition asks for {', '.join(sorted(late))}, which is found out only behind it.")


def _can_be_done_twice(model: ProcessModel, activity: Activity) -> None:
    if activity.kind is ActivityKind.SUBPROCESS or model.boundary_events(activity.id):
        raise ChangeRefused(
            f"{name(model, activity.id)} has parts or events of its own; a fast lane cannot repeat them."
        )


def _can_be_left_out(model: ProcessModel, activity: Activity, change: Triage, materials: Materials) -> None:
    refuse_statutory(model, activity, "left out")
    refuse_ordered(model, activity)
    if activity.four_eyes:
        raise ChangeRefused(f"{name(model, activity.id)} is a second pair of eyes, which no fast lane leaves out.")
    outcome = frozenset({outcome_of(activity.id)}) if change.passing is not None else frozenset[str]()
    unread(model, activity.id, materials, beside=frozenset(change.activities), known=outcome)


def _with_lane(model: ProcessModel, row: list[Activity], change: Triage) -> ProcessModel:
    first, last = row[0], row[-1]
    after = only_way_out(model, last.id)
    ids = {part: new_id(model, f"{first.id}_{part}") for part in ("easy", "passed")}
    manual = flow(model, ids["easy"], first.id)
    lane = _lane_of(model, row, change)
    place: dict[str, Any] = {"lane": first.lane, "scope": first.scope}
    split = Gateway(id=ids["easy"], default=manual.id, name="可快办?", names={"en": "Fast lane?"}, **place)
    nodes: list[Activity | Gateway] = [split, *lane, Gateway(id=ids["passed"], **place)]
    for node in nodes:
        model = with_node(model, node)
    stops = [ids["easy"], *(node.id for node in lane), ids["passed"]]
    new = [flow(model, one, other) for one, other in pairwise(stops)]
    new[0] = replace(new[0], condition=change.when)
    new += [manual, flow(model, ids["passed"], after.target)]

    def edit(old: Flow) -> Flow:
        old = replace(old, target=ids["easy"]) if old.target == first.id else old
        return replace(old, target=ids["passed"]) if old.id == after.id else old

    return with_flows(_excluding_copies(model, lane), edit, *new)


def _lane_of(model: ProcessModel, row: list[Activity], change: Triage) -> list[Activity]:
    """Copies of the activities that stay, and a script with the outcomes of the others."""
    copied = {id: new_id(model, f"{id}_fast") for id in change.fast}
    lane = [
        replace(
            activity,
            id=copied[activity.id],
            four_eyes=tuple(
                copied.get(id, id) for id in activity.four_eyes if id in copied or id not in change.activities
            ),
            default=None,
            **named(model, activity.id, "快办:", "Fast:"),
        )
        for activity in row
        if activity.id in copied
    ]
    left_out = [activity.id for activity in row if activity.id not in copied]
    if change.passing is not None and left_out:
        script = tuple(Assignment(outcome_of(id), f'"{change.passing}"') for id in left_out)
        own = named(model, row[0].id, "快办通过:", "Pass fast:")
        place: dict[str, Any] = {"lane": row[0].lane, "scope": row[0].scope}
        lane.append(
            Activity(id=new_id(model, f"{row[0].id}_skip"), kind=ActivityKind.SCRIPT, script=script, **own, **place)
        )
    return lane


def _excluding_copies(model: ProcessModel, lane: list[Activity]) -> ProcessModel:
    """Whoever may not be the officer of an activity may not be that of its copy either."""
    copies = {node.id.removesuffix("_fast"): node.id for node in lane if node.id.endswith("_fast")}
    for activity in model.activities:
        more = tuple(copies[id] for id in activity.four_eyes if id in copies and activity.id not in copies.values())
        if more and activity.id not in copies:
            model = with_node(model, replace(activity, four_eyes=(*activity.four_eyes, *more)))
    return model
