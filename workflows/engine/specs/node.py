"""What every element has in common: it is stepped, takes ways out, and hands its data on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from SpiffWorkflow.specs.base import TaskSpec as SpiffTaskSpec
from SpiffWorkflow.util.task import TaskState

from bpmn.model import AnyNode, EventDefinition, EventNode, Trigger
from workflows.engine.expressions import Condition
from workflows.engine.facts import Completed, Withdrawn
from workflows.engine.tokens import Token
from workflows.errors import StepFailed


@dataclass(frozen=True, slots=True)
class Way:
    """A flow out of a node."""

    flow: str
    target: NodeSpec
    condition: Condition | None
    default: bool


class NodeSpec(SpiffTaskSpec):  # type: ignore[misc]
    """One element of the drawing as the library's task spec.

    `place` is the id that facts carry: the node's id, with the call activities that lead to it in front (`pay/order`).
    """

    waits: ClassVar[bool] = False  # facts tell when it begins to wait, so they tell when it is withdrawn
    listens: ClassVar[bool] = (
        False  # it waits for an event: it hears what is thrown in the moment in which it is reached
    )
    forks: ClassVar[bool] = True  # where several flows are taken, several branches go on
    holds_tokens: ClassVar[bool] = False  # it is a scope: what waits is inside
    remembers: ClassVar[bool] = True  # what is completed in this scope can be made undone

    def __init__(self, wf_spec: Any, key: str, node: AnyNode | None, place: str) -> None:
        super().__init__(wf_spec, key)
        self.node, self.place = node, place
        self.ways: list[Way] = []
        self.incoming: list[str] = []
        self.boundaries: list[NodeSpec] = []
        self.handler: NodeSpec | None = None  # what makes the activity undone
        self.start_quantity = self.completion_quantity = 1

    # the library's protocol

    def test(self) -> None:
        """The drawing was checked when it was deployed."""

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Nothing is predicted: only places that a token has reached exist."""

    def _update(self, my_task: Token) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Token) -> bool:
        return self.start_quantity == 1 or self.has_enough(my_task)

    def _on_ready_hook(self, my_task: Token) -> None:
        pass

    def _run(self, my_task: Token) -> bool | None:
        return self.leave(my_task) if my_task.leaving else self.step(my_task)

    def _on_complete(self, my_task: Token) -> None:
        self._on_complete_hook(my_task)
        run = my_task.workflow
        for id in my_task._children:
            child = run.tasks[id]
            if child.live:
                child.task_spec._update(child)
        if not my_task.taking and my_task.scope is not None:
            run.emptied.add(my_task.scope)  # perhaps: what else is in it is looked for before it is closed

    def _on_complete_hook(self, my_task: Token) -> None:
        run = my_task.workflow
        if self.boundaries:
            run.cancel_all(run.watchers(my_task.id))
        if not my_task.taking and my_task.scope is not None:
            self.come_to_end(run.tasks[my_task.scope], my_task)
        run.remember(my_task)
        taking = [way for way in my_task.taking for _ in range(self.completion_quantity)]
        for number, way in enumerate(taking):
            branch = run.spawn(way.target, my_task, data=my_task.data, scope=my_task.scope, via=way.flow)
            if number and self.forks:
                run.part(branch, my_task.data)

    def come_to_end(self, scope: Token, ended: Token) -> None:
        """The scope takes it in; where it fails to, as if nothing had come: it comes once more when that is tried again."""
        run = scope.workflow
        before, splits = dict(scope.progress), run.splits
        try:
            scope.task_spec.absorb(scope, ended)
        except StepFailed:
            scope.progress, run.splits = before, splits
            raise

    # ours

    @property
    def can_be_undone(self) -> bool:
        return self.handler is not None

    @property
    def catches(self) -> tuple[EventNode | EventDefinition, ...]:
        """The triggers that this event catches when they are thrown."""
        return (self.node,) if isinstance(self.node, EventNode) else ()

    @cached_property
    def otherwise(self) -> tuple[Way, ...]:
        """The flows that are taken when no condition holds."""
        return tuple(way for way in self.ways if way.default)

    @cached_property
    def fires_by_itself(self) -> bool:
        """Errors, escalations, cancels and compensations are looked up when they are thrown; everything else is waited for."""
        return any(caught.trigger not in LOOKED_UP for caught in self.catches)

    def has_enough(self, token: Token) -> bool:
        """Wait until as many tokens arrived as the activity needs; the last one goes on with the data of all."""
        token._state = TaskState.WAITING
        arrived = [t for t in token.workflow.members(token.scope or 0) if waits_at(self, t)]
        if len(arrived) < self.start_quantity:
            return False
        token.workflow.meet(token, arrived)
        return True

    def step(self, token: Token) -> bool | None:
        """Do the element's work: True when it is done, None when it waits for something."""
        return self.leave(token)

    def leave(self, token: Token) -> bool:
        token.leaving = True
        token.taking = tuple(self.ways_out(token))
        return True

    def ways_out(self, token: Token) -> Sequence[Way]:
        """Every flow without a condition and every one whose condition holds; the default one when no condition does."""
        taken = [way for way in self.ways if not way.default and self.holds(way, token)]
        if self.otherwise and not any(way.condition is not None for way in taken):
            taken += self.otherwise
        if self.ways and not taken:
            raise StepFailed(self.place, "none of the conditions of its flows holds, and there is no default flow.")
        return taken

    def holds(self, way: Way, token: Token) -> bool:
        return way.condition is None or way.condition.holds(self.place, token.data, token.workflow.steps.now)

    def finished(self, token: Token, values: Mapping[str, Any]) -> None:
        """What it waited for has happened: go on from here."""
        run = token.workflow
        token.write(values)
        run.say(Completed(token.id, self.place, values))
        token.leaving = True
        if self.boundaries:
            run.cancel_all(run.watchers(token.id))
        cancel_rivals(token)
        run.queue.append(token)

    def withdraw(self, token: Token) -> None:
        """The token is about to be cancelled; what waited for something, if only for another try, says so."""
        if token.failure is not None or (self.waits and token.has_state(TaskState.STARTED) and not token.leaving):
            token.workflow.say(Withdrawn(token.id, self.place, failed=token.failure is not None))

    def attach(self, token: Token) -> None:
        """Let the boundary events watch, those that something outside can fire."""
        run = token.workflow
        if self.boundaries and not any(t.task_spec in self.boundaries for t in run.watchers(token.id)):
            for spec in self.boundaries:
                if spec.fires_by_itself:
                    watcher = run.spawn(spec, token, data=token.data, scope=token.scope)
                    watcher.host = token.id
                    watcher._ready()

    def salvage(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        """The data as they stand here; where this is the end of it (`last`) a fact says what contradicts each other."""
        return token.data

    def try_again(self, token: Token) -> None:
        """Try once more what failed here; what waited for others in vain waits for them again."""
        if token.progress.pop("waits", False):
            self._update(token)
        else:
            token.workflow.queue.append(token)

    def absorb(self, token: Token, ended: Token) -> None:
        """A token of this scope has come to its end."""
        raise NotImplementedError(f"{self.place} is no scope")

    def on_empty(self, token: Token) -> None:
        """No token is left in this scope."""
        raise NotImplementedError(f"{self.place} is no scope")


def cancel_rivals(winner: Token) -> None:
    """The other events behind an event-based gateway are not waited for any more."""
    if winner.group is not None:
        run = winner.workflow
        run.cancel_all(t for t in run.living() if t.group == winner.group and t is not winner)
        winner.group = None


def waits_at(spec: NodeSpec, token: Token) -> bool:
    return token.task_spec is spec and token.has_state(TaskState.WAITING)


LOOKED_UP = (Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL, Trigger.COMPENSATE)
