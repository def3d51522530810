"""The token game of a model as a given log can show it: steps that the log never records are silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Position, ProcessModel
from bpmn.semantics import Net
from bpmn.semantics import net as token_game
from mining.alignment import Trace, silenced
from mining.findings import Note

AUTOMATIC = {ActivityKind.SERVICE, ActivityKind.RULE, ActivityKind.SCRIPT, ActivityKind.SEND, ActivityKind.CALL}

# Kinds of elements that a system records always or never. One that a log never shows at all was not recorded by it; that is
# no reason to call every case deviating.
RECORDED: dict[str, Callable[[AnyNode], bool]] = {
    "start": lambda node: isinstance(node, EventNode) and node.position is Position.START,
    "end": lambda node: isinstance(node, EventNode) and node.position is Position.END,
    "catch": lambda node: isinstance(node, EventNode) and node.position is Position.CATCH,
    "throw": lambda node: isinstance(node, EventNode) and node.position is Position.THROW,
    "boundary": lambda node: isinstance(node, EventNode) and node.position is Position.BOUNDARY,
    "automatic": lambda node: isinstance(node, Activity) and node.kind in AUTOMATIC,
    "subprocess": lambda node: isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS,
}
NEVER_MEANT = {"throw", "subprocess"}  # our engine records what happens inside and around them; no reader misses them


@dataclass(frozen=True)
class RecordedNet:
    """`known` are the visible labels, `unknown` the log's activities that the model does not have."""

    net: Net
    known: frozenset[str]
    unknown: frozenset[str]
    dropped: frozenset[str]
    notes: tuple[Note, ...]

    def comparable(self, trace: Trace) -> Trace:
        """The path without steps of elements that leave no visible step in the token game (throwing events, subprocesses)."""
        return tuple(activity for activity in trace if activity not in self.dropped)


def recorded_net(model: ProcessModel, activities: frozenset[str]) -> RecordedNet:
    """The net for a log with those activities; raises NotCovered."""
    unseen = [kind for kind, belongs in RECORDED.items() if _never_seen(model, belongs, activities)]
    silent = frozenset(node.id for node in model.nodes if any(RECORDED[kind](node) for kind in unseen))
    net = silenced(token_game(model), silent)
    known = frozenset(t.label for t in net.transitions if t.label is not None)
    elements = frozenset(node.id for node in model.nodes)
    missed = [kind for kind in unseen if kind not in NEVER_MEANT]
    notes = [Note("not_recorded", {"model": model.key, "kinds": missed})] if missed else []
    notes += [Note("assumed", {"element": a.element, "text": a.text}) for a in net.assumptions]
    return RecordedNet(net, known, activities - elements, (activities & elements) - known, tuple(notes))


def _never_seen(model: ProcessModel, belongs: Callable[[AnyNode], bool], activities: frozenset[str]) -> bool:
    members = {node.id for node in model.nodes if belongs(node)}
    return bool(members) and activities.isdisjoint(members)
