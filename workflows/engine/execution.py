"""The door of the engine: begin an execution, tell it what happened, ask what follows, keep its state as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn.model import AnyNode, ProcessModel
from workflows.engine import state
from workflows.engine.facts import Ended, Fact
from workflows.engine.plan import Plan
from workflows.engine.refusals import Refusal, refusals
from workflows.engine.specs.activities import ReceiveSpec
from workflows.engine.specs.ad_hoc import AdHocSpec
from workflows.engine.specs.events import CatchSpec
from workflows.engine.stepping import drain, guarded, signal
from workflows.engine.steps import Steps
from workflows.engine.tokens import Run, Token
from workflows.errors import ProcedureFault, ServiceFailed, StepFailed, UnknownToken


class CannotRun(ValueError):
    """A model has elements that the engine does not run; `refusals` names them."""

    def __init__(self, found: list[Refusal]) -> None:
        self.refusals = found
        super().__init__("; ".join(f"{refusal.element}: {refusal.message}" for refusal in found))


def prepare(model: ProcessModel, called: Mapping[str, ProcessModel] | None = None) -> Plan:
    """Make a model ready to run; raises CannotRun. `called` has the models of its call activities by key."""
    found = refusals(model, called or {})
    if found:
        raise CannotRun(found)
    return Plan(model, called or {})


class Execution:
    """One run of a model. Every verb steps until all waits; `take()` then tells what happened, once."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def data(self) -> Mapping[str, Any]:
        """The variables as they were last set, whichever branch did it."""
        return self.run.view

    @property
    def ended(self) -> bool:
        return not self.run.living()

    def take(self) -> tuple[Fact, ...]:
        """What has happened since this was last asked."""
        facts, self.run.facts = tuple(self.run.facts), []
        return facts

    def node(self, place: str) -> AnyNode:
        """The model's element at a place that a fact names."""
        return self.run.plan.nodes[place]

    def waiting(self) -> dict[int, str]:
        """Token and place of everything that waits for something outside."""
        return {
            token.id: token.task_spec.place
            for token in self.run.living()
            if token.has_state(TaskState.STARTED) and not token.task_spec.holds_tokens
        }

    def variables(self, token: int) -> Mapping[str, Any]:
        """The variables as that branch sees them."""
        return self._waiting(token).data

    def complete(self, token: int, values: Mapping[str, Any]) -> None:
        """A person's task, or work that was handed out, is done with these values; raises UnknownToken."""
        waiting = self._waiting(token)
        self._do(waiting, lambda: waiting.task_spec.finished(waiting, values))

    def fail(
        self, token: int, failure: ServiceFailed | ProcedureFault | StepFailed, *, attempt: int | None = None
    ) -> None:
        """Work that was handed out failed: for now, for good, or with an error that the drawing may catch.

        `attempt` says how often it was tried outside meanwhile. Raises UnknownToken.
        """
        waiting = self._waiting(token)
        if attempt is not None:
            waiting.progress["attempts"] = attempt

        def act() -> None:
            raise failure

        self._do(waiting, act)

    def fire(self, token: int, values: Mapping[str, Any] | None = None) -> None:
        """What an event or receiving task waited for happened: its time came, its message or signal arrived."""
        waiting = self._waiting(token)
        spec = waiting.task_spec
        if not isinstance(spec, CatchSpec | ReceiveSpec):
            raise UnknownToken(token)
        self._do(waiting, lambda: spec.fire(waiting, values or {}))

    def signal(self, name: str, values: Mapping[str, Any] | None = None) -> int:
        """A signal from outside; says how many places caught it."""
        fired = signal(self.run, name, values or {})
        drain(self.run)
        return fired

    def is_stuck(self, token: int) -> bool:
        """Whether the step at this place failed and waits to be tried again."""
        found = self.run.tasks.get(token)
        return found is not None and found.failure is not None

    def retry(self, token: int) -> None:
        """Try a step again that failed."""
        stuck = self.run.tasks.get(token)
        if stuck is None or stuck.failure is None:
            raise UnknownToken(token)
        stuck.failure = None
        stuck.task_spec.try_again(stuck)
        drain(self.run)

    def choices(self) -> dict[int, list[str]]:
        """By the token of each ad-hoc subprocess that is open: the places in it that may be begun, now or again."""
        return {
            token.id: token.task_spec.choices(token)
            for token in self.run.living()
            if isinstance(token.task_spec, AdHocSpec) and token.has_state(TaskState.STARTED) and not token.leaving
        }

    def choose(self, token: int, place: str) -> None:
        """Have this place of an ad-hoc subprocess begun; raises UnknownToken, and StepFailed when it cannot be now."""
        if place not in self.choices().get(token, ()):
            raise UnknownToken(token)
        scope = self.run.tasks[token]
        scope.task_spec.choose(scope, place)
        drain(self.run)

    def correct(self, values: Mapping[str, Any]) -> None:
        """Set variables on every branch: a person repairs the data of a case that is stuck."""
        for token in self.run.tasks.values():
            token.correct(values)
        drain(self.run)

    def cancel(self) -> None:
        """End everything; nothing more will happen."""
        root = self.run.tasks[1]
        self.run.cancel_all([root])
        self.run.prune()
        self.run.say(Ended("withdrawn"))

    def dump(self) -> str:
        """The state as text; `resume` goes on from it. What was not taken is lost."""
        return state.dump(self.run)

    def let_go(self) -> None:
        """Nothing is asked of it any more: its tokens and it know each other, which else only the garbage collector would undo."""
        self.run.tasks.clear()

    def _waiting(self, token: int) -> Token:
        waiting = self.run.tasks.get(token)
        if waiting is None or not waiting.has_state(TaskState.STARTED) or waiting.leaving:
            raise UnknownToken(token)
        return waiting

    def _do(self, token: Token, act: Any) -> None:
        guarded(token, act)
        drain(self.run)


def begin(plan: Plan, data: Mapping[str, Any], steps: Steps, *, start: str | None = None) -> Execution:
    """A new execution, stepped until all waits. `start` names the start event that happened, if it is not the plain one."""
    run = Run(plan, steps)
    run.view = dict(data)
    root = Token(run, plan.root, None, dict(data), None)
    run.task_tree = root
    specs = [plan.starts[start]] if start else plan.root.starts
    root._set_state(TaskState.STARTED)
    for spec in specs:
        token = run.spawn(spec, root, data=root.data, scope=root.id)
        token.progress = {"began": True} if isinstance(spec, ReceiveSpec) and start else {}
        spec._update(token)
    plan.root.watch(root)
    drain(run)
    return Execution(run)


def resume(plan: Plan, stored: str, data: Mapping[str, Any], steps: Steps) -> Execution:
    """The execution that `dump` stored; `data` is what its `data` was. Raises BrokenState."""
    return Execution(state.load(plan, stored, data, steps))
