"""Time limits against the drawing: whether what must be waited for takes longer than the law or the office allows.

Only what is certain counts: timers of a constant duration on the quickest way to an end, and holidays always in favour of the
drawing. Five working days are at least seven days on the wall's calendar; seven of those hold at most five working days.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from datetime import timedelta

from bpmn.feel import FeelError, evaluate
from bpmn.model import EventNode, Position, ProcessModel, Timer, TimerKind
from bpmn.procedure import DayUnit, LimitKind, Procedure, TimeLimit
from bpmn.validation.reach import link_targets
from bpmn.validation.rule import Breach

LONGEST_HOLIDAYS = 10  # days in a row on which no office works

Waiting = tuple[float, tuple[str, ...]]


def unmeetable(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    """Limits of the whole case that the quickest way to an end exceeds by its timers alone."""
    for limit in (limit for limit in procedure.time_limits if limit.activity is None and _is_of_case(limit)):
        days, path = quickest(model, limit.unit)
        if path and days > limit.days:
            words = {"days": math.ceil(days), "limit": limit.days, "unit": _unit(limit)}
            yield Breach(path[-1], words, path)


def overdue_from_the_start(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    """Activities that may take longer than their own limit, or than the case."""
    for limit in procedure.time_limits:
        for activity in model.activities:
            applies = limit.activity == activity.id or (limit.activity is None and _is_of_case(limit))
            days = _days(activity.due, limit.unit) if applies else 0
            if days > limit.days:
                yield Breach(activity.id, {"days": math.ceil(days), "limit": limit.days, "unit": _unit(limit)})


def _is_of_case(limit: TimeLimit) -> bool:
    return limit.kind is not LimitKind.ACCEPTANCE  # that one ends when the case is accepted, not when it is closed


def _unit(limit: TimeLimit) -> str:
    return str(limit.unit).replace("_", " ")


def quickest(model: ProcessModel, unit: DayUnit) -> Waiting:
    """The fewest days that timers make a case wait before an end, and the way; an empty way where no end is reached."""
    starts = [
        n.id for n in model.nodes if isinstance(n, EventNode) and n.position is Position.START and n.scope is None
    ]
    waiting: list[tuple[float, tuple[str, ...]]] = [(0.0, (id,)) for id in starts]
    seen: set[str] = set()
    while waiting:
        days, path = heapq.heappop(waiting)
        node = model.node(path[-1])
        if isinstance(node, EventNode) and node.position is Position.END and node.scope is None:
            return days, path
        if node.id in seen:
            continue
        seen.add(node.id)
        for target, more in _onward(model, path[-1], unit):
            heapq.heappush(waiting, (days + more, (*path, target)))
    return 0.0, ()


def _onward(model: ProcessModel, id: str, unit: DayUnit) -> Iterator[tuple[str, float]]:
    """What a case can come to next, and how long it waits there. Inside a subprocess nothing is counted."""
    targets = [flow.target for flow in model.outgoing(id) if model.has(flow.target)]
    targets += [event.id for event in model.boundary_events(id)]
    targets += link_targets(model, model.node(id))
    for target in targets:
        node = model.node(target)
        waits = isinstance(node, EventNode) and node.position in (Position.CATCH, Position.BOUNDARY)
        yield target, _days(node.timer, unit) if waits and isinstance(node, EventNode) else 0.0


def _days(timer: Timer | None, unit: DayUnit) -> float:
    """At least how many days of that unit a timer lasts; 0 where that depends on the case."""
    if timer is None or timer.kind is not TimerKind.DURATION:
        return 0.0
    try:
        value = evaluate(timer.expression, {})
    except FeelError:
        return 0.0
    days = value.total_seconds() / 86_400 if isinstance(value, timedelta) else 0.0
    if unit is DayUnit.WORKING and not timer.working:
        return max(0.0, days // 7 * 5 - LONGEST_HOLIDAYS)
    if unit is DayUnit.CALENDAR and timer.working:
        return days // 5 * 7 + days % 5
    return days
