"""Whether every case can end properly: decided on the token game, with the path of a case that cannot."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.errors import NotCovered
from bpmn.model import ProcessModel
from bpmn.semantics import net, soundness
from bpmn.validation.problem import Problem, Severity

LIMIT = 20_000  # markings, about a second


def behaviour(model: ProcessModel, limit: int = LIMIT) -> Iterator[Problem]:
    """Deadlock, lack of synchronisation, livelock, dead activity; or "not decided" with the reason."""
    try:
        verdict = soundness(net(model, repeat=False), limit)
    except NotCovered as error:
        yield _undecided(error.element, str(error))
        return
    if verdict.sound is None:
        yield _undecided(model.key, verdict.reason)
    elif not verdict.sound:
        element = next((id for id in verdict.elements if model.has(id)), model.key)
        way = " → ".join(model.label(id, "zh") for id in verdict.path)
        yield Problem(
            "unsound",
            element,
            verdict.reason + (f" The way there: {way}." if way else ""),
            "Join branches with a gateway of the kind that split them, and give every branch a way to the end.",
            Severity.ERROR,
            verdict.path,
        )


def _undecided(element: str, reason: str) -> Problem:
    return Problem(
        "soundness_undecided",
        element,
        f"Whether every case can end was not decided: {reason}",
        "Draw it with elements that the check covers, or walk through it yourself.",
        Severity.WARNING,
    )
