"""Another time for a timer, or for how long an activity is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bpmn.changes.editing import (
    name,
    with_node,
)
from bpmn.changes.guarding import (
    readable,
    refuse_statutory,
)
from bpmn.changes.kinds import Retime
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.feel import FeelError, YearsMonths, evaluate
from bpmn.model import Activity, EventNode, ProcessModel, Timer


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
    readable(expression)
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
