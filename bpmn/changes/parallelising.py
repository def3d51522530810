"""Running activities that follow one another side by side."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from bpmn.changes.editing import (
    flow,
    new_id,
    only_way_out,
    with_flows,
    with_node,
)
from bpmn.changes.guarding import (
    activity_of,
    directly_before,
    independent,
    refuse_ordered,
)
from bpmn.changes.kinds import Parallelise
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.model import Activity, Flow, Gateway, GatewayKind, ProcessModel


def parallelise(model: ProcessModel, change: Parallelise, materials: Materials) -> ProcessModel:
    """A parallel split before the first, a join after the last, the activities between them side by side."""
    chain = [activity_of(model, id) for id in change.activities]
    if len(chain) < 2 or len(set(change.activities)) < len(chain):
        raise ChangeRefused("At least two different activities are needed to run side by side.")
    for first, second in pairwise(chain):
        directly_before(model, first, second)
    for n, one in enumerate(chain):
        refuse_ordered(model, one)
        for other in chain[n + 1 :]:
            independent(model, one.id, other.id, materials)
    return _side_by_side(model, chain)


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
