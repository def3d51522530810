"""Activities that are done several times: once for each item of a list, or again until a condition says enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpmn.model import Activity, Behavior, EventDefinition
from event_logs import typed_json
from workflows.engine.drawn import loop_maximum, tested_before
from workflows.engine.expressions import Condition, Expression
from workflows.engine.facts import ScopeOpened
from workflows.engine.merging import changes, merge
from workflows.engine.specs.activities import ActivitySpec
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.scopes import ScopeSpec
from workflows.engine.specs.throwing import throw
from workflows.engine.tokens import Token
from workflows.errors import StepFailed

MOST_INSTANCES = 10_000


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
        token.progress["gathered"] = merge(token.data, [before, ended.shared(ended.data)], [])
        token.progress["done"] = token.progress.get("done", 0) + 1

    def inside(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        return super().inside(token)  # what instances set differently is no contradiction: the results have it all

    def close(self, token: Token) -> None:
        token.progress = {}
        NodeSpec.finished(self, token, {})  # each instance has given its outputs already


class MultiInstanceSpec(RepeatedSpec):
    """All at once or one after the other, over a list or a count, until all are done or `complete_when` holds.

    Each instance sees its element and `loopCounter` (from 1). `complete_when` sees `nrOfInstances`, `nrOfCompletedInstances`,
    `nrOfActiveInstances` and `<activity>_results`: what each finished instance set, a list of contexts that stays afterwards.
    Until then `progress` holds each result as the text of its JSON, so that a long list costs little to store again.
    """

    def __init__(self, wf_spec: Any, key: str, node: Activity, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        assert node.multi_instance is not None
        self.many = node.multi_instance
        self.collection = Expression(self.many.collection) if self.many.collection else None
        self.cardinality = Expression(self.many.cardinality) if self.many.cardinality else None
        self.complete_when = Condition(self.many.complete_when) if self.many.complete_when else None
        self.throws = [(t.events, Condition(t.condition) if t.condition else None) for t in self.many.throws]
        self.results = f"{node.id}_results"

    def step(self, token: Token) -> bool | None:
        items = self.items(token)
        if not items:
            token.write({self.results: []})  # not those of an earlier round
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
        if isinstance(found, bool) or not 0 <= count <= MOST_INSTANCES or count != found:
            raise StepFailed(self.place, f"it cannot be done {found} times (a whole number up to {MOST_INSTANCES:,}).")
        return count

    def begin_next(self, token: Token) -> None:
        at = token.progress["next"]
        token.progress["next"] = at + 1
        local: dict[str, Any] = {"loopCounter": at + 1}
        if self.many.element:
            local[self.many.element] = token.progress["items"][at]
        self.instance(token, local, self.gathered(token))

    # what a finished instance leads to

    def absorb(self, token: Token, ended: Token) -> None:
        super().absorb(token, ended)
        told = typed_json.dumps(self.changed(token.data, ended))
        token.progress["results"] = [*token.progress.get("results", ()), told]
        enough = self.complete_when is not None and self.complete_when.holds(
            self.place, self.seen(token), token.workflow.steps.now
        )
        thrown = list(self.thrown(token))
        throw([event for events in thrown for event in events], self, token, own=True)
        enough = enough or bool(thrown and self.many.behavior is Behavior.COMPLEX)
        if enough:
            token.progress["enough"] = True
            token.workflow.cancel_all(t for t in token.workflow.members(token.id) if t is not ended)

    def changed(self, before: Mapping[str, Any], ended: Token) -> dict[str, Any]:
        """What an instance set, together with its own element."""
        written = changes(before, ended.data)
        written.pop(self.results, None)
        return {**ended.local, **written}

    def thrown(self, token: Token) -> Iterator[tuple[EventDefinition, ...]]:
        """The events that the instance that just finished throws."""
        if self.many.behavior is Behavior.ONE and token.progress["done"] > 1:
            return
        for events, condition in self.throws:
            if condition is None or condition.holds(self.place, self.seen(token), token.workflow.steps.now):
                yield events

    def seen(self, token: Token) -> Mapping[str, Any]:
        """What the conditions of the repetition see."""
        total, done = len(token.progress["items"]), token.progress["done"]
        counts = {
            "nrOfInstances": total,
            "nrOfCompletedInstances": done,
            "nrOfActiveInstances": token.progress["next"] - done,
        }
        return {**self.with_results(token, self.gathered(token)), **counts}

    def with_results(self, token: Token, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**data, self.results: [typed_json.loads(told) for told in token.progress.get("results", ())]}

    def on_empty(self, token: Token) -> None:
        if token.progress["next"] < len(token.progress["items"]) and not token.progress.get("enough"):
            self.begin_next(token)
            return
        token.progress["gathered"] = self.with_results(token, self.gathered(token))
        super().on_empty(token)

    def salvage(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        return self.with_results(token, super().salvage(token, last=last)) if token.progress else token.data


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
