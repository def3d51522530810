"""People: lanes, posts, forms, four eyes and the guards of the law."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, ActivityKind
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet

GUARDS = ("statutory", "ordered")
_PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL)


def _four_eyes(sheet: Sheet) -> Iterator[tuple[Activity, str]]:
    return ((activity, other) for activity in sheet.activities for other in activity.four_eyes)


def _lanes(sheet: Sheet) -> frozenset[str]:
    return frozenset(lane.id for lane in sheet.model.lanes)


def _no_post(sheet: Sheet) -> Iterator[Breach]:
    known = _lanes(sheet)
    for activity in sheet.of_kind(*_PEOPLE):
        if (activity.lane is None or activity.lane in known) and not sheet.model.posts(activity.id):
            yield at(activity.id)


def _in_no_lane(sheet: Sheet) -> Iterator[Breach]:
    """Nodes and lanes that name a lane that is not there."""
    known = _lanes(sheet)
    yield from (at(n.id, lane=n.lane) for n in sheet.model.nodes if n.lane is not None and n.lane not in known)
    yield from (at(n.id, lane=n.parent) for n in sheet.model.lanes if n.parent is not None and n.parent not in known)


def _without_post(sheet: Sheet) -> Iterator[Breach]:
    for lane in sheet.model.lanes:
        work = [activity for activity in sheet.of_kind(*_PEOPLE) if activity.lane == lane.id]
        if work and not lane.posts and not all(activity.posts for activity in work):
            yield at(lane.id)


def _in_circle(sheet: Sheet) -> Iterator[Breach]:
    parents = {lane.id: lane.parent for lane in sheet.model.lanes}
    for lane in parents:
        seen, above = {lane}, parents[lane]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == lane:
            yield at(lane)


def _repaired(sheet: Sheet, rule: str) -> Iterator[Breach]:
    return (at(r.element, reason=r.message) for r in sheet.model.repairs if r.rule == rule)


PEOPLE = (
    Rule(
        "no_post",
        "No post does {element}: neither the task nor its lane names one.",
        "Set qj:posts on the lane or on the task.",
        _no_post,
    ),
    advice(
        "no_form",
        "The officer of {element} is shown no form.",
        "Set qj:form.",
        lambda sheet: (at(a.id) for a in sheet.of_kind(ActivityKind.USER) if not a.form),
    ),
    Rule(
        "unknown_lane",
        "{element} stands in the lane {lane!r}, which does not exist.",
        "Move it.",
        _in_no_lane,
    ),
    Rule(
        "lane_in_itself",
        "The lane {element} lies inside itself.",
        "Move it out.",
        _in_circle,
    ),
    advice(
        "lane_without_post",
        "The lane {element} names no post, but people work in it.",
        "Set qj:posts.",
        _without_post,
    ),
    advice(
        "lane_without_node",
        "{reason}",
        "List only nodes of this process in its lanes.",
        lambda sheet: _repaired(sheet, "lane_without_node"),
    ),
    advice(
        "node_in_two_lanes",
        "{reason}",
        "List it in one lane.",
        lambda sheet: _repaired(sheet, "node_in_two_lanes"),
    ),
    Rule(
        "four_eyes_unknown",
        "{element} is to be done by somebody else than {other!r}, which is no activity of this process.",
        "Name the id of an activity in qj:fourEyes.",
        lambda sheet: (at(a.id, other=o) for a, o in _four_eyes(sheet) if sheet.activity(o) is None),
    ),
    Rule(
        "four_eyes_itself",
        "{element} excludes its own officer.",
        "Name another activity in qj:fourEyes.",
        lambda sheet: (at(a.id) for a, o in _four_eyes(sheet) if a.id == o),
    ),
    advice(
        "four_eyes_machine",
        "No officer does {other}, which {element} excludes.",
        "Delete it.",
        lambda sheet: (
            at(a.id, other=o)
            for a, o in _four_eyes(sheet)
            if a.id != o and (other := sheet.activity(o)) and other.kind not in _PEOPLE
        ),
    ),
    advice(
        "unknown_guard",
        "{element} has the guard {guard!r}, which protects from nothing.",
        f"Known: {', '.join(GUARDS)}.",
        lambda sheet: (at(a.id, guard=g) for a in sheet.activities for g in sorted(a.guards - set(GUARDS))),
    ),
    advice(
        "person_in_the_drawing",
        "{element} names its people by {word}; here the posts decide who does it, so {word} is kept and has no effect.",
        "Name the posts in qj:posts or on the lane, and the skills in qj:skills.",
        lambda sheet: (
            at(a.id, word=word)
            for a in sheet.activities
            for word in ("assignee", "candidates", "priority")
            if getattr(a, word)
        ),
    ),
    advice(
        "listener_kept",
        "{element} has listeners of another engine, which are kept and do not run.",
        "Draw what they do as a step, or delete them.",
        lambda sheet: (at(node.id) for node in sheet.model.nodes if getattr(node, "listeners", ())),
    ),
)
