"""Scopes: the process itself, subprocesses, called procedures, and activities done several times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.model import Activity, EventNode
from workflows.engine.drawn import loop_maximum, tested_before
from workflows.engine.expressions import Condition, Expression
from workflows.engine.facts import Ended, ScopeOpened
from workflows.engine.merging import merge
from workflows.engine.specs.activities import ActivitySpec
from workflows.engine.specs.node import NodeSpec, fires_by_itself
from workflows.engine.tokens import Token
from workflows.errors import StepFailed

MOST_INSTANCES = 10_000


class ScopeSpec(NodeSpec):
    """An area of the drawing with tokens of its own; it is done when none of them is left."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.starts: list[NodeSpec] = []
        self.watchers: list[EventScopeSpec] = []

    def step(self, token: Token) -> bool | None:
        token.workflow.say(ScopeOpened(token.id, self.place))
        self.open(token)
        self.attach(token)
        return None

    def open(self, token: Token) -> None:
        run = token.workflow
        for spec in self.starts:
            spec._update(run.spawn(spec, token, data=token.data, scope=token.id))
        self.watch(token)
        run.emptied.add(token.id)

    def watch(self, token: Token) -> None:
        for spec in self.watchers:
            if fires_by_itself(spec.start):
                spec.listen(token)

    def absorb(self, token: Token, ended: Token) -> None:
        gathered = token.progress.get("gathered")
        token.progress["gathered"] = ended.data if gathered is None else _both(token, gathered, ended)

    def gathered(self, token: Token) -> Mapping[str, Any]:
        found: Mapping[str, Any] = token.progress.get("gathered", token.data)
        return found

    def salvage(self, token: Token) -> Mapping[str, Any]:
        inside = [t.task_spec.salvage(t) for t in token.workflow.members(token.id) if t.host is None]
        ended = [token.progress["gathered"]] if "gathered" in token.progress else []
        return merge(token.data, [*ended, *inside] or [token.data], [])

    def on_empty(self, token: Token) -> None:
        run = token.workflow
        run.cancel_all(run.members(token.id))  # only watchers are left
        token.data = self.gathered(token)
        run.view.update(token.data)
        self.close(token)

    def close(self, token: Token) -> None:
        token.progress = {}
        self.finished(token, {})


def _both(token: Token, gathered: Mapping[str, Any], ended: Token) -> Mapping[str, Any]:
    conflicts: list[tuple[str, list[Any]]] = []
    return merge(token.data, [gathered, ended.data], conflicts)


class ProcessSpec(ScopeSpec):
    """The process itself."""

    def step(self, token: Token) -> None:
        self.watch(token)

    def close(self, token: Token) -> None:
        token.leaving = True
        token.workflow.queue.append(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.say(Ended(my_task.workflow.error))


class SubprocessSpec(ScopeSpec):
    """An embedded subprocess."""


class CallSpec(ScopeSpec, ActivitySpec):
    """A called procedure: sees its inputs (or all variables), gives back its outputs (or all variables)."""

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)

    def open(self, token: Token) -> None:
        token.progress["caller"] = token.data
        token.data = self.given(token)
        super().open(token)

    def close(self, token: Token) -> None:
        result, token.data = token.data, token.progress["caller"]
        token.progress = {}
        values = self.taken(token, result)
        NodeSpec.finished(self, token, values)


class EventScopeSpec(SubprocessSpec):
    """An event subprocess: waits for its start event beside the scope around it, then runs inside it."""

    start: EventNode
    start_spec: NodeSpec  # a catching event

    def listen(self, scope: Token) -> None:
        """Let the start event of this subprocess wait in that scope."""
        watcher = scope.workflow.spawn(self.start_spec, scope, data=scope.data, scope=scope.id)
        watcher.host = scope.id
        watcher._ready()

    def enter(self, scope: Token, values: Mapping[str, Any]) -> Token:
        """The start event happened: an interrupting one ends everything else in the scope first."""
        run = scope.workflow
        data = {**scope.task_spec.salvage(scope), **values}
        if self.start.interrupting:
            run.cancel_all(run.members(scope.id))
            scope.progress.pop("gathered", None)
        run.view.update(values)
        token = run.spawn(self, scope, data=data, scope=scope.id)
        token._ready()
        return token


