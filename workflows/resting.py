"""Which timers rest while the statutory clock stands: those in working time that are drawn around the place where it stands.

A supervision after twenty working days on a subprocess in which the taxpayer corrects papers must not come while nothing counts against
the limit. A timer on that place itself (the time that the taxpayer has) goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.model import AnyNode, EventNode, Position, Trigger
from workflows import clock_stops, working_hours
from workflows.tables import Case, CaseState, Timer

Nodes = Mapping[str, AnyNode]  # the elements of a version by place


def resting(session: Session, case: Case, nodes: Nodes) -> frozenset[str]:
    """The timers of the drawing that rest now, by place."""
    open_stops = [stop.node or "" for stop in clock_stops.stops(session, case.number) if stop.until is None]
    return frozenset(timer for place in open_stops if place in nodes for timer in around(nodes, place))


def around(nodes: Nodes, place: str) -> Iterator[str]:
    """The timers in working time that count for what this place lies in: on a subprocess or call around it, or begun beside it."""
    enclosing = {*_enclosing(nodes, place)}
    for timer, node in nodes.items():
        if (
            isinstance(node, EventNode)
            and node.timer is not None
            and node.timer.working
            and _of(nodes, timer, node) in enclosing
        ):
            yield timer


def _of(nodes: Nodes, place: str, node: EventNode) -> str | None:
    """What a timer counts for: the activity that it sits on, or the scope that its event subprocess belongs to."""
    prefix = place.removesuffix(node.id)
    if node.position is Position.BOUNDARY and node.attached_to:
        return prefix + node.attached_to
    if node.position is Position.START and node.trigger is Trigger.TIMER and node.scope:
        return next(_enclosing(nodes, prefix + node.scope))
    return None


def _enclosing(nodes: Nodes, place: str) -> Iterator[str]:
    """The subprocesses and calls around a place, the nearest first; at last the process itself, as an empty place."""
    while place:
        node, prefix = nodes[place], place.rpartition("/")[0]
        place = (f"{prefix}/{node.scope}" if prefix else node.scope) if node.scope else prefix
        yield place


def settle(
    session: Session, case: Case, nodes: Nodes, new: Sequence[dict[str, Any]], *, moved: bool, now: datetime
) -> None:
    """Let rest what has to rest now, the timers that are just being set (`new`) too, and wake what rested long enough.

    `moved` says that the clock began to stand or to run; otherwise only what is new is looked at.
    """
    if case.state != CaseState.RUNNING:
        return
    at_rest = resting(session, case, nodes)
    for row in new:
        row["rests_since"] = now if row["kind"] == "timer" and row["node"] in at_rest else row["rests_since"]
    if not moved:
        return
    for timer in session.scalars(select(Timer).where(Timer.case == case.number, Timer.kind == "timer")):
        if timer.rests_since is None and timer.node in at_rest:
            timer.rests_since = now
        elif timer.rests_since is not None and timer.node not in at_rest:
            wake(session, case, timer, now=now)


def wake(session: Session, case: Case, timer: Timer, *, now: datetime) -> None:
    """As much working time is left as when it began to rest."""
    if timer.rests_since is not None:
        calendar = working_hours.calendar(session, case.office)
        timer.due_at = clock_stops.after_rest(timer.due_at, timer.rests_since, now, calendar)
        timer.rests_since = None
