"""One answer out of the verdict: whether the model is sound, and if not the first reason."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.semantics.deciding import EFFORT, Verdict, Witness, decide
from bpmn.semantics.net import Net


@dataclass(frozen=True)
class Soundness:
    """`sound` is None where it was not decided; `path` are the ids of the nodes that lead to the counter-example."""

    sound: bool | None
    reason: str = ""
    elements: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def soundness(net: Net, effort: int = EFFORT) -> Soundness:
    """Sound: the end can be reached from everywhere, no node is dead, and no place ever holds two tokens.

    Two tokens in one place mean that branches which ran side by side met without a join (lack of synchronisation). Built
    with `repeat=False`, a net fires each non-interrupting event at most once, so reminders do not count as such.
    """
    verdict = decide(net, effort)
    return _doubled(net, verdict) or _stopped(verdict) or _undecided(verdict) or _dead(verdict) or Soundness(True)


def _doubled(net: Net, verdict: Verdict) -> Soundness | None:
    for place, witness in verdict.doubled.items():
        if place not in net.ends:
            reason = f"Two branches reach {place!r} without being joined, so that everything after it runs twice."
            return Soundness(False, reason, (place.split(":")[0],), witness.path)
    return None


def _stopped(verdict: Verdict) -> Soundness | None:
    if verdict.unbounded is not None:
        waiting = _elements(verdict.unbounded)
        return Soundness(False, f"More and more tokens gather at {_listed(waiting)}.", waiting, verdict.unbounded.path)
    if verdict.deadlock is not None:
        waiting = _elements(verdict.deadlock)
        reason = f"Deadlock: the case waits for ever at {_listed(waiting)}."
        return Soundness(False, reason, waiting, verdict.deadlock.path)
    if verdict.livelock is not None:
        waiting = _elements(verdict.livelock)
        reason = f"From {_listed(waiting)} the case goes round for ever and never ends."
        return Soundness(False, reason, waiting, verdict.livelock.path)
    return None


def _undecided(verdict: Verdict) -> Soundness | None:
    if verdict.complete:
        return None
    return Soundness(None, f"Not decided: after {verdict.states:,} states there were still more.")


def _dead(verdict: Verdict) -> Soundness | None:
    if not verdict.dead:
        return None
    return Soundness(False, f"No case can ever reach {_listed(verdict.dead)}.", verdict.dead)


def _elements(witness: Witness) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.split(":")[0] for place in witness.marking))


def _listed(ids: tuple[str, ...]) -> str:
    return ", ".join(map(repr, ids))
