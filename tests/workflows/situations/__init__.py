"""Cases in the middle of their life, kept as the text that the engine stored: `python -m tests.workflows.situations VERSION` writes them.

Each situation is a drawing, what to do with it until it stands where it shall be kept, and how it goes on from there: calmly
(people do their work) and eventfully (whatever watches fires first). The files in `states/` never change; a new version of
the engine adds a folder of its own beside the old ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bpmn.model import EventNode, Position
from bpmn.reading import read_bpmn
from bpmn.writing import write_bpmn
from event_logs import typed_json
from tests.workflows.playing import MONDAY, Surroundings
from tests.workflows.situations.constructs import CONSTRUCTS
from tests.workflows.situations.first import FIRST
from tests.workflows.situations.situation import Situation
from workflows.engine import Execution, Plan, begin, facts, prepare, resume
from workflows.errors import ServiceFailed

FOLDER = Path(__file__).parents[1] / "states"
SITUATIONS = {**FIRST, **CONSTRUCTS}
MOST_STEPS = 100


def surroundings(situation: Situation, now: datetime = MONDAY) -> Surroundings:
    def call(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if situation.down:
            raise ServiceFailed("The line is dead.")
        return {"answered": True}

    return Surroundings({"remote.call": call}, now)


def stand(situation: Situation) -> tuple[Execution, list[int]]:
    """The execution where it is kept, and its tokens that are stuck."""
    execution = begin(prepare(situation.drawn, situation.called), situation.data, surroundings(situation))
    for number, place in enumerate(situation.done):
        _do(execution, next(token for token, at in sorted(execution.waiting().items()) if at == place), number)
    stuck = [fact.token for fact in execution.take() if isinstance(fact, facts.Stuck)]
    return execution, stuck


def _do(execution: Execution, token: int, number: int) -> str:
    place = execution.waiting()[token]
    values = {f"{place.rpartition('/')[2]}_done": number}
    if isinstance(execution.node(place), EventNode):
        execution.fire(token, values)
    else:
        execution.complete(token, values)
    return place


def go_on(
    execution: Execution, stuck: list[int], *, eventful: bool, repair: Mapping[str, Any] | None = None
) -> list[str]:
    """The places done until nothing is left to do; `eventful` lets watching events fire before the work, once each place."""
    path: list[str] = []
    if repair:
        execution.correct(repair)
    for token in stuck:
        execution.retry(token)
    for _ in range(MOST_STEPS):
        waiting = sorted((place, token) for token, place in execution.waiting().items())
        watching = [(place, token) for place, token in waiting if _watches(execution, place)]
        work = [pair for pair in waiting if pair not in watching]
        fresh = [pair for pair in watching if path.count(pair[0]) < 2] if eventful else []
        if not (fresh or work):
            return path
        path.append(_do(execution, (fresh or work)[0][1], 100 + len(path)))
    raise AssertionError(f"It goes on for ever: {path[-9:]}")


def _watches(execution: Execution, place: str) -> bool:
    node = execution.node(place)
    return isinstance(node, EventNode) and node.position in (Position.BOUNDARY, Position.START)


# keeping


def tell(name: str, version: str) -> str:
    """The file of a situation as this version of the engine leaves it."""
    situation = SITUATIONS[name]()
    execution, stuck = stand(situation)
    told = {
        "written_by": version,
        "models": [write_bpmn(drawn).decode() for drawn in (situation.drawn, *situation.called.values())],
        "data": dict(execution.data),
        "execution": execution.dump(),
        "stuck": stuck,
        "repair": dict(situation.repair),
    }
    for way in ("calm", "eventful"):
        again = opened(told)
        path = go_on(again, stuck, eventful=way == "eventful", repair=situation.repair)
        told[way] = {"path": path, "ended": again.ended, "data": dict(again.data)}
    return typed_json.dumps(told).replace(',"', ',\n"') + "\n"


def opened(told: Mapping[str, Any]) -> Execution:
    """The stored execution, opened by the engine as it is now."""
    models = [read_bpmn(xml) for xml in told["models"]]
    plan: Plan = prepare(models[0], {drawn.key: drawn for drawn in models[1:]})
    return resume(plan, told["execution"], told["data"], surroundings(Situation(models[0])))
