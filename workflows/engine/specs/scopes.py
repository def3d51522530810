"""Scopes: the process itself, subprocesses, called procedures, and event subprocesses that begin beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn.model import EventNode
from workflows.engine.facts import Ended, ScopeOpened
from workflows.engine.merging import changes
from workflows.engine.specs.activities import ActivitySpec
from workflows.engine.specs.node import NodeSpec
from workflows.engine.tokens import Branch, Token


class ScopeSpec(NodeSpec):
    """An area of the drawing with tokens of its own; it is done when none of them is left."""

    holds_tokens = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.starts: list[NodeSpec] = []
        self.watchers: list[EventScopeSpec] = []
        self.undo: EventScopeSpec | None = None  # its compensation event subprocess

    @property
    def can_be_undone(self) -> bool:
        return self.handler is not None or self.undo is not None

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
            if spec.start_spec.fires_by_itself:
                spec.listen(token)

    def absorb(self, token: Token, ended: Token) -> None:
        """Keep what it made of the data, unless it is a branch that made nothing."""
        kept = token.workflow.kept(ended)
        if kept is not None:
            token.progress["ended"] = [*token.progress.get("ended", ()), kept]

    def gathered(self, token: Token, *, say: bool = False) -> Mapping[str, Any]:
        """The data as those who came to their end in it left them."""
        return token.workflow.joined(self.place, token.data, self.ended(token), None, say=say)

    def ended(self, token: Token) -> list[Branch]:
        before = [(None, token.progress["gathered"])] if "gathered" in token.progress else []
        return [*before, *((split, data) for split, data in token.progress.get("ended", ()))]

    def salvage(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        return self.inside(token, last=last)

    def inside(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        """The data as all that is inside would bring them together now, and what has ended there has left them."""
        run = token.workflow
        going = [t for t in run.members(token.id) if t.host is None]
        branches = [(t.split, t.shared(t.task_spec.salvage(t, last=last))) for t in going]
        return run.joined(self.place, token.data, [*self.ended(token), *branches], None, say=last)

    def try_again(self, token: Token) -> None:
        if token.leaving or not token.progress:
            super().try_again(token)
        else:  # the scope had opened; what failed is its closing
            token._state = TaskState.STARTED
            token.workflow.emptied.add(token.id)

    def on_empty(self, token: Token) -> None:
        run = token.workflow
        run.cancel_all(run.members(token.id))  # only watchers are left
        before, token.data = token.data, self.gathered(token, say=True)
        run.seen(token).update(changes(before, token.data))
        self.close(token)

    def close(self, token: Token) -> None:
        token.progress = {}
        self.finished(token, {})


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
    """A called procedure: sees its inputs (or all variables), gives back its outputs (or all variables).

    `progress` keeps the variables of its caller meanwhile; where anything is mapped, those of its own as `seen`.
    """

    @property
    def maps(self) -> bool:
        return bool(self.takes or self.gives)

    def open(self, token: Token) -> None:
        given = self.given(token)
        token.progress["caller"], token.data = token.data, given
        if self.maps:
            token.progress["seen"] = dict(given)
        super().open(token)

    def salvage(self, token: Token, *, last: bool = False) -> Mapping[str, Any]:
        """The data of the caller and, unless its outputs name what comes out of it, what was done in it so far."""
        caller = token.progress.get("caller", token.data)
        return caller if self.gives else {**caller, **self.inside(token, last=last)}

    def on_empty(self, token: Token) -> None:
        """Give back the outputs; where one has no value that alone is tried again, not the whole procedure."""
        run, result = token.workflow, self.gathered(token, say=True)
        run.cancel_all(run.members(token.id))  # only watchers are left
        token.progress |= {"gathered": result, "ended": []}
        token.data = token.progress["caller"]
        values = changes(token.data, self.taken(token, result))
        token.progress = {}
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
        data = scope.task_spec.inside(scope, last=self.start.interrupting)
        if self.start.interrupting:
            run.cancel_all(run.members(scope.id))
            scope.progress = {k: v for k, v in scope.progress.items() if k not in ("gathered", "ended")}
        token = run.spawn(self, scope, data=data, scope=scope.id)
        if not self.start.interrupting:
            run.part(token, data)
        token.write(values)
        token._ready()
        return token
