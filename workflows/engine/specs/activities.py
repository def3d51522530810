"""Activities: work of people, automatic work, decisions, scripts, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.model import Activity, Assignment
from workflows.engine.expressions import KEPT, Expression, correlated
from workflows.engine.facts import Awaited, Decided, Enabled, Entered, Handed, Performed, Sent, Withdrawn
from workflows.engine.specs.node import NodeSpec
from workflows.engine.steps import HandedOut
from workflows.engine.tokens import Token

Lines = tuple[tuple[str, Expression], ...]


def compiled(lines: tuple[Assignment, ...]) -> Lines:
    return tuple((line.name, Expression(line.expression)) for line in lines)


class ActivitySpec(NodeSpec):
    """What activities share: inputs, outputs and boundary events.

    `progress` keeps what was done (`result`) until its outputs have values: where one fails, the work is not done once more.
    """

    node: Activity

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.takes, self.gives = compiled(node.inputs), compiled(node.outputs)
        self.carried_in: tuple[tuple[str, str], ...] = ()  # (name in the activity, variable): its data associations
        self.carried_out: tuple[tuple[str, str], ...] = ()  # (variable, name in the activity)

    def assigned(self, token: Token, lines: Lines, data: Mapping[str, Any]) -> dict[str, Any]:
        """The values of these lines; each line sees those above it."""
        values: dict[str, Any] = {}
        for name, expression in lines:
            values[name] = expression.kept(self.place, {**data, **values}, token.workflow.steps.now)
        return values

    def given(self, token: Token) -> Mapping[str, Any]:
        """What goes into the activity: its inputs if it has any, else all variables."""
        given = self.assigned(token, self.takes, token.data) if self.takes else token.data
        return {**given, **carried(self.carried_in, token.data)} if self.carried_in else given

    def taken(self, token: Token, result: Mapping[str, Any]) -> Mapping[str, Any]:
        """What comes out of it: its outputs (which see the result, also as `result`) if it has any, else all of the result."""
        taken = result
        if self.gives:
            taken = self.assigned(token, self.gives, {**token.data, **result, "result": dict(result)})
        return {**taken, **carried(self.carried_out, result)} if self.carried_out else taken

    def _run(self, my_task: Token) -> bool | None:
        if "result" not in my_task.progress or my_task.leaving:
            return super()._run(my_task)
        self.finished(my_task, my_task.progress["result"])
        return None

    def finished(self, token: Token, values: Mapping[str, Any]) -> None:
        if self.gives or self.carried_out:
            token.progress["result"] = values
            values = self.made_of(token, values)
            del token.progress["result"]
        super().finished(token, values)

    def made_of(self, token: Token, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What becomes of the answers of a person or of a message: all of them, and the outputs."""
        token.write(values)
        given = self.assigned(token, self.gives, {**token.data, "result": dict(values)})
        return {**values, **given, **carried(self.carried_out, values)}


def carried(moves: tuple[tuple[str, str], ...], data: Mapping[str, Any]) -> dict[str, Any]:
    """What there is of this data under its new names."""
    return {name: data[found] for name, found in moves if found in data}


class PersonSpec(ActivitySpec):
    """A user or manual task: a person does it."""

    waits = True

    def step(self, token: Token) -> None:
        own = self.own(token) if self.takes or self.carried_in else {}
        token.workflow.say(Enabled(token.id, self.place, {**local_of(token), **own}, token.data))
        self.attach(token)

    def own(self, token: Token) -> dict[str, Any]:
        """What goes into this activity alone."""
        inputs = self.given(token)
        return {name: inputs[name] for name in (*dict(self.takes), *dict(self.carried_in)) if name in inputs}


def local_of(token: Token) -> Mapping[str, Any]:
    """The variables that belong to this instance alone, those of the scopes around it included."""
    run = token.workflow
    outer = local_of(run.tasks[token.scope]) if token.scope is not None else {}
    return {**outer, **token.local}


class AutomaticSpec(ActivitySpec):
    """An activity that the machine does by itself, in one step."""

    def _run(self, my_task: Token) -> bool | None:
        done = my_task.progress.get("done")
        return super()._run(my_task) if done is None or my_task.leaving else self.done(my_task, done)

    def step(self, token: Token) -> bool | None:
        return self.done(token, self.work(token))

    def done(self, token: Token, result: Mapping[str, Any]) -> bool:
        token.progress["done"] = result
        values = self.taken(token, result)
        del token.progress["done"]
        token.write(values)
        token.workflow.say(Performed(token.id, self.place, values))
        token.leaving = True
        return self.leave(token)

    def work(self, token: Token) -> Mapping[str, Any]:
        raise NotImplementedError


class ServiceSpec(AutomaticSpec):
    """A registered service task, done at once or handed out; when it fails for now, the token waits here and is tried again."""

    def step(self, token: Token) -> bool | None:
        attempt = token.progress["attempts"] = token.progress.get("attempts", 0) + 1
        inputs = {name: copied(value) for name, value in self.given(token).items()}
        done = token.workflow.steps.perform(self.place, self.node, inputs, attempt=attempt)
        if not isinstance(done, HandedOut):
            return self.done(token, done)
        token.progress["handed"] = True
        token.workflow.say(Handed(token.id, self.place, inputs, attempt))
        self.attach(token)
        return None

    def made_of(self, token: Token, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.taken(token, values)

    def withdraw(self, token: Token) -> None:
        if token.progress.get("handed") and not token.leaving:
            token.workflow.say(Withdrawn(token.id, self.place, failed=token.failure is not None))
        else:
            super().withdraw(token)


def copied(value: Any) -> Any:
    """A service may change what it is given; branches share the lists and contexts inside."""
    if isinstance(value, KEPT):
        return value
    if isinstance(value, list):
        return [copied(item) for item in value]
    if isinstance(value, Mapping):
        return {name: copied(item) for name, item in value.items()}
    return value


class RuleSpec(AutomaticSpec):
    """A decision table: its answer becomes variables."""

    def work(self, token: Token) -> Mapping[str, Any]:
        verdict = token.workflow.steps.decide(self.place, self.node, self.given(token))
        token.workflow.say(Decided(token.id, self.place, self.node.decision or "", verdict.value, tuple(verdict.rows)))
        return verdict.value


class ScriptSpec(AutomaticSpec):
    """Lines of `name = FEEL`."""

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.lines = compiled(node.script)

    def work(self, token: Token) -> Mapping[str, Any]:
        return self.assigned(token, self.lines, {**token.data, **self.given(token)})


class SendSpec(AutomaticSpec):
    """A message leaves the case."""

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.correlation = Expression(node.correlation) if node.correlation else None

    def work(self, token: Token) -> Mapping[str, Any]:
        correlation = correlated(self.correlation, self.place, token.data, token.workflow.steps.now)
        payload = dict(self.given(token))
        token.workflow.say(Sent(token.id, self.place, self.node.message or self.node.id, correlation, payload))
        return {}


class ReceiveSpec(ActivitySpec):
    """Waits for a message."""

    waits = listens = True

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.correlation = Expression(node.correlation) if node.correlation else None

    def step(self, token: Token) -> bool | None:
        if token.progress.pop("began", False):  # the message that began the case is the one that it would wait for
            token.workflow.say(Entered(token.id, self.place))
            return self.leave(token)
        correlation = correlated(self.correlation, self.place, token.data, token.workflow.steps.now)
        name = self.node.message or self.node.id
        token.workflow.say(Awaited(token.id, self.place, "message", name, correlation, attached=False))
        self.attach(token)
        return None

    def fire(self, token: Token, values: Mapping[str, Any]) -> None:
        self.finished(token, values)
