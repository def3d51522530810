"""Ad-hoc subprocesses: what is in them has no order of its own.

Whatever no flow leads to is begun: all at once, or (`in_turn`) one after the other as drawn, each when nothing else is at
work. A person may have more of it done (`choose`). It is over when its completion condition holds, which is asked whenever
something in it is finished, or when all is done and nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.model import Activity
from workflows.engine.expressions import Condition
from workflows.engine.specs.scopes import SubprocessSpec
from workflows.engine.tokens import Token
from workflows.errors import StepFailed


class AdHocSpec(SubprocessSpec):
    """`progress` has what is still to be begun, by the names of its specs, and `enough` once the condition held."""

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.in_turn, self.cancel_remaining = node.in_turn, node.cancel_remaining
        self.complete_when = Condition(node.complete_when) if node.complete_when else None

    def open(self, token: Token) -> None:
        run = token.workflow
        token.progress = {"ahead": [spec.name for spec in self.starts]}
        self.watch(token)
        if self.in_turn:
            run.emptied.add(token.id)
        else:
            self.begin_all(token)

    def begin_all(self, token: Token) -> None:
        while token.progress["ahead"]:
            self.begin_next(token)

    def begin_next(self, token: Token) -> None:
        name, *token.progress["ahead"] = token.progress["ahead"]
        spec = next(spec for spec in self.starts if spec.name == name)
        token.progress |= {"gathered": self.gathered(token), "ended": []}  # it begins after what was done so far
        begun = token.workflow.spawn(spec, token, data=token.progress["gathered"], scope=token.id)
        token.workflow.part(begun, begun.data)
        spec._update(begun)

    def choices(self, token: Token) -> list[str]:
        """The places that a person may have begun, now or again: none while something is at work that has to come first."""
        busy = any(t.host is None for t in token.workflow.members(token.id))
        return [] if "enough" in token.progress or (self.in_turn and busy) else [spec.place for spec in self.starts]

    def choose(self, token: Token, place: str) -> None:
        if place not in self.choices(token):
            raise StepFailed(self.place, f"{place!r} cannot be begun in it now.")
        name = next(spec.name for spec in self.starts if spec.place == place)
        ahead = [other for other in token.progress["ahead"] if other != name]
        token.progress["ahead"] = [name, *ahead]
        self.begin_next(token)

    def absorb(self, token: Token, ended: Token) -> None:
        super().absorb(token, ended)
        if self.complete_when is None or "enough" in token.progress:
            return
        data: Mapping[str, Any] = self.gathered(token)
        if self.complete_when.holds(self.place, data, token.workflow.steps.now):
            token.progress |= {"enough": True, "ahead": []}
            if self.cancel_remaining:
                token.workflow.cancel_all(t for t in token.workflow.members(token.id) if t is not ended)

    def on_empty(self, token: Token) -> None:
        if token.progress.get("ahead"):
            self.begin_next(token)
        else:
            super().on_empty(token)
