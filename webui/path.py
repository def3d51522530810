"""The way that a case has taken, as colours of its diagram."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bpmn.model import Gateway, ProcessModel

DONE, CURRENT = "done", "current"


def colours(model: ProcessModel, done: Collection[str], current: Collection[str]) -> dict[str, str]:
    """Element id → `done` or `current`, gateways and flows on the way included.

    Gateways leave no event: one counts as passed when it lies between a node that was done and one that was reached.
    """
    reached = set(done) | set(current)
    forward = _through_gateways(model, set(done), lambda id: [f.target for f in model.outgoing(id)])
    backward = _through_gateways(model, reached, lambda id: [f.source for f in model.incoming(id)])
    passed = set(done) | (forward & backward)
    painted = {id: DONE for id in passed if model.has(id)}
    painted |= {f.id: DONE for f in model.flows if f.source in passed and f.target in passed | reached}
    return painted | dict.fromkeys(current, CURRENT)


def _through_gateways(model: ProcessModel, start: set[str], next_to: Callable[[str], list[str]]) -> set[str]:
    """The gateways that can be reached from `start` over gateways alone."""
    found: set[str] = set()
    edge = [id for node in start if model.has(node) for id in next_to(node)]
    while edge:
        id = edge.pop()
        if id not in found and model.has(id) and isinstance(model.node(id), Gateway):
            found.add(id)
            edge += next_to(id)
    return found
