"""Whether every case can end properly: decided on the token game, with the path of a case that cannot."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.errors import NotCovered
from bpmn.model import EventNode, Position, ProcessModel, Trigger
from bpmn.semantics import Verdict, Witness, decide, net
from bpmn.semantics.deciding import EFFORT
from bpmn.validation.problem import Problem
from bpmn.validation.reach import reached_nodes
from bpmn.validation.rule import Breach, Rule, advice
from bpmn.validation.sheet import Sheet

_JOIN = "Join branches with a gateway of the kind that split them, and give every branch a way to the end."


def behaviour(model: ProcessModel, effort: int = EFFORT) -> Iterator[Problem]:
    """What the rules of `BEHAVIOUR` find on the verdict; or "not decided" with the reason."""
    try:
        verdict = decide(net(model, repeat=False), effort)
    except NotCovered as error:
        yield _undecided(error.element, error.reason)
        return
    found = list(_judged(model, verdict))
    yield from found
    if not (verdict.complete or any(p.rule in ("deadlock", "unbounded") for p in found)):
        yield _undecided(model.key, f"after {verdict.states:,} states there were still more.")


def _judged(model: ProcessModel, verdict: Verdict) -> Iterator[Problem]:
    for rule, search in zip(
        BEHAVIOUR[:-1], (_stuck, _endless, _piled_up, _twice, _ends_twice, _cut_off, _dead, _no_end), strict=True
    ):
        for breach in search(model, verdict):
            way = f" The way there: {' → '.join(breach.path)}." if breach.path else ""
            yield rule.problem(breach, way)


def _stuck(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    yield from _shown(model, verdict.deadlock)


def _endless(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    yield from _shown(model, verdict.livelock)


def _piled_up(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    yield from _shown(model, verdict.unbounded)


def _shown(model: ProcessModel, witness: Witness | None) -> Iterator[Breach]:
    if witness is not None:
        waiting = tuple(dict.fromkeys(element_of(model, place) for place in witness.marking))
        yield Breach(waiting[0], {"waiting": ", ".join(waiting)}, witness.path)


def _twice(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    """The first place where two branches meet without a join; several reminders on one event do no harm."""
    if verdict.unbounded is not None:
        return
    reminders = {node.id for node in model.nodes} - reached_nodes(model, interrupting_only=True)
    for place, witness in verdict.doubled.items():
        id = element_of(model, place)
        if id not in reminders and not _is_end(model, id) and not place.endswith(":done"):
            yield Breach(id, {}, witness.path)
            return


def _ends_twice(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    reminders = {node.id for node in model.nodes} - reached_nodes(model, interrupting_only=True)
    for place, witness in verdict.doubled.items():
        if _is_end(model, place) and place not in reminders:
            yield Breach(place, {}, witness.path)


def _cut_off(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    for id, witness in verdict.cut_off.items():
        node = model.node(id) if model.has(id) else None
        if isinstance(node, EventNode) and node.trigger is Trigger.TERMINATE:
            others = dict.fromkeys(element_of(model, place) for place in witness.marking)
            lost = [other for other in others if other != id and model.has(other)]
            if lost:
                yield Breach(id, {"lost": ", ".join(lost)}, witness.path)


def _dead(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    if verdict.deadlock is None:
        yield from (Breach(id) for id in verdict.dead if model.has(id) and not _is_end(model, id))


def _no_end(model: ProcessModel, verdict: Verdict) -> Iterator[Breach]:
    if verdict.deadlock is None:
        yield from (Breach(id) for id in verdict.dead if _is_end(model, id))


def _is_end(model: ProcessModel, id: str) -> bool:
    node = model.node(id) if model.has(id) else None
    return isinstance(node, EventNode) and node.position is Position.END


def element_of(model: ProcessModel, place: str) -> str:
    """The node where a token of that place waits; a place may be named by a flow, or be inside a node."""
    name = place.split(":")[0]
    flow = next((flow for flow in model.flows if flow.id == name), None)
    return flow.target if flow is not None else name


def _on_verdict(sheet: Sheet) -> Iterator[Breach]:
    """These rules are broken by cases, not by elements: `behaviour` plays them."""
    return iter(())


BEHAVIOUR = (
    Rule(
        "deadlock",
        "A case can stop for ever at {waiting}: not every branch that is waited for can come.",
        _JOIN,
        _on_verdict,
    ),
    Rule(
        "livelock",
        "Once it is at {waiting}, a case goes round for ever and never ends.",
        "Draw a way from there to an end event.",
        _on_verdict,
    ),
    Rule(
        "unbounded",
        "A case can go round and leave a branch behind each time: more and more of them wait at {waiting}.",
        _JOIN,
        _on_verdict,
    ),
    advice(
        "done_twice",
        "Two branches of a case can meet at {element} without being joined; what follows is then done twice.",
        _JOIN,
        _on_verdict,
    ),
    advice(
        "ends_twice",
        "Two branches of a case can both come to the end {element}: the first does not end it.",
        "Join the branches before the end, or give each its own.",
        _on_verdict,
    ),
    advice(
        "cut_off",
        "The end {element} ends the whole case, also while it is still at {lost}.",
        "Wait for the other branches before it, if that is not meant.",
        _on_verdict,
    ),
    Rule("dead", "No case can ever come to {element}.", "Delete it, or draw a way that leads there.", _on_verdict),
    Rule(
        "end_unreachable",
        "No case can ever come to the end {element}.",
        "Delete it, or draw a way that leads there.",
        _on_verdict,
    ),
    advice(
        "soundness_undecided",
        "Whether every case can end was not decided: {reason}",
        "Draw it with elements that the check covers, or walk through it yourself.",
        _on_verdict,
    ),
)


def _undecided(element: str, reason: str) -> Problem:
    return BEHAVIOUR[-1].problem(Breach(element, {"reason": reason}))
