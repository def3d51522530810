"""An execution goes on with another version of its drawing: every token finds its place there, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from SpiffWorkflow.util.task import TaskState

from bpmn.model import AnyNode
from workflows.engine.execution import Execution
from workflows.engine.moving import scope_of
from workflows.engine.plan import Plan
from workflows.engine.specs.events import CatchSpec
from workflows.engine.specs.gateways import EventBasedSpec, JoinSpec
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.scopes import ScopeSpec
from workflows.engine.stepping import drain, guarded
from workflows.engine.steps import Steps
from workflows.engine.tokens import Run, Token

Places = Mapping[str, str]  # where the elements of the old version are in the new one
Since = Callable[[int], Steps]  # the surroundings as they were when that token began to wait


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a token cannot go on: `key` is gone, other_kind, other_scope, no_way or no_time; `place` is where it stands."""

    key: str
    place: str


@dataclass
class Migrated:
    """What became of the tokens. `places` has the old and new place of each that the case stands at, by token, `beside` those
    of what watches there and of the scopes around.

    `replanned` were waiting for a time, message or signal that is another one now, `over` wait no longer, `added` began to:
    what is kept for the first two outside is void, and the facts of the execution tell what they wait for now.
    """

    execution: Execution
    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    beside: dict[int, tuple[str, str]] = field(default_factory=dict)
    replanned: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    hindrances: list[Hindrance] = field(default_factory=list)


def migrate(execution: Execution, target: Plan, places: Places, since: Since) -> Migrated:
    """Let the execution go on with the target; with hindrances it is left in no state to be kept.

    Times count from when their activity began (`since`), so a reminder that comes with the new version is not late by the
    days before. Nothing is stepped on: `go_on` does that.
    """
    return _Migration(execution.run, target, places, since).carried_out(Migrated(execution))


