"""Gateways: where a token chooses, splits or waits for the others."""

from __future__ import annotations

from collections.abc import Sequence

from SpiffWorkflow.util.task import TaskState

from workflows.engine.specs.node import NodeSpec, Way
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
        default = tuple(way for way in self.ways if way.default)
        if not default:
            raise StepFailed(self.place, "none of the conditions of its flows holds, and there is no default flow.")
        return default


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
        for other in token.workflow.members(token.scope or 0):
            if other.task_spec is self and other.has_state(TaskState.WAITING):
                found.setdefault(other.via or "", other)
        return found

    def meet(self, survivor: Token, arrived: Sequence[Token]) -> None:
        """The survivor takes over the data of all; the others are used up."""
        if len(arrived) > 1:
            survivor.data = survivor.workflow.merged(self.place, sorted(arrived, key=lambda token: token.id))
        for other in arrived:
            if other is not survivor:
                other._set_state(TaskState.COMPLETED)


class ParallelSpec(JoinSpec):
    """Waits for one token on each incoming flow, then sends one along every outgoing flow."""

    def meet_if_complete(self, token: Token) -> bool:
        arrived = self.arrivals(token)
        if set(arrived) != set(self.incoming):
            return False
        arrived_tokens = list(arrived.values())
        survivor = arrived[token.via or ""]
        self.meet(survivor, arrived_tokens)
        if survivor is not token:  # an older token waited on this very flow: it goes, this one stays
            survivor._ready()
            return False
        return True

    def ways_out(self, token: Token) -> Sequence[Way]:
        return self.ways


class InclusiveSpec(JoinSpec):
    """Waits for every token that can still arrive; sends one along each flow whose condition holds.

    `upstream` says for each incoming flow from which elements it can be reached without passing this gateway. A token
    elsewhere holds the join up when it can reach a flow without a token and none with one (BPMN 2.0.2, table 13.3).
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.upstream: dict[str, frozenset[str]] = {}

    def meet_if_complete(self, token: Token) -> bool:
        return False

    def settle(self, scope: int, token: Token) -> bool:
        """Called when nothing else can be stepped: let the tokens meet unless one is still to come."""
        arrived = self.arrivals(token)
        empty = [flow for flow in self.incoming if flow not in arrived]
        for other in token.workflow.members(scope):
            if other.host is None and not (other.task_spec is self and other.has_state(TaskState.WAITING)):
                name = other.task_spec.name
                reaches_empty = any(name in self.upstream[flow] for flow in empty)
                if reaches_empty and not any(name in self.upstream[flow] for flow in arrived):
                    return False
        survivor = list(arrived.values())[-1]
        self.meet(survivor, list(arrived.values()))
        survivor._ready()
        return True


class EventBasedSpec(NodeSpec):
    """Waits for several events at once; the first that happens withdraws the others."""

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        for id in my_task._children:
            my_task.workflow.tasks[id].group = my_task.id

    def ways_out(self, token: Token) -> Sequence[Way]:
        return self.ways
