"""What is thrown: messages and signals leave the execution, everything else looks for its handler inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.model import EventDefinition, EventNode, Trigger
from workflows.engine.expressions import Expression, correlated
from workflows.engine.facts import Entered, Sent, Signalled
from workflows.engine.specs.node import NodeSpec
from workflows.engine.tokens import Token


@dataclass(frozen=True, slots=True)
class Thrown:
    """Something thrown inside the execution, to be caught before anything else is stepped.

    `own` is set for what an activity throws about its own instances: an event on its border catches it, but does not end it.
    """

    trigger: Trigger
    name: str | None  # of the signal; code of the error or escalation
    origin: Token
    values: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False


def throw(whats: Iterable[EventNode | EventDefinition], spec: NodeSpec, token: Token, *, own: bool = False) -> None:
    """Throw them from where the token is, in their order; raises StepFailed where a correlation has no value, and throws none."""
    for what, correlation in [(what, _correlation(what, spec, token)) for what in whats]:
        _throw(what, correlation, spec, token, own=own)


def _correlation(what: EventNode | EventDefinition, spec: NodeSpec, token: Token) -> str | None:
    if what.trigger is not Trigger.MESSAGE or not what.correlation:
        return None
    return correlated(Expression(what.correlation), spec.place, token.data, token.workflow.steps.now)


def _throw(
    what: EventNode | EventDefinition, correlation: str | None, spec: NodeSpec, token: Token, *, own: bool
) -> None:
    run = token.workflow
    if what.trigger is Trigger.MESSAGE:
        assert spec.node is not None
        run.say(Sent(token.id, spec.place, what.message or spec.node.id, correlation, dict(token.data)))
    elif what.trigger is Trigger.SIGNAL:
        run.say(Signalled(token.id, spec.place, what.signal or ""))
        run.thrown.append(Thrown(Trigger.SIGNAL, what.signal, token, own=own))
    elif what.trigger is not Trigger.NONE:  # error, escalation, cancel, terminate
        run.thrown.append(Thrown(what.trigger, what.code, token, own=own))


class ThrowSpec(NodeSpec):
    """An intermediate or end event that throws, one thing or several in their order."""

    node: EventNode

    def step(self, token: Token) -> bool:
        throw(self.node.definitions or (self.node,), self, token)
        token.workflow.say(Entered(token.id, self.place))
        return self.leave(token)
