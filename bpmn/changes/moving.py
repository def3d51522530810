"""Doing an activity earlier or later."""

from __future__ import annotations

from dataclasses import replace

from bpmn.changes.editing import (
    name,
    next_of,
    only_way_out,
    row_between,
    with_flows,
)
from bpmn.changes.guarding import (
    activity_of,
    independent,
    refuse_ordered,
)
from bpmn.changes.kinds import Move
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.model import Activity, Flow, ProcessModel


def move(model: ProcessModel, change: Move, materials: Materials) -> ProcessModel:
    """Only over activities: past a choice it would run in other cases than before."""
    activity = activity_of(model, change.activity)
    if not model.has(change.before) or change.before == activity.id:
        raise ChangeRefused(f"The model has no other element {change.before!r}.")
    refuse_ordered(model, activity)
    passed = _passed_over(model, activity, change.before)
    for other in passed:
        refuse_ordered(model, other)
        independent(model, activity.id, other.id, materials)
    after = only_way_out(model, activity.id)

    def edit(old: Flow) -> Flow:
        if old.id == after.id:
            return replace(old, target=change.before)
        if old.target == activity.id:
            return replace(old, target=after.target)
        return replace(old, target=activity.id) if old.target == change.before else old

    return with_flows(model, edit)


def _passed_over(model: ProcessModel, activity: Activity, before: str) -> list[Activity]:
    """The activities in a row between the old place and the new one."""
    later = row_between(model, next_of(model, activity.id), before)
    if later is not None and later:
        return later
    earlier = row_between(model, before, activity.id)
    if earlier is not None and earlier:
        return earlier
    raise ChangeRefused(
        f"Between {name(model, activity.id)} and {name(model, before)} lie choices or joins; "
        "moved past them it would be done in other cases than now."
    )
