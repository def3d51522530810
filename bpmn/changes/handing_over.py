"""Giving an activity to other posts."""

from __future__ import annotations

from dataclasses import replace

from bpmn.changes.editing import (
    name,
    with_node,
)
from bpmn.changes.guarding import (
    activity_of,
)
from bpmn.changes.kinds import HandOver
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused
from bpmn.model import ActivityKind, ProcessModel


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
