"""Tokens and the run that holds them: SpiffWorkflow's task and workflow with a flat index and data of their own.

The library's states are kept: READY (to be stepped, or parked after a failure), STARTED (waits for something outside or for
its scope), WAITING (arrived at a join), COMPLETED, CANCELLED. A finished token stays only as long as it is the common
ancestor of living ones: its data are the base of their merge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow as SpiffWorkflow

from workflows.engine.facts import Conflict, Fact
from workflows.engine.merging import MISSING, changes, merge, same

if TYPE_CHECKING:
    from workflows.engine.plan import Plan
    from workflows.engine.specs import NodeSpec
    from workflows.engine.steps import Steps

LIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED


@dataclass(slots=True)
class Undoable:
    """A completed activity that can be made undone: its spec, the scope that it was done in, and the data as they were then.

    `inside` are those of a finished scope, in their order. `running` when the handler is at work.
    """

    at: str
    scope: int
    data: Mapping[str, Any]
    inside: list[Undoable] = field(default_factory=list)
    running: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Where a branch parted from another that goes on with all that was done before: that one's split, and the data of then.

    Of a branch that came to its end only what it changed is kept (`partial`).
    """

    outer: int | None
    data: Mapping[str, Any]
    partial: bool = False


Branch: TypeAlias = tuple[int | None, Mapping[str, Any]]  # the split of a branch, and what it made of the data


