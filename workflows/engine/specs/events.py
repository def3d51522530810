"""Events: what a case waits for, and what it throws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.model import EventNode, Position, TimerKind, Trigger
from workflows.engine.expressions import Condition, Expression
from workflows.engine.facts import Awaited, Completed, Entered, Sent, Signalled, TimerSet
from workflows.engine.specs.activities import correlated
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.scopes import EventScopeSpec
from workflows.engine.tokens import Token
from workflows.errors import StepFailed

REPEATS = re.compile(r"^R(\d*)/")


@dataclass(frozen=True, slots=True)
class Thrown:
    """Something thrown inside the execution, to be caught before anything else is stepped."""

    trigger: Trigger
    name: str | None  # of the signal; code of the error or escalation
    origin: Token
    values: Mapping[str, Any]


class PassSpec(NodeSpec):
    """A plain start, end or intermediate event: it is passed."""

    def step(self, token: Token) -> bool:
        token.workflow.say(Entered(token.id, self.place))
        return self.leave(token)


class SilentSpec(NodeSpec):
    """A place without a fact of its own: the way into an event subprocess, the two ends of a link."""


class ThrowSpec(NodeSpec):
    """An intermediate or end event that throws."""

    node: EventNode

    def __init__(self, wf_spec: Any, key: str, node: EventNode, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.correlation = Expression(node.correlation) if node.correlation else None

    def step(self, token: Token) -> bool:
        run, node = token.workflow, self.node
        if node.trigger is Trigger.MESSAGE:
            name = node.message or node.id
            run.say(Sent(token.id, self.place, name, correlated(self.correlation, self, token), dict(token.data)))
        elif node.trigger is Trigger.SIGNAL:
            run.say(Signalled(token.id, self.place, node.signal or ""))
            run.thrown.append(Thrown(Trigger.SIGNAL, node.signal, token, {}))
        else:  # error, escalation, cancel, terminate
            run.thrown.append(Thrown(node.trigger, node.code, token, {}))
        run.say(Entered(token.id, self.place))
        return self.leave(token)


class CatchSpec(NodeSpec):
    """An event that is waited for: in the flow, on the border of an activity, or as start of an event subprocess."""

    waits = True
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
        correlation = correlated(self.correlation, self, token)
        token.workflow.say(Awaited(token.id, self.place, kind, name, correlation, self.attached))

    def set_timer(self, token: Token) -> None:
        timer = self.node.timer
        if timer is None:
            raise StepFailed(self.place, "it is a timer without a time.")
        value = self.timer.value(self.place, token.data, token.workflow.steps.now) if self.timer else self.cycle(token)
        if value is None:
            raise StepFailed(self.place, f"its time {timer.expression!r} has no value.")
        due_at = token.workflow.steps.due(self.place, value, working=timer.working)
        token.workflow.say(TimerSet(token.id, self.place, due_at, self.attached))

    def cycle(self, token: Token) -> str:
        """The repetition as ISO 8601 text, written so or as a FEEL expression that gives it."""
        assert self.node.timer is not None
        text = self.node.timer.expression.strip()
        if not REPEATS.match(text):
            text = str(Expression(text).value(self.place, token.data, token.workflow.steps.now))
        repeats = REPEATS.match(text)
        if repeats is None:
            raise StepFailed(self.place, f"{text!r} is no repetition like R3/PT1H.")
        token.progress.setdefault("left", int(repeats.group(1)) if repeats.group(1) else None)
        return text

    def fire(self, token: Token, values: Mapping[str, Any]) -> None:
        """What it waited for happened."""
        if self.event_scope is not None:
            self.fire_into_scope(token, values)
        elif token.host is None:
            self.finished(token, values)
        elif self.node.interrupting:
            self.interrupt(token, values)
        else:
            self.fire_beside(token, values)

    def interrupt(self, token: Token, values: Mapping[str, Any]) -> None:
        """End the activity that this boundary event sits on and go on from here, with the data as they stand there."""
        run = token.workflow
        host = run.tasks[token.host or 0]
        token.data, token.host = host.task_spec.salvage(host), None
        run.cancel_all([host])
        self.finished(token, values)

    def fire_beside(self, token: Token, values: Mapping[str, Any]) -> None:
        """Start a branch beside the activity; go on listening where that has a sense."""
        run = token.workflow
        host = run.tasks[token.host or 0]
        branch = run.spawn(self, token, data=host.task_spec.salvage(host), scope=token.scope)
        branch.leaving = True
        branch.write(values)
        branch._ready()
        run.say(Completed(branch.id, self.place, values))
        self.listen_on(token)

    def fire_into_scope(self, token: Token, values: Mapping[str, Any]) -> None:
        assert self.event_scope is not None
        run, alone = token.workflow, self.node.interrupting
        token.leaving = alone
        entered = self.event_scope.enter(run.tasks[token.scope or 0], values)
        run.say(Completed(token.id if alone else entered.id, self.place, values))
        if not alone:
            self.listen_on(token)

    def listen_on(self, token: Token) -> None:
        """A message, a signal or a repeating timer may come again; anything else came for the only time."""
        left = token.progress.get("left", 0)
        repeating = self.node.timer is not None and self.node.timer.kind is TimerKind.CYCLE
        if repeating and left != 1:
            token.progress["left"] = None if left is None else left - 1
            self.set_timer(token)
        elif repeating or self.node.trigger not in (Trigger.MESSAGE, Trigger.SIGNAL):
            token.leaving = True
            token.workflow.cancel_all([token])
