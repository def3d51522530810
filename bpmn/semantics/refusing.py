"""What the token game does not play is refused by name before a board is laid out."""

from __future__ import annotations

from bpmn.errors import NotCovered
from bpmn.model import Activity, AnyNode, EventNode, Position, ProcessModel, Trigger
from bpmn.semantics.compensating import refuse_compensation, throws_compensation

_PASSED = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})  # what throws them goes on, whoever hears it


def refuse(model: ProcessModel, node: AnyNode) -> None:
    if isinstance(node, Activity):
        _refuse_activity(model, node)
    elif isinstance(node, EventNode):
        if throws_compensation(node):
            refuse_compensation(model, node)
        if node.position in (Position.THROW, Position.END) and not _PASSED.issuperset(
            d.trigger for d in node.definitions
        ):
            raise NotCovered(node.id, "it throws several events at once, which are caught in different places.")


def _refuse_activity(model: ProcessModel, node: Activity) -> None:
    if (node.start_quantity, node.completion_quantity) != (1, 1):
        raise NotCovered(node.id, "it takes or gives several tokens at a time.")
    if node.ad_hoc and node.in_turn and any(model.outgoing(n.id) for n in model.nodes if n.scope == node.id):
        raise NotCovered(node.id, "work in turn that flows connect is not played.")
    thrown = (event for throw in (node.multi_instance.throws if node.multi_instance else ()) for event in throw.events)
    if not _PASSED.issuperset(event.trigger for event in thrown):
        raise NotCovered(node.id, "what its instances throw is caught somewhere else.")
    if node.transaction and any(_cancels(model, n, node) for n in model.nodes):
        raise NotCovered(node.id, "what was done in it is undone when it is cancelled.")


def _cancels(model: ProcessModel, node: AnyNode, transaction: Activity) -> bool:
    """Whether cancelling the transaction would undo something."""
    undone = isinstance(node, EventNode) and node.trigger is Trigger.COMPENSATE and node.scope == transaction.id
    ends = (n for n in model.nodes if isinstance(n, EventNode) and n.scope == transaction.id)
    return undone and any(n.trigger is Trigger.CANCEL for n in ends)