class Token(SpiffTask):  # type: ignore[misc]
    """One token. `scope` is the token of the scope that it is in, `via` the flow that it came by.

    `split` the branch that it belongs to (see `Run.part`), `host` the activity that a boundary token watches, `group` the event-based gateway that it competes under.
    """

    task_spec: NodeSpec
    workflow: Run
    via: str | None = None
    host: int | None = None
    split: int | None = None
    group: int | None = None
    leaving = False
    failure: str | None = None
    local: Mapping[str, Any] = MappingProxyType({})
    taking: tuple[Any, ...] = ()

    def __init__(
        self, run: Run, spec: NodeSpec, parent: Token | None, data: Mapping[str, Any], scope: int | None
    ) -> None:
        # Not by the library's own, half of whose work nobody asks for: the time, for its log, and the parent once more.
        run.last_id += 1
        self.id, self.workflow, self.task_spec, self._state = run.last_id, run, spec, TaskState.FUTURE
        self._parent: Any = None if parent is None else parent.id
        self._children: list[int] = []
        if parent is not None:
            parent._children.append(self.id)
        self.data: Mapping[str, Any] = data
        self.scope = scope
        self.progress: dict[str, Any] = {}
        run.tasks[self.id] = self

    @property
    def live(self) -> bool:
        return bool(self._state & LIVE)

    def write(self, values: Mapping[str, Any]) -> None:
        """Set variables on this branch alone; the mapping that other tokens share is left as it is."""
        if values:
            self.data = {**self.data, **values}
            self.workflow.seen(self).update(values)

    def correct(self, values: Mapping[str, Any]) -> None:
        """Set variables here and in what this scope keeps of those who came to their end in it, or called it."""
        self.write(values)
        for kept in ("gathered", "caller"):
            if kept in self.progress:
                self.progress[kept] = {**self.progress[kept], **values}
        if "ended" in self.progress:
            self.progress["ended"] = [(split, {**data, **values}) for split, data in self.progress["ended"]]

    def shared(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """These data as they are seen around it: without the variables that belong to this instance alone."""
        if not self.local or self.scope is None:
            return data
        around = self.workflow.tasks[self.scope].data
        kept = {name: value for name, value in data.items() if name not in self.local}
        return kept | {name: around[name] for name in self.local if name in around}

    def _set_state(self, value: int) -> None:  # the library's own logs the whole tree at every change
        self._state = value

    def _ready(self) -> None:
        if self._state & LIVE:
            self._state = TaskState.READY
            ahead = self.workflow.listening if self.task_spec.listens else self.workflow.queue
            ahead.append(self)

    def _inherit_data(self) -> None:
        """Data are handed over when the token is made."""


class Run(SpiffWorkflow):  # type: ignore[misc]
    """One execution's tokens, their shared view of the data, and what has happened since it was last asked."""

    def __init__(self, plan: Plan, steps: Steps) -> None:
        super().__init__(plan.spec, deserializing=True)
        self.plan, self.steps = plan, steps
        self.last_id = 0
        self.queue: deque[Token] = deque()
        self.listening: deque[Token] = deque()  # what only begins to wait for an event, before anything else is done
        self.asked: deque[Token] = deque()  # arrivals at complex gateways
        self.thrown: deque[Any] = deque()
        self.facts: list[Fact] = []
        self.view: dict[str, Any] = {}
        self.emptied: set[int] = set()
        self.error: str | None = None
        self.undoable: list[Undoable] = []  # in the order of their completion
        self.splits: dict[int, Split] = {}
        self.tasks: dict[int, Token]

    def say(self, fact: Fact) -> None:
        self.facts.append(fact)

    def seen(self, token: Token) -> dict[str, Any]:
        """The variables as they were last set around this token: in a call that maps names they are its own."""
        scope = token.scope if self.plan.maps_names else None
        while scope is not None and scope in self.tasks:
            around = self.tasks[scope]
            if "seen" in around.progress:
                own: dict[str, Any] = around.progress["seen"]
                return own
            scope = around.scope
        return self.view

    def living(self) -> list[Token]:
        return [token for token in self.tasks.values() if token._state & LIVE]

    def members(self, scope: int) -> list[Token]:
        return [token for token in self.tasks.values() if token.scope == scope and token._state & LIVE]

    def watchers(self, host: int) -> list[Token]:
        """What watches this activity or scope from its border."""
        return [token for token in self.tasks.values() if token.host == host and token._state & LIVE]

    def spawn(
        self, spec: NodeSpec, parent: Token, *, data: Mapping[str, Any], scope: int | None, via: str | None = None
    ) -> Token:
        token = Token(self, spec, parent, data, scope)
        token.via = via
        if scope == parent.scope:
            token.split = parent.split
        return token

    def part(self, token: Token, data: Mapping[str, Any]) -> None:
        """This token begins a branch beside the one that it inherited: of it only its own changes count."""
        self.splits[token.id] = Split(token.split, data)
        token.split = token.id

    def kept(self, ended: Token) -> Branch | None:
        """What is to be kept of a token that came to its end in its scope: of a branch its changes, if there are any."""
        split, data = ended.split, ended.data
        parted = self.splits.get(split or 0)
        if split is None or parted is None:
            return split, data
        names = [n for n in {**parted.data, **data} if not same(parted.data.get(n, MISSING), data.get(n, MISSING))]
        if any(s.outer == split for s in self.splits.values()) or any(t.split == split for t in self.living()):
            return split, data
        before, after = ({n: values[n] for n in names if n in values} for values in (parted.data, data))
        self.splits = {**self.splits, split: Split(parted.outer, before, partial=True)}
        return (split, after) if names else None

    def meet(self, survivor: Token, arrived: Sequence[Token]) -> None:
        """The survivor takes over the data of all; the others are used up."""
        if len(arrived) > 1:
            self.bring_together(survivor, sorted(arrived, key=lambda token: token.id))
        for other in arrived:
            if other is not survivor:
                other._set_state(TaskState.COMPLETED)

    def remember(self, token: Token) -> None:
        """Note a completed activity that a compensation may make undone, and what was done inside it."""
        if not (self.undoable or token.task_spec.can_be_undone):
            return
        inside = self.forget_inside(token)
        if token.scope is None or not self.tasks[token.scope].task_spec.remembers:
            return
        if inside or token.task_spec.can_be_undone:
            self.undoable.append(Undoable(token.task_spec.name, token.scope, token.data, inside))

    def forget_inside(self, token: Token) -> list[Undoable]:
        """What was done in this scope, which ends: nobody can undo it one by one any more."""
        inside = [done for done in self.undoable if done.scope == token.id]
        self.undoable = [done for done in self.undoable if done.scope != token.id]
        return inside

    def bring_together(self, survivor: Token, tokens: list[Token]) -> None:
        """The survivor has the data of all that meet, and belongs to the branch from which they all parted."""
        ancestor = self._common(tokens)
        base, outer = (ancestor.data, ancestor.split) if ancestor is not None else ({}, None)
        alone = all(token.split != outer for token in tokens)  # the branch that they parted from goes on elsewhere
        parted = min(token.split or 0 for token in tokens)
        data = self.joined(survivor.task_spec.place, base, [(t.split, t.data) for t in tokens], outer)
        self.seen(survivor).update(changes(base, data))
        survivor.data, survivor.split = data, outer
        if alone and parted in self.splits:
            self.part(survivor, self.splits[parted].data)

    def joined(
        self, node: str, base: Mapping[str, Any], branches: Iterable[Branch], outer: int | None, *, say: bool = True
    ) -> Mapping[str, Any]:
        """What branches made of `base` together: each is joined with the one that it parted from, the latest first.

        Where two contradict each other the one that comes later among the `branches` stands.
        """
        found: dict[int | None, tuple[int, Mapping[str, Any]]] = {}

        def join(split: int | None, before: Mapping[str, Any], at: int, data: Mapping[str, Any]) -> None:
            if split in found:
                first, last = sorted([found[split], (at, data)], key=lambda branch: branch[0])
                both = [first[1], last[1]]
                at, data = last[0], self.brought_together(node, before, both) if say else merge(before, both, [])
            found[split] = (at, data)

        for at, (split, data) in enumerate(branches):
            known = self.splits.get(split or 0) if split != outer else None
            join(split if known else outer, known.data if known else base, at, data)
        while latest := max((split for split in found if split != outer and split is not None), default=None):
            parted, (at, data) = self.splits[latest], found.pop(latest)
            further = parted.outer if parted.outer in self.splits else outer
            if parted.partial and further not in found:
                join(further, base, -1, self.splits[further].data if further in self.splits else base)
            join(further, parted.data, at, data)
        return found[outer][1] if outer in found else base

    def brought_together(
        self, node: str, base: Mapping[str, Any], branches: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """What branches made of `base`; where two of them contradict each other a fact says so."""
        conflicts: list[tuple[str, list[Any]]] = []
        merged = merge(base, branches, conflicts)
        for path, values in conflicts:
            self.say(Conflict(node, path, tuple(values)))
        return merged

    def _common(self, tokens: list[Token]) -> Token | None:
        common: list[int] | None = None
        for token in tokens:
            path = [ancestor.id for ancestor in self._line(token)]
            common = path if common is None else [id for id in common if id in path]
        return self.tasks[common[0]] if common else None

    def _line(self, token: Token) -> Iterator[Token]:
        """The ancestors, nearest first."""
        parent = self.tasks.get(token._parent)
        while parent is not None:
            yield parent
            parent = self.tasks.get(parent._parent)

    def prune(self) -> None:
        """Forget finished tokens that no merge needs: those without children, and those with one."""
        finished = [id for id, token in self.tasks.items() if not token._state & LIVE]
        for id in sorted(finished, reverse=True):
            token = self.tasks[id]
            if len(token._children) < 2:
                self._splice(token)
        if self.splits:
            self._forget_splits()

    def _forget_splits(self) -> None:
        """Those to which no branch belongs any more, nor one that parted from it."""
        needed: set[int | None] = set()
        for token in self.tasks.values():
            needed |= {token.split, *(split for split, _ in token.progress.get("ended", ()))}
        for split in sorted(self.splits, reverse=True):
            if split in needed:
                needed.add(self.splits[split].outer)
        self.splits = {split: parted for split, parted in self.splits.items() if split in needed}

    def _splice(self, token: Token) -> None:
        parent = self.tasks.get(token._parent)
        for id in token._children:
            self.tasks[id]._parent = token._parent
        if parent is not None:
            at = parent._children.index(token.id)
            parent._children[at : at + 1] = token._children
        del self.tasks[token.id]

    def cancel_all(self, tokens: Iterable[Token]) -> None:
        """End these and whatever is inside or attached to them, innermost first."""
        for token in list(tokens):
            if token.live:
                self._cancel_inside(token)
                token.task_spec.withdraw(token)
                token._state = TaskState.CANCELLED
                if self.undoable:
                    self.forget_inside(token)
                token.failure = None
                if token.scope is not None and token.host is None:  # whoever only watches does not keep a scope open
                    self.emptied.add(token.scope)

    def _cancel_inside(self, token: Token) -> None:
        spec = token.task_spec
        if spec.holds_tokens or spec.boundaries:
            self.cancel_all([t for t in self.tasks.values() if t.live and token.id in (t.scope, t.host)])

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return dct or {}
