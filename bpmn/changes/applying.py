"""Applying a change: one function per kind, a table of them, and what all of them must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from bpmn.changes.editing import (
    flow,
    name,
    named,
    new_id,
    next_of,
    only_way_out,
    pruned,
    with_flows,
    with_node,
    without,
)
from bpmn.changes.guarding import (
    activity_of,
    eyes_passed_on,
    independent,
    refuse_ordered,
    refuse_statutory,
    still_sound,
    unread,
)
from bpmn.changes.kinds import Automate, Change, Drop, HandOver, Merge, Move, Parallelise, Retime
from bpmn.dependence import NOTHING, Materials, writes
from bpmn.errors import ChangeRefused, UnknownData
from bpmn.feel import FeelError, YearsMonths, evaluate, names, parse
from bpmn.layout import lay_out
from bpmn.model import (
    Activity,
    ActivityKind,
    Assignment,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    ProcessModel,
    Timer,
)


def apply(model: ProcessModel, *changes: Change, materials: Materials = NOTHING) -> ProcessModel:
    """The model after the changes, one after the other, laid out; raises ChangeRefused with the reason.

    Kept are soundness, the coordinates of what was drawn before, the guards of the law and the four eyes. Ids of new
    elements follow from those that they stand beside, so that the same change always gives the same model.
    """
    for change in changes:
        changed = CHANGES[type(change)](model, change, materials)
        still_sound(model, changed)
        model = changed
    return lay_out(model, keep=True) if model.layout.shapes else model


# --- drop ------------------------------------------------------------------------------------------------------------


def drop(model: ProcessModel, change: Drop, materials: Materials) -> ProcessModel:
    """Flows that led to the activity lead to what came after it, under their own ids."""
    activity = activity_of(model, change.activity)
    refuse_statutory(model, activity, "dropped")
    following = next_of(model, activity.id)
    if following == activity.id:
        raise ChangeRefused(f"{name(model, activity.id)} leads only to itself.")
    model = eyes_passed_on(model, activity)
    gateway = _decided_by(model, activity, following, change.passing)
    unread(model, activity.id, materials, beside=frozenset({gateway.id}) if gateway is not None else frozenset())
    if gateway is not None:
        model = _without_choice(model, gateway, _way_of(model, activity, gateway, change.passing or ""))
        following = next_of(model, activity.id)
    target = following
    if _takes_one_flow_only(model, following) and len(model.incoming(activity.id)) > 1:
        target = new_id(model, f"{activity.id}_merge")
        model = with_node(model, Gateway(id=target, lane=activity.lane, scope=activity.scope))
        model = with_flows(model, lambda f: f, flow(model, target, following))
    bypassed = with_flows(model, lambda f: replace(f, target=target) if f.target == activity.id else f)
    return pruned(without(bypassed, [activity.id]))


def _takes_one_flow_only(model: ProcessModel, id: str) -> bool:
    """Whether a second flow into this split would make it wait for both."""
    node = model.node(id)
    return isinstance(node, Gateway) and node.kind in (GatewayKind.PARALLEL, GatewayKind.INCLUSIVE)


def _decided_by(model: ProcessModel, activity: Activity, following: str, passing: str | None) -> Gateway | None:
    """The choice that only the outcome of this activity decides, where it is to go too."""
    node = model.node(following)
    splits = isinstance(node, Gateway) and node.kind is GatewayKind.EXCLUSIVE and len(model.outgoing(following)) > 1
    if passing is None or not splits or len(model.incoming(following)) != 1:
        return None
    outcome = f"{activity.id}_outcome"
    conditions = [f.condition for f in model.outgoing(following) if f.condition]
    return node if isinstance(node, Gateway) and all(_reads_only(text, outcome) for text in conditions) else None


def _reads_only(text: str, variable: str) -> bool:
    try:
        return bool(names(text) <= {variable})
    except FeelError:
        return False


def _way_of(model: ProcessModel, activity: Activity, gateway: Gateway, passing: str) -> Flow:
    """The flow that the gateway takes after this outcome."""
    context = {f"{activity.id}_outcome": passing}
    flows = model.outgoing(gateway.id)
    for option in flows:
        if option.condition and option.id != gateway.default and evaluate(option.condition, context) is True:
            return option
    for option in flows:
        if option.id == gateway.default or not option.condition:
            return option
    raise ChangeRefused(f"After {passing!r} no way leads on from {name(model, gateway.id)}.")


def _without_choice(model: ProcessModel, gateway: Gateway, kept: Flow) -> ProcessModel:
    """The gateway is taken out: what led to it leads where the kept flow did."""
    redirected = with_flows(model, lambda f: replace(f, target=kept.target) if f.target == gateway.id else f)
    return without(redirected, [gateway.id])


# --- automate --------------------------------------------------------------------------------------------------------


def automate(model: ProcessModel, change: Automate, materials: Materials) -> ProcessModel:
    """[rule task →] gateway → script that sets the passing outcome | the activity as before → gateway."""
    activity = activity_of(model, change.activity)
    refuse_statutory(model, activity, "automated")
    if activity.four_eyes:
        raise ChangeRefused(f"{name(model, activity.id)} is a second pair of eyes, which no rule can be.")
    _readable(change.when)
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
    outcome = Assignment(f"{activity.id}_outcome", f'"{change.passing}"')
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


def _readable(text: str) -> None:
    try:
        parse(text)
    except FeelError as error:
        raise ChangeRefused(f"The condition {text!r} cannot be read: {error}") from error


# --- parallelise -----------------------------------------------------------------------------------------------------


def parallelise(model: ProcessModel, change: Parallelise, materials: Materials) -> ProcessModel:
    """A parallel split before the first, a join after the last, the activities between them side by side."""
    chain = [activity_of(model, id) for id in change.activities]
    if len(chain) < 2 or len(set(change.activities)) < len(chain):
        raise ChangeRefused("At least two different activities are needed to run side by side.")
    for first, second in pairwise(chain):
        _directly_before(model, first, second)
    for n, one in enumerate(chain):
        refuse_ordered(model, one)
        for other in chain[n + 1 :]:
            independent(model, one.id, other.id, materials)
    return _side_by_side(model, chain)


def _directly_before(model: ProcessModel, first: Activity, second: Activity) -> None:
    if next_of(model, first.id) != second.id or len(model.incoming(second.id)) != 1:
        raise ChangeRefused(f"{name(model, second.id)} does not directly follow {name(model, first.id)} and it alone.")


def _side_by_side(model: ProcessModel, chain: list[Activity]) -> ProcessModel:
    first, last = chain[0], chain[-1]
    place: dict[str, Any] = {"lane": first.lane, "scope": first.scope}
    split, join = new_id(model, f"{first.id}_split"), new_id(model, f"{first.id}_join")
    between = {only_way_out(model, activity.id).id for activity in chain[:-1]}
    after = only_way_out(model, last.id)
    for id in (split, join):
        model = with_node(model, Gateway(id=id, kind=GatewayKind.PARALLEL, **place))
    new = [flow(model, split, activity.id) for activity in chain]
    new += [flow(model, activity.id, join) for activity in chain]
    entry = split
    if len(model.incoming(first.id)) > 1:  # they are alternatives, and the split would wait for all of them
        entry = new_id(model, f"{first.id}_merge")
        model = with_node(model, Gateway(id=entry, **place))
        new.append(flow(model, entry, split))

    def edit(old: Flow) -> Flow | None:
        if old.id in between:
            return None
        if old.id == after.id:
            return replace(old, source=join)
        return replace(old, target=entry) if old.target == first.id else old

    return with_flows(model, edit, *new)


# --- hand over, move, merge, retime ----------------------------------------------------------------------------------


def hand_over(model: ProcessModel, change: HandOver, materials: Materials) -> ProcessModel:
    activity = activity_of(model, change.activity)
    if activity.kind not in (ActivityKind.USER, ActivityKind.MANUAL, ActivityKind.TASK):
        raise ChangeRefused(f"{name(model, activity.id)} is not done by people.")
    posts = tuple(dict.fromkeys(change.posts))
    if not posts or not all(post.strip() for post in posts):
        raise ChangeRefused(f"{name(model, activity.id)} needs at least one post.")
    if set(posts) == set(model.posts(activity.id)):
        raise ChangeRefused(f"{name(model, activity.id)} already belongs to {', '.join(posts)}.")
    return with_node(model, replace(activity, posts=posts))


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
    later = _row(model, next_of(model, activity.id), before)
    if later is not None and later:
        return later
    earlier = _row(model, before, activity.id)
    if earlier is not None and earlier:
        return earlier
    raise ChangeRefused(
        f"Between {name(model, activity.id)} and {name(model, before)} lie choices or joins; "
        "moved past them it would be done in other cases than now."
    )


def _row(model: ProcessModel, first: str, end: str) -> list[Activity] | None:
    """The activities from `first` up to, but without, `end`; None where it is no plain row."""
    row: list[Activity] = []
    here = first
    while here != end:
        node = model.node(here)
        flows = model.outgoing(here)
        plain = isinstance(node, Activity) and len(flows) == 1 and not flows[0].condition
        if not plain or not isinstance(node, Activity) or node in row:
            return None
        if row and len(model.incoming(here)) != 1:
            return None
        row.append(node)
        here = flows[0].target
    return row if not row or len(model.incoming(end)) == 1 else None


def merge(model: ProcessModel, change: Merge, materials: Materials) -> ProcessModel:
    first, second = activity_of(model, change.first), activity_of(model, change.second)
    _directly_before(model, first, second)
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


def retime(model: ProcessModel, change: Retime, materials: Materials) -> ProcessModel:
    if not model.has(change.element):
        raise ChangeRefused(f"The model has no element {change.element!r}.")
    node = model.node(change.element)
    old = node.timer if isinstance(node, EventNode) else node.due if isinstance(node, Activity) else None
    if old is None:
        raise ChangeRefused(f"{name(model, node.id)} has no timer and is not due in any time.")
    if isinstance(node, Activity):
        refuse_statutory(model, node, "given another time")
    timer = _timer(old, change.expression)
    if isinstance(node, Activity):
        return with_node(model, replace(node, due=timer))
    assert isinstance(node, EventNode)
    return with_node(model, replace(node, timer=timer))


def _timer(old: Timer, expression: str) -> Timer:
    _readable(expression)
    if expression == old.expression:
        raise ChangeRefused("The time is the same as before.")
    try:
        value = evaluate(expression, {})
    except FeelError:
        return replace(old, expression=expression)  # it depends on the case
    if isinstance(value, timedelta) and value <= timedelta(0):
        raise ChangeRefused(f"{expression} is no time to wait.")
    if value is not None and not isinstance(value, (timedelta, YearsMonths)):
        raise ChangeRefused(f"{expression} is no duration.")
    return replace(old, expression=expression)


CHANGES: Mapping[type[Any], Callable[[ProcessModel, Any, Materials], ProcessModel]] = {
    Drop: drop,
    Automate: automate,
    Parallelise: parallelise,
    HandOver: hand_over,
    Move: move,
    Merge: merge,
    Retime: retime,
}
