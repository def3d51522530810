"""Rules that need the procedure around the model: its forms, decisions and posts, and where data come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpmn.model import Activity, EventNode, ProcessModel
from bpmn.procedure import Procedure
from bpmn.validation.problem import Problem


def in_procedure(model: ProcessModel, procedure: Procedure) -> Iterator[Problem]:
    """References of the model that the procedure does not have."""
    posts = {post.key: post for post in procedure.posts}
    for node in model.nodes:
        if isinstance(node, Activity | EventNode):
            yield from _known(node.id, "form", node.form, procedure.forms)
        if isinstance(node, Activity):
            yield from _known(node.id, "decision", node.decision, procedure.decisions)
            for post in node.posts:
                yield from _known(node.id, "post", post, posts)
    for lane in model.lanes:
        for post in lane.posts:
            yield from _known(lane.id, "post", post, posts)


def _known(element: str, kind: str, name: str | None, known: Mapping[str, Any]) -> Iterator[Problem]:
    if name and name not in known:
        there = ", ".join(sorted(known)) or "none"
        yield Problem(
            f"unknown_{kind}",
            element,
            f"{element} refers to the {kind} {name!r}, which the procedure does not have.",
            f"There is: {there}.",
        )