class RepeatedSpec(ScopeSpec, ActivitySpec):
    """An activity done several times; `each` is the activity itself."""

    each: NodeSpec

    def instance(self, token: Token, local: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        run = token.workflow
        inner = run.spawn(self.each, token, data={**data, **local}, scope=token.id)
        inner.local = dict(local)
        self.each._update(inner)

    def absorb(self, token: Token, ended: Token) -> None:
        before = self.gathered(token)
        data = {name: value for name, value in ended.data.items() if name not in ended.local}
        data |= {name: token.data[name] for name in ended.local if name in token.data}
        token.progress["gathered"] = merge(token.data, [before, data], [])
        token.progress["done"] = token.progress.get("done", 0) + 1

    def close(self, token: Token) -> None:
        token.progress = {}
        ActivitySpec.finished(self, token, {})


class MultiInstanceSpec(RepeatedSpec):
    """All at once or one after the other, over a list or a count, until all are done or `complete_when` holds.

    Each instance sees its element and `loopCounter` (from 1). `complete_when` sees `nrOfInstances`, `nrOfCompletedInstances`,
    `nrOfActiveInstances` and `<activity>_results`: what each finished instance set, a list of contexts that stays afterwards.
    """

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        assert node.multi_instance is not None
        self.many = node.multi_instance
        self.collection = Expression(self.many.collection) if self.many.collection else None
        self.cardinality = Expression(self.many.cardinality) if self.many.cardinality else None
        self.complete_when = Condition(self.many.complete_when) if self.many.complete_when else None

    def step(self, token: Token) -> bool | None:
        items = self.items(token)
        if not items:
            return self.leave(token)
        token.workflow.say(ScopeOpened(token.id, self.place))
        token.progress = {"items": items, "next": 0}
        for _ in items[:1] if self.many.sequential else items:
            self.begin_next(token)
        self.attach(token)
        return None

    def items(self, token: Token) -> list[Any]:
        if self.collection is not None:
            return self.listed(token, self.collection)
        if self.cardinality is None:
            raise StepFailed(self.place, "it is to be done several times, but nothing says how often.")
        return list(range(1, self.counted(token, self.cardinality) + 1))

    def listed(self, token: Token, collection: Expression) -> list[Any]:
        found = collection.value(self.place, token.data, token.workflow.steps.now)
        if not isinstance(found, list):
            raise StepFailed(self.place, f"{collection.text!r} is no list, so it cannot be done for each of its items.")
        return found

    def counted(self, token: Token, cardinality: Expression) -> int:
        found = cardinality.value(self.place, token.data, token.workflow.steps.now)
        try:
            count = int(found)
        except (TypeError, ValueError, OverflowError):
            raise StepFailed(self.place, f"{cardinality.text!r} is no number of times.") from None
        if not 0 <= count <= MOST_INSTANCES or count != found:
            raise StepFailed(self.place, f"it cannot be done {found} times (a whole number up to {MOST_INSTANCES:,}).")
        return count

    def begin_next(self, token: Token) -> None:
        at = token.progress["next"]
        token.progress["next"] = at + 1
        local: dict[str, Any] = {"loopCounter": at + 1}
        if self.many.element:
            local[self.many.element] = token.progress["items"][at]
        self.instance(token, local, self.gathered(token))

    def absorb(self, token: Token, ended: Token) -> None:
        super().absorb(token, ended)
        name = f"{self.node.id}_results"
        gathered = dict(token.progress["gathered"])
        earlier = token.progress.get("results", [])
        token.progress["results"] = [*earlier, _changed(token.data, ended)]
        gathered[name] = token.progress["results"]
        token.progress["gathered"] = gathered
        if self.complete_when is not None and self.enough(token, self.complete_when):
            token.progress["enough"] = True
            token.workflow.cancel_all(t for t in token.workflow.members(token.id) if t is not ended)

    def enough(self, token: Token, complete_when: Condition) -> bool:
        total, done = len(token.progress["items"]), token.progress["done"]
        counts = {
            "nrOfInstances": total,
            "nrOfCompletedInstances": done,
            "nrOfActiveInstances": token.progress["next"] - done,
        }
        return complete_when.holds(self.place, {**self.gathered(token), **counts}, token.workflow.steps.now)

    def on_empty(self, token: Token) -> None:
        if token.progress["next"] < len(token.progress["items"]) and not token.progress.get("enough"):
            self.begin_next(token)
        else:
            super().on_empty(token)


def _changed(before: Mapping[str, Any], ended: Token) -> dict[str, Any]:
    """What an instance set, together with its own element."""
    written = {name: value for name, value in ended.data.items() if name not in before or before[name] != value}
    return {**written, **ended.local}


class LoopSpec(RepeatedSpec):
    """Done again as long as the condition holds and the maximum is not reached; it is asked after each round, or before."""

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.again = Condition(node.loop_condition) if node.loop_condition else None
        maximum = loop_maximum(node)
        self.maximum = int(maximum) if maximum else None
        self.tested_before = tested_before(node)

    def step(self, token: Token) -> bool | None:
        if self.tested_before and not self.goes_on(token, token.data, 0):
            return self.leave(token)
        token.workflow.say(ScopeOpened(token.id, self.place))
        self.instance(token, {"loopCounter": 1}, token.data)
        self.attach(token)
        return None

    def goes_on(self, token: Token, data: Mapping[str, Any], rounds: int) -> bool:
        if self.maximum is not None and rounds >= self.maximum:
            return False
        now = token.workflow.steps.now
        return self.again is None or self.again.holds(self.place, {**data, "loopCounter": rounds}, now)

    def on_empty(self, token: Token) -> None:
        rounds, data = token.progress["done"], self.gathered(token)
        if self.goes_on(token, data, rounds):
            self.instance(token, {"loopCounter": rounds + 1}, data)
        else:
            super().on_empty(token)
