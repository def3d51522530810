"""Taking an activity out, and the choice that only its outcome decides."""

from __future__ import annotations

from dataclasses import replace

from bpmn.changes.editing import (
    flow,
    name,
    new_id,
    next_of,
    outcome_of,
    pruned,
    with_flows,
    with_node,
    without,
)
from bpmn.changes.guarding import (
    activity_of,
    eyes_passed_on,
    refuse_statutory,
    unread,
)
from bpmn.changes.kinds import Drop
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.feel import FeelError, evaluate, names
from bpmn.model import Activity, Flow, Gateway, GatewayKind, ProcessModel


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
    outcome = outcome_of(activity.id)
    conditions = [f.condition for f in model.outgoing(following) if f.condition]
    return node if isinstance(node, Gateway) and all(_reads_only(text, outcome) for text in conditions) else None


def _reads_only(text: str, variable: str) -> bool:
    try:
        return bool(names(text) <= {variable})
    except FeelError:
        return False


def _way_of(model: ProcessModel, activity: Activity, gateway: Gateway, passing: str) -> Flow:
    """The flow that the gateway takes after this outcome."""
    context = {outcome_of(activity.id): passing}
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
