"""Whether every case can end properly: decided on the token game, with the path of a case that cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bpmn.errors import NotCovered
from bpmn.model import EventNode, Position, ProcessModel
from bpmn.semantics import Marking, StateSpace, final, net, reachability
from bpmn.validation.problem import Problem, Severity, warning
from bpmn.validation.reach import reached_nodes

LIMIT = 20_000  # markings, about a second
_JOIN = "Join branches with a gateway of the kind that split them, and give every branch a way to the end."


def behaviour(model: ProcessModel, limit: int = LIMIT) -> Iterator[Problem]:
    """Deadlock, livelock, dead activity, lack of synchronisation; or "not decided" with the reason."""
    try:
        space = reachability(net(model, repeat=False), limit)
    except NotCovered as error:
        yield _undecided(error.element, str(error))
        return
    found = [*_deadlock(model, space), *_doubled(model, space)]
    if space.complete:
        found += _livelock(model, space) if not found else []
        found += _dead(model, space) if not any(problem.rule == "deadlock" for problem in found) else []
    elif not found:
        found.append(_undecided(model.key, f"more than {limit:,} states are reachable."))
    yield from found


def _deadlock(model: ProcessModel, space: StateSpace) -> Iterator[Problem]:
    stuck = [marking for marking, steps in space.steps.items() if not steps and marking != final(space.net)]
    if stuck:
        waiting = _elements(model, stuck[0])
        message = f"A case can stop for ever at {', '.join(waiting)}: not every branch that is waited for can come."
        yield Problem(
            "deadlock", waiting[0], message + _way(model, space, stuck[0]), _JOIN, path=_nodes(space, stuck[0])
        )


def _livelock(model: ProcessModel, space: StateSpace) -> Iterator[Problem]:
    ending = _can_end(space)
    trapped = next((marking for marking in space.steps if marking not in ending), None)
    if trapped is not None:
        elements = _elements(model, trapped)
        message = f"Once it is at {', '.join(elements)}, a case goes round for ever and never ends."
        remedy = "Draw a way from there to an end event."
        yield Problem(
            "livelock", elements[0], message + _way(model, space, trapped), remedy, path=_nodes(space, trapped)
        )


def _can_end(space: StateSpace) -> set[Marking]:
    """Markings from which the end is reachable, found backwards from it."""
    before: dict[Marking, set[Marking]] = {}
    for marking, steps in space.steps.items():
        for _, after in steps:
            before.setdefault(after, set()).add(marking)
    ending: set[Marking] = set()
    waiting = {final(space.net)}
    while waiting:
        ending |= waiting
        waiting = set().union(*(before.get(marking, set()) for marking in waiting)) - ending
    return ending


def _dead(model: ProcessModel, space: StateSpace) -> Iterator[Problem]:
    alive = {transition.node for steps in space.steps.values() for transition, _ in steps}
    for id in dict.fromkeys(transition.node for transition in space.net.transitions):
        if id not in alive and model.has(id):
            yield Problem("dead", id, f"No case can ever come to {id}.", "Delete it, or draw a way that leads there.")


def _doubled(model: ProcessModel, space: StateSpace) -> Iterator[Problem]:
    """The first place where two branches meet without a join.

    Tokens that only wait to end do no harm, nor do several reminders that hang on one non-interrupting event.
    """
    reminders = {node.id for node in model.nodes} - reached_nodes(model, interrupting_only=True)
    for marking in space.steps:
        for place, count in Counter(marking).items():
            id = _element(model, place)
            if count > 1 and id not in reminders and not _ends(model, id) and not place.endswith(":done"):
                message = (
                    f"Two branches of a case can meet at {id} without being joined; what follows is then done twice."
                )
                yield warning("done_twice", id, message + _way(model, space, marking), _JOIN)
                return


def _ends(model: ProcessModel, id: str) -> bool:
    node = model.node(id) if model.has(id) else None
    return isinstance(node, EventNode) and node.position is Position.END


def _elements(model: ProcessModel, marking: Marking) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_element(model, place) for place in marking))


def _element(model: ProcessModel, place: str) -> str:
    """The node where a token of that place waits; a place may be named by a flow, or be inside a node."""
    name = place.split(":")[0]
    flow = next((flow for flow in model.flows if flow.id == name), None)
    return flow.target if flow is not None else name


def _nodes(space: StateSpace, marking: Marking) -> tuple[str, ...]:
    return tuple(dict.fromkeys(transition.node for transition in space.path(marking)))


def _way(model: ProcessModel, space: StateSpace, marking: Marking) -> str:
    nodes = _nodes(space, marking)
    return f" The way there: {' → '.join(nodes)}." if nodes else ""


def _undecided(element: str, reason: str) -> Problem:
    return Problem(
        "soundness_undecided",
        element,
        f"Whether every case can end was not decided: {reason}",
        "Draw it with elements that the check covers, or walk through it yourself.",
        Severity.WARNING,
    )
