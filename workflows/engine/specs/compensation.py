"""Compensation: what was completed is made undone by its handlers, the last one first, with the data as they were then.

A handler sees the variables as its activity left them over those of today; only what it changes itself is written. A
finished subprocess without a handler is undone by the handlers of what was done inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.model import EventNode, Trigger
from workflows.engine.facts import Entered
from workflows.engine.merging import changes, merge
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.scopes import EventScopeSpec, ScopeSpec
from workflows.engine.specs.throwing import Thrown
from workflows.engine.tokens import Token, Undoable


class CompensateSpec(ScopeSpec):
    """Throws a compensation and, as a scope of its own, has the handlers at work in it one after the other."""

    node: EventNode
    remembers = False

    def step(self, token: Token) -> bool | None:
        run = token.workflow
        if not self.node.waits and "apart" not in token.progress:
            apart = run.spawn(self, token, data=token.data, scope=token.scope)
            apart.progress["apart"] = True
            run.part(apart, token.data)
            apart._ready()
            return self.passed(token)
        for done in self.chosen(token):
            done.scope = token.id
        run.emptied.add(token.id)
        return None

    def chosen(self, token: Token) -> list[Undoable]:
        """What is to be undone: of the scope around and, from within an event subprocess, of the scope that it stands beside."""
        run = token.workflow
        scope = run.tasks[token.scope or 0]
        scopes = [scope.id]
        while isinstance(scope.task_spec, EventScopeSpec) and run.tasks[scope.scope or 0].task_spec.remembers:
            scope = run.tasks[scope.scope or 0]
            scopes.append(scope.id)
        wanted = self.node.compensates
        return [
            d for d in run.undoable if d.scope in scopes and (wanted is None or _drawn(run.plan.of(d.at)) == wanted)
        ]

    def on_empty(self, token: Token) -> None:
        """Nothing of a handler is left, nor of what an event on its border began: the next one."""
        run = token.workflow
        run.undoable = [done for done in run.undoable if not (done.scope == token.id and done.running)]
        while (done := _last(token)) is not None:
            spec: Any = run.plan.of(done.at)
            handler = spec.handler or getattr(spec, "undo", None)
            if handler is not None:
                self.begin(token, done, handler)
                return
            run.undoable.remove(done)
            for inside in done.inside:
                inside.scope = token.id
            run.undoable += done.inside
        self.over(token)

    def begin(self, token: Token, done: Undoable, handler: NodeSpec) -> None:
        run = token.workflow
        done.running = True
        undoing = run.spawn(handler, token, data={**token.data, **done.data}, scope=token.id)
        for inside in done.inside:  # what a compensation event subprocess may undo from within
            inside.scope = undoing.id
        run.undoable += done.inside
        done.inside = []
        undoing._ready()

    def absorb(self, token: Token, ended: Token) -> None:
        before, token.data = token.data, self.taken_over(token, ended.data)
        token.workflow.seen(token).update(changes(before, token.data))

    def salvage(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        inside = [t for t in token.workflow.members(token.id) if t.host is None]
        return self.taken_over(token, inside[0].task_spec.salvage(inside[0], last=last)) if inside else token.data

    def taken_over(self, token: Token, result: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of today with what the handler changed."""
        seen = {**token.data, **_running(token).data}
        return merge(seen, [token.data, result], []) if changes(seen, result) else token.data

    def over(self, token: Token) -> None:
        """Everything is undone: go on."""
        token.progress = {"apart": True} if "apart" in token.progress else {}
        if not token.progress:
            token.workflow.say(Entered(token.id, self.place))
        token.leaving = True
        token.workflow.queue.append(token)

    def passed(self, token: Token) -> bool:
        token.workflow.say(Entered(token.id, self.place))
        return self.leave(token)

    def ways_out(self, token: Token) -> Any:
        return () if "apart" in token.progress else super().ways_out(token)


class CancelSpec(CompensateSpec):
    """The end of a transaction that is given up: all else in it is ended, all of it is undone, then the border catches."""

    def step(self, token: Token) -> bool | None:
        run = token.workflow
        run.cancel_all(t for t in run.members(token.scope or 0) if t is not token)
        return super().step(token)

    def over(self, token: Token) -> None:
        token.workflow.thrown.append(Thrown(Trigger.CANCEL, None, token))
        super().over(token)


def _drawn(spec: NodeSpec) -> str | None:
    return spec.node.id if spec.node else None


def _last(token: Token) -> Undoable | None:
    return next((done for done in reversed(token.workflow.undoable) if done.scope == token.id), None)


def _running(token: Token) -> Undoable:
    return next(done for done in token.workflow.undoable if done.scope == token.id and done.running)
