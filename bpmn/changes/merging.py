"""One piece of work of two that follow one another."""

from __future__ import annotations

from dataclasses import replace

from bpmn.changes.editing import (
    name,
    only_way_out,
    pruned,
    with_flows,
    with_node,
    without,
)
from bpmn.changes.guarding import (
    activity_of,
    directly_before,
    refuse_ordered,
    refuse_statutory,
)
from bpmn.changes.kinds import Merge
from bpmn.dependence import Materials, writes
from bpmn.errors import ChangeRefused, UnknownData
from bpmn.model import Activity, Flow, ProcessModel


def merge(model: ProcessModel, change: Merge, materials: Materials) -> ProcessModel:
    first, second = activity_of(model, change.first), activity_of(model, change.second)
    directly_before(model, first, second)
    if first.kind is not second.kind or set(model.posts(first.id)) != set(model.posts(second.id)):
        raise ChangeRefused(f"{name(model, first.id)} and {name(model, second.id)} are not work of the same posts.")
    if first.id in second.four_eyes or second.id in first.four_eyes:
        raise ChangeRefused(f"{name(model, first.id)} and {name(model, second.id)} must be done by two people.")
    for each in (first, second):
        refuse_statutory(model, each, "merged into another")
        refuse_ordered(model, each)
    form = change.form or first.form or second.form
    if first.form and second.form and first.form != second.form and not change.form:
        raise ChangeRefused(
            f"{name(model, first.id)} and {name(model, second.id)} have two forms; name the form that has the fields of both."
        )
    _nothing_lost((first, second), form, materials)
    return _as_one(model, first, second, form)


def _nothing_lost(pair: tuple[Activity, Activity], form: str | None, materials: Materials) -> None:
    if form is None or all(activity.form in (None, form) for activity in pair):
        return
    alone = [ProcessModel(key="pair", nodes=(replace(activity, decision=None),)) for activity in pair]
    try:
        needed = writes(alone[0], pair[0].id, materials) | writes(alone[1], pair[1].id, materials)
        both = ProcessModel(key="pair", nodes=(replace(pair[0], form=form, decision=None),))
        lost = needed - writes(both, pair[0].id, materials)
    except UnknownData as error:
        raise ChangeRefused(f"Whether the form {form!r} has all fields cannot be told. {error}") from error
    if lost:
        raise ChangeRefused(f"The form {form!r} has no field for {', '.join(sorted(lost))}.")


def _as_one(model: ProcessModel, first: Activity, second: Activity, form: str | None) -> ProcessModel:
    after = only_way_out(model, second.id)
    joined = replace(
        first,
        name=f"{first.label()}、{second.label()}",
        names={"en": f"{first.label('en')}, {second.label('en')}"},
        form=form,
        four_eyes=tuple(dict.fromkeys((*first.four_eyes, *second.four_eyes))),
        inputs=(*first.inputs, *second.inputs),
        outputs=(*first.outputs, *second.outputs),
    )
    for controller in model.activities:
        if second.id in controller.four_eyes:
            eyes = tuple(dict.fromkeys(first.id if id == second.id else id for id in controller.four_eyes))
            model = with_node(model, replace(controller, four_eyes=eyes))

    def edit(old: Flow) -> Flow | None:
        if old.source == first.id:
            return None
        return replace(old, source=first.id) if old.id == after.id else old

    return pruned(without(with_flows(with_node(model, joined), edit), [second.id]))
