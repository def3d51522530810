"""Gateways: where a token chooses, splits or waits for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine.specs.node import NodeSpec, Way, waits_at
from workflows.engine.tokens import Token
from workflows.errors import StepFailed


class ExclusiveSpec(NodeSpec):
    """The first flow whose condition holds, in drawn order; else the default one. Incoming tokens pass one by one."""

    def ways_out(self, token: Token) -> Sequence[Way]:
        if not self.ways:
            return ()
        for way in self.ways:
            if not way.default and self.holds(way, token):
                return (way,)
        if not self.otherwise:
            raise StepFailed(self.place, "none of the conditions of its flows holds, and there is no default flow.")
        return self.otherwise


class JoinSpec(NodeSpec):
    """A gateway at which tokens meet: they wait, and the last one goes on with the data of all."""

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        my_task._state = TaskState.WAITING
        return self.meet_if_complete(my_task)

    def meet_if_complete(self, token: Token) -> bool:
        raise NotImplementedError

    def arrivals(self, token: Token) -> dict[str, Token]:
        """The first token waiting on each incoming flow, by flow."""
        found: dict[str, Token] = {}
        for other in self.waiting(token):
            found.setdefault(other.via or "", other)
        return found

    def waiting(self, token: Token) -> list[Token]:
        return self.standing(token)

    def standing(self, token: Token) -> list[Token]:
        """The tokens that wait here, in the scope of this one."""
        return [t for t in token.workflow.members(token.scope or 0) if waits_at(self, t)]


class ParallelSpec(JoinSpec):
    """Waits for one token on each incoming flow, then sends one along every outgoing flow."""

    def meet_if_complete(self, token: Token) -> bool:
        arrived = self.arrivals(token)
        if set(arrived) != set(self.incoming):
            return False
        arrived_tokens = list(arrived.values())
        survivor = arrived[token.via or ""]
        token.workflow.meet(survivor, arrived_tokens)
        if survivor is not token:  # an older token waited on this very flow: it goes, this one stays
            survivor._ready()
            return False
        return True

    def ways_out(self, token: Token) -> Sequence[Way]:
        return self.ways


class UpstreamSpec(JoinSpec):
    """A join that waits for whatever can still arrive.

    `upstream` says for each incoming flow from which elements it can be reached without passing this gateway. A token
    elsewhere holds the join up when it can reach a flow without a token and none with one (BPMN 2.0.2, table 13.3).
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.upstream: dict[str, frozenset[str]] = {}

    def is_awaited(self, token: Token, empty: Sequence[str], arrived: Sequence[str]) -> bool:
        """Whether a token of that scope can still come by one of the empty flows, and by none where one waits already."""
        elsewhere = {
            other.task_spec.name
            for other in token.workflow.members(token.scope or 0)
            if other.host is None and not waits_at(self, other)
        }
        return any(
            any(name in self.upstream[flow] for flow in empty)
            and not any(name in self.upstream[flow] for flow in arrived)
            for name in elsewhere
        )

    def settle(self, scope: int, token: Token) -> bool:
        """Called when nothing else can be stepped: says whether something could."""
        raise NotImplementedError(f"{self.place} cannot be asked")


class InclusiveSpec(UpstreamSpec):
    """Waits for every token that can still arrive; sends one along each flow whose condition holds."""

    def meet_if_complete(self, token: Token) -> bool:
        return False

    def settle(self, scope: int, token: Token) -> bool:
        arrived = self.arrivals(token)
        if self.is_awaited(token, [flow for flow in self.incoming if flow not in arrived], list(arrived)):
            return False
        survivor = list(arrived.values())[-1]
        token.workflow.meet(survivor, list(arrived.values()))
        survivor._ready()
        return True


class EventBasedSpec(NodeSpec):
    """Waits for several events at once; the first that happens withdraws the others."""

    forks = False

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        for id in my_task._children:
            my_task.workflow.tasks[id].group = my_task.id

    def ways_out(self, token: Token) -> Sequence[Way]:
        return self.ways