class _Migration:
    """One run's way from the plan that it has to another."""

    def __init__(self, run: Run, target: Plan, places: Places, since: Since) -> None:
        self.run, self.old, self.target, self.places, self.since = run, run.plan, target, places, since
        self.before: dict[int, NodeSpec] = {}

    def carried_out(self, done: Migrated) -> Migrated:
        self.before = {token.id: token.task_spec for token in self.run.tasks.values()}
        done.hindrances = list(self.hindrances())
        if done.hindrances:
            return done
        self.put_down(done)
        for token in self.run.living():
            if token.has_state(TaskState.STARTED) and token.live and not token.leaving:
                self.listen_anew(token, done)
        for group in {token.group for token in self.run.living() if token.group is not None}:
            self.compete_anew(group, done)
        listening = (self.run.tasks[id] for id in (*done.replanned, *done.added))
        done.hindrances = [Hindrance("no_time", t.task_spec.place) for t in listening if t.failure is not None]
        self.run.prune()
        return done

    # whether it can

    def hindrances(self) -> Iterator[Hindrance]:
        for token in self.run.living():
            if token.host is None:
                key = self.hindrance(token)
                if key and not (key == "gone" and self.has_rivals(token)):
                    yield Hindrance(key, token.task_spec.place)

    def hindrance(self, token: Token) -> str | None:
        new = self.spec_for(token.task_spec)
        if new is None:
            return "gone"
        if type(new) is not type(token.task_spec):
            return "other_kind"
        if token.scope is not None and self.spec_for(self.before[token.scope]) is not scope_of(self.target, new):
            return "other_scope"
        if token.has_state(TaskState.WAITING) and self.way_in(token, new) is None:
            return "no_way"
        return None

    def has_rivals(self, token: Token) -> bool:
        """Whether another event competes with this one, and has a place in the new version."""
        rivals = (t for t in self.run.living() if token.group is not None and t.group == token.group)
        return any(self.spec_for(rival.task_spec) is not None for rival in rivals)

    def spec_for(self, old: NodeSpec) -> NodeSpec | None:
        """Where the new version has this element: under the name that the places give it, else under its own."""
        if old is self.old.root:
            return self.target.root
        place = self.places.get(old.place)
        found = self.target.spec.task_specs.get(f"{place}{old.name.removeprefix(old.place)}") if place else None
        return found if isinstance(found, NodeSpec) else None

    def way_in(self, token: Token, join: NodeSpec) -> str | None:
        """The flow of the new version by which a token that waits at a join has come."""
        if token.via in join.incoming:
            return token.via
        for spec in self.old.spec.task_specs.values():
            if isinstance(spec, NodeSpec) and any(way.flow == token.via for way in spec.ways):
                source = self.spec_for(spec)
                return next((w.flow for w in source.ways if w.target is join), None) if source else None
        return None

    # putting the tokens down

    def put_down(self, done: Migrated) -> None:
        for token in list(self.run.tasks.values()):
            self.put(token, done)
        self.put_undoable()
        self.run.plan, self.run.spec = self.target, self.target.spec

    def put_undoable(self) -> None:
        """What was done and is gone from the drawing cannot be made undone any more."""
        found = [(done, self.spec_for(self.old.of(done.at))) for done in self.run.undoable]
        for done, spec in found:
            done.at = spec.name if spec else done.at
        self.run.undoable = [done for done, spec in found if spec is not None]

    def put(self, token: Token, done: Migrated) -> None:
        old, new = self.before[token.id], self.spec_for(self.before[token.id])
        if token.live and (new is None or not self.keeps_watching(token, new)):
            token._set_state(TaskState.CANCELLED)
            done.over.append(token.id)
        elif token.live and new is not None:
            token.via = self.way_in(token, new) if token.has_state(TaskState.WAITING) else token.via
            stands = token.host is None and not isinstance(new, ScopeSpec)
            (done.places if stands else done.beside)[token.id] = (old.place, new.place)
        token.task_spec = new or self.target.root  # of what is finished only the data count, as the base of a merge

    def keeps_watching(self, token: Token, new: NodeSpec) -> bool:
        """A boundary event must still sit on the activity that it watches, an event subprocess in its scope."""
        if token.host is None:
            return True
        host = self.spec_for(self.before[token.host])
        return host is not None and type(new) is type(self.before[token.id]) and new in watching(host)

    # listening to what the new version names

    def listen_anew(self, token: Token, done: Migrated) -> None:
        old, new = self.before[token.id], token.task_spec
        if isinstance(new, CatchSpec) or _awaits_message(new):
            if _awaited(old.node) != _awaited(new.node):
                done.replanned.append(token.id)
                self.step(token, self.since(token.host or token.id))
            return
        known = {self.spec_for(spec) for spec in watching(old)}
        for spec in watching(new):
            if spec not in known and spec.fires_by_itself:
                self.watch(spec, token, done)

    def watch(self, spec: NodeSpec, host: Token, done: Migrated) -> None:
        scope = host.id if isinstance(spec, CatchSpec) and spec.event_scope is not None else host.scope
        watcher = self.run.spawn(spec, host, data=host.data, scope=scope)
        watcher.host = host.id
        done.added.append(watcher.id)
        self.step(watcher, self.since(host.id))

    def compete_anew(self, group: int, done: Migrated) -> None:
        """Events that the new version lets compete with those that a gateway waits for."""
        waiting = [token for token in self.run.living() if token.group == group]
        for spec in _competing(self.target, waiting[0].task_spec):
            if spec not in [token.task_spec for token in waiting]:
                rival = self.run.spawn(spec, waiting[0], data=waiting[0].data, scope=waiting[0].scope)
                rival.group = group
                done.added.append(rival.id)
                self.step(rival, self.since(waiting[0].id))

    def step(self, token: Token, then: Steps) -> None:
        """Step one token that begins to wait, at the time from which its own counts."""
        now, self.run.steps = self.run.steps, then
        for counted in ("left", "at"):  # of a repeating time, which begins anew
            token.progress.pop(counted, None)
        token._set_state(TaskState.READY)
        guarded(token, token.run)
        self.run.steps = now


def watching(spec: NodeSpec) -> list[NodeSpec]:
    """The events that watch an activity or scope."""
    inner = [watcher.start_spec for watcher in spec.watchers] if isinstance(spec, ScopeSpec) else []
    return [*spec.boundaries, *inner]


def _awaits_message(spec: NodeSpec) -> bool:
    return getattr(spec.node, "kind", None) == "receive"


def _awaited(node: AnyNode | None) -> tuple[object, ...]:
    """What an element waits for; where it is another, what was kept for it is void."""
    names = ("trigger", "timer", "message", "signal", "condition", "correlation", "definitions")
    return tuple(getattr(node, name, None) for name in names)


def _competing(plan: Plan, one: NodeSpec) -> list[NodeSpec]:
    gateways = (s for s in plan.spec.task_specs.values() if isinstance(s, EventBasedSpec))
    ways = next((g.ways for g in gateways if any(way.target is one for way in g.ways)), [])
    return [way.target for way in ways]


def go_on(execution: Execution) -> None:
    """Step on what the new version lets go on by itself: tokens at a join that needs fewer of them, conditions that hold."""
    for token in execution.run.living():
        if token.live and token.has_state(TaskState.WAITING) and isinstance(token.task_spec, JoinSpec):
            token.task_spec._update(token)
    drain(execution.run)
