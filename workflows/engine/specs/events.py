"""Events: what a case waits for, and what it throws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn.model import EventDefinition, EventNode, Position, Timer, TimerKind, Trigger
from workflows.engine.expressions import Condition, Expression, correlated
from workflows.engine.facts import Awaited, Completed, Entered, Expected, TimerSet, Withdrawn
from workflows.engine.merging import changes
from workflows.engine.specs.node import NodeSpec, cancel_rivals
from workflows.engine.specs.scopes import EventScopeSpec
from workflows.engine.tokens import Token
from workflows.errors import StepFailed

REPEATS = re.compile(r"^R(\d*)/")


class PassSpec(NodeSpec):
    """A plain start, end or intermediate event: it is passed."""

    def step(self, token: Token) -> bool:
        token.workflow.say(Entered(token.id, self.place))
        return self.leave(token)


class SilentSpec(NodeSpec):
    """A place without a fact of its own: the way into an event subprocess, the two ends of a link."""


class CatchSpec(NodeSpec):
    """An event that is waited for: in the flow, on the border of an activity, or as start of an event subprocess."""

    waits = listens = True
    node: EventNode

    def __init__(self, wf_spec: Any, key: str, node: EventNode, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.event_scope: EventScopeSpec | None = None
        self.timer = (
            Expression(node.timer.expression) if node.timer and node.timer.kind is not TimerKind.CYCLE else None
        )
        self.correlation = Expression(node.correlation) if node.correlation else None
        self.condition = Condition(node.condition) if node.trigger is Trigger.CONDITIONAL and node.condition else None

    @property
    def repeats(self) -> bool:
        return self.node.timer is not None and self.node.timer.kind is TimerKind.CYCLE

    @property
    def attached(self) -> bool:
        return self.node.position is Position.BOUNDARY or self.event_scope is not None

    def step(self, token: Token) -> None:
        if self.node.trigger is Trigger.TIMER:
            self.set_timer(token)
        elif self.node.trigger in (Trigger.MESSAGE, Trigger.SIGNAL):
            self.await_name(token)

    def await_name(self, token: Token) -> None:
        kind = str(self.node.trigger)
        name = (self.node.message if self.node.trigger is Trigger.MESSAGE else self.node.signal) or self.node.id
        correlation = correlated(self.correlation, self.place, token.data, token.workflow.steps.now)
        token.workflow.say(Awaited(token.id, self.place, kind, name, correlation, self.attached))

    def set_timer(self, token: Token) -> None:
        timer = self.node.timer
        if timer is None:
            raise StepFailed(self.place, "it is a timer without a time.")
        due_at = self.time(token, self.timer, timer) if self.timer else self.next_time(token, timer)
        if due_at is None:
            self.stop(token)
        else:
            token.workflow.say(TimerSet(token.id, self.place, due_at, self.attached))

    def time(self, token: Token, expression: Expression, timer: Timer) -> datetime:
        value = expression.value(self.place, token.data, token.workflow.steps.now)
        if value is None:
            raise StepFailed(self.place, f"its time {timer.expression!r} has no value.")
        return token.workflow.steps.due(self.place, value, working=timer.working)

    def next_time(self, token: Token, timer: Timer) -> datetime | None:
        """Of a repetition: None when its end is over, so that nothing is waited for any more."""
        text, after = self.cycle(token), token.progress.get("at")
        token.progress["at"] = token.workflow.steps.next_due(self.place, text, working=timer.working, after=after)
        found: datetime | None = token.progress["at"]
        return found

    def cycle(self, token: Token) -> str:
        """The repetition as ISO 8601 text, written so or as a FEEL expression that gives it."""
        assert self.node.timer is not None
        text = self.node.timer.expression.strip()
        if not REPEATS.match(text):
            text = str(Expression(text).value(self.place, token.data, token.workflow.steps.now))
        repeats = REPEATS.match(text)
        if repeats is None or repeats.group(1).strip("0") == "" != repeats.group(1):
            raise StepFailed(self.place, f"{text!r} is no repetition like R3/PT1H.")
        token.progress.setdefault("left", int(repeats.group(1)) if repeats.group(1) else None)
        return text

    def fire(self, token: Token, values: Mapping[str, Any]) -> None:
        """What it waited for happened."""
        if self.event_scope is not None:
            self.fire_into_scope(token, values)
        elif token.host is None:
            self.pass_on(token, values)
        elif self.node.interrupting:
            self.interrupt(token, values)
        else:
            self.fire_beside(token, values)

    def pass_on(self, token: Token, values: Mapping[str, Any]) -> None:
        """It was waited for in the flow: go on; a repeating time sends one token on each time, and the last one itself."""
        left = token.progress.get("left", 1) if self.repeats else 1
        if left == 1:
            self.finished(token, values)
            return
        token.progress["left"] = None if left is None else left - 1
        cancel_rivals(token)
        self.branch_off(token, token.data, values)
        self.set_timer(token)

    def interrupt(self, token: Token, values: Mapping[str, Any]) -> None:
        """End the activity that this boundary event sits on and go on from here, with the data as they stand there."""
        run = token.workflow
        host = run.tasks[token.host or 0]
        token.data, token.host = host.task_spec.salvage(host, last=True), None
        run.cancel_all([host])
        self.finished(token, values)

    def fire_beside(self, token: Token, values: Mapping[str, Any]) -> None:
        """Start a branch beside the activity; go on listening where that has a sense."""
        host = token.workflow.tasks[token.host or 0]
        self.branch_off(token, host.task_spec.salvage(host), values)
        self.listen_on(token)

    def branch_off(self, token: Token, data: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        branch = token.workflow.spawn(self, token, data=data, scope=token.scope)
        token.workflow.part(branch, data)
        branch.leaving = True
        branch.write(values)
        branch._ready()
        token.workflow.say(Completed(branch.id, self.place, values))

    def fire_into_scope(self, token: Token, values: Mapping[str, Any]) -> None:
        assert self.event_scope is not None
        run, alone = token.workflow, self.node.interrupting
        token.leaving = alone
        entered = self.event_scope.enter(run.tasks[token.scope or 0], values)
        run.say(Completed(token.id if alone else entered.id, self.place, values))
        if not alone:
            self.listen_on(token)

    def listen_on(self, token: Token) -> None:
        """A message, a signal, a repeating timer or, once it was false, a condition may come again; a time comes only once."""
        left = token.progress.get("left", 0)
        if self.repeats and left != 1:
            token.progress["left"] = None if left is None else left - 1
            self.set_timer(token)
        elif self.condition is not None:
            token.progress["held"] = True
        elif self.repeats or self.node.trigger not in (Trigger.MESSAGE, Trigger.SIGNAL):
            self.stop(token)

    def stop(self, token: Token) -> None:
        token.leaving = True
        token.workflow.cancel_all([token])


class PartSpec(CatchSpec):
    """One of the triggers of an event that has several; the event itself speaks for all of them."""

    @property
    def attached(self) -> bool:
        return True

    def finished(self, token: Token, values: Mapping[str, Any]) -> None:
        token.write(values)
        token.workflow.say(Completed(token.id, self.place, values, part=True))
        token.leaving = True
        token.workflow.queue.append(token)

    def withdraw(self, token: Token) -> None:
        failed = token.failure is not None
        if failed or (token.has_state(TaskState.STARTED) and not token.leaving):
            token.workflow.say(Withdrawn(token.id, self.place, part=True, failed=failed))


class SeveralSpec(CatchSpec):
    """An event with several triggers: one of them is enough, or all are needed. What waits are its parts, in it as in a scope."""

    holds_tokens = True
    parts: tuple[PartSpec, ...] = ()

    @property
    def catches(self) -> tuple[EventNode | EventDefinition, ...]:
        return self.node.definitions

    def step(self, token: Token) -> None:
        if not self.attached:
            token.workflow.say(Expected(token.id, self.place))
        self.wait(token)

    def wait(self, token: Token) -> None:
        """Let its triggers be waited for, anew where they were already."""
        token.workflow.cancel_all(token.workflow.members(token.id))
        token.progress = {}
        for part in self.parts:
            if part.fires_by_itself:
                token.workflow.spawn(part, token, data=token.data, scope=token.id)._ready()

    def absorb(self, token: Token, ended: Token) -> None:
        """One of them came; the others are not needed any more where one is enough."""
        token.progress["came"] = {**token.progress.get("came", {}), **changes(token.data, ended.data)}
        if not self.node.all_of:
            token.workflow.cancel_all(t for t in token.workflow.members(token.id) if t is not ended)

    def on_empty(self, token: Token) -> None:
        self.fire(token, token.progress.get("came", {}))

    def listen_on(self, token: Token) -> None:
        if all(part.node.trigger in (Trigger.MESSAGE, Trigger.SIGNAL) for part in self.parts):
            self.wait(token)
        else:
            self.stop(token)

    def withdraw(self, token: Token) -> None:
        if token.has_state(TaskState.STARTED) and not token.leaving and not self.attached:
            token.workflow.say(Withdrawn(token.id, self.place))
