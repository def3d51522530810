"""Cases in the middle of their life, kept as the text that the engine stored: `python -m tests.workflows.situations VERSION` writes them.

Each situation is a drawing, what to do with it until it stands where it shall be kept, and how it goes on from there: calmly
(people do their work) and eventfully (whatever watches fires first). The files in `states/` never change; a new version of
the engine adds a folder of its own beside the old ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bpmn.model import ActivityKind, EventNode, MultiInstance, Position, ProcessModel, Timer, TimerKind, Trigger
from bpmn.reading import read_bpmn
from bpmn.writing import write_bpmn
from event_logs import typed_json
from tests.builders import (
    activity,
    after,
    both,
    boundary,
    catch,
    end,
    first_of,
    inside,
    model,
    script,
    service,
    some,
    start,
    subprocess,
    throw,
    user,
    xor,
)
from tests.workflows.playing import MONDAY, Surroundings
from workflows.engine import Execution, Plan, begin, facts, prepare, resume
from workflows.errors import ServiceFailed

FOLDER = Path(__file__).parent / "states"
MOST_STEPS = 100


@dataclass(frozen=True)
class Situation:
    """A drawing, the variables at the start, and the places to complete until it stands where it is kept."""

    drawn: ProcessModel
    data: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    called: Mapping[str, ProcessModel] = field(default_factory=dict)
    down: bool = False  # the service fails while the case comes here, and works when it goes on


PARALLEL = model(
    start(), both("s"), user("a"), user("b"), both("j"), user("z"), end(),
    paths=["start > s > a > j > z > end", "s > b > j"],
)  # fmt: skip
MANY = MultiInstance(collection="items", element="item")


def nested() -> ProcessModel:
    """A subprocess with a timer on its border and an event subprocess inside, which are both listening."""
    return model(
        start(), subprocess("p"), user("z"), end(), boundary("late", "p", Trigger.TIMER, timer=after('duration("P5D")')),
        user("remind"), end("end2"),
        *inside("p", start("ps"), user("pa"), user("pb"), end("pe"), subprocess("es", triggered_by_event=True)),
        *inside("es", start("news", Trigger.MESSAGE, message="news", interrupting=False), user("read"), end("ee")),
        paths=["start > p > z > end", "late > remind > end2", "ps > pa > pb > pe", "news > read > ee"],
    )  # fmt: skip


SITUATIONS: dict[str, Callable[[], Situation]] = {
    "one_branch_done": lambda: Situation(PARALLEL, {"notes": ["n0"], "risk": "?"}, ("a",)),
    "inclusive_join": lambda: Situation(
        model(
            start(), some("s", default="s__c"), user("a"), user("b"), user("c"), some("j"), user("z"), end(),
            paths=["start > s", "s > a : x > 0", "s > b : x > 1", "s > c", "a > j", "b > j", "c > j", "j > z > end"],
        ), {"x": Decimal(2)}, ("b",),
    ),
    "typed_values": lambda: Situation(
        PARALLEL,
        {
            "tax": Decimal("1000.50"), "due": date(2026, 3, 15), "seen": datetime.fromisoformat("2026-03-02T09:00:00+08:00"),
            "grace": timedelta(days=3), "inv": [{"no": "1", "ok": None}, {"no": "2", "ok": True}], "$odd": {"a": None},
        }, ("b",),
    ),
    "many_at_once": lambda: Situation(
        model(start(), user("look", multi_instance=MANY), user("z"), end(), paths=["start > look > z > end"]),
        {"items": ["p", "q", "r"]}, ("look",),
    ),
    "many_in_turn": lambda: Situation(
        model(
            start(), user("look", multi_instance=MultiInstance(sequential=True, collection="items", element="item")),
            user("z"), end(), paths=["start > look > z > end"],
        ), {"items": ["p", "q", "r"]}, ("look",),
    ),
    "loop": lambda: Situation(
        model(
            start(), user("again", loop_condition="loopCounter < 3"), user("z"), end(), paths=["start > again > z > end"]
        ), {}, ("again",),
    ),
    "a_way_back": lambda: Situation(
        model(
            start(), xor("m"), user("a"), xor("d", default="d__end"), end(), script("count", n="n + 1"),
            paths=["start > m > a > d > end", "d > count : n < 3", "count > m"],
        ), {"n": Decimal(0)}, ("a", "a"),
    ),
    "subprocess_watched": lambda: Situation(nested(), {"v": "1"}, ("pa",)),
    "event_subprocess_running": lambda: Situation(nested(), {"v": "1"}, ("pa", "news")),
    "reminders": lambda: Situation(
        model(
            start(), user("a"), end(), user("nag"),
            boundary("r", "a", Trigger.TIMER, timer=Timer(TimerKind.CYCLE, "R3/PT1H"), interrupting=False),
            paths=["start > a > end", "r > nag"],
        ), {}, ("r",),
    ),
    "first_of_two": lambda: Situation(
        model(
            start(), first_of("g"), catch("late", Trigger.TIMER, timer=after('duration("P1D")')),
            catch("paid", Trigger.MESSAGE, message="paid", correlation="no"), user("y"), user("z"), end(), end("end2"),
            paths=["start > g > late > y > end", "g > paid > z > end2"],
        ), {"no": "7"},
    ),
    "called": lambda: Situation(
        model(
            start(), activity("pay", ActivityKind.CALL, called="payment"), user("z"), end(), paths=["start > pay > z > end"]
        ), {"amount": Decimal(3)}, ("pay/order",),
        {"payment": model(start("cs"), user("order"), user("send"), end("ce"), paths=["cs > order > send > ce"], key="payment")},
    ),
    "errors_watched": lambda: Situation(
        model(
            start(), subprocess("p"), user("z"), end(), boundary("oops", "p", Trigger.ERROR, code="E1"), user("mend"),
            *inside("p", start("ps"), user("pa"), xor("pd", default="pd__pe"), end("pe"), end("px", Trigger.ERROR, code="E1")),
            paths=["start > p > z > end", "oops > mend > end", "ps > pa > pd > pe", "pd > px : true"],
        ),
    ),
    "asked_again": lambda: Situation(
        model(start(), service("call", "remote.call"), user("z"), end(), paths=["start > call > z > end"]), {}, (), {}, True
    ),
    "signals_and_links": lambda: Situation(
        model(
            start(), both("s"), user("a"), throw("say", Trigger.SIGNAL, signal="go"), catch("heard", Trigger.SIGNAL, signal="go"),
            throw("l1", Trigger.LINK, link="L"), catch("l2", Trigger.LINK, link="L"), user("z"), end(), end("end2"),
            paths=["start > s > a > say > end", "s > heard > l1", "l2 > z > end2"],
        ),
    ),
}  # fmt: skip


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


def go_on(execution: Execution, stuck: list[int], *, eventful: bool) -> list[str]:
    """The places done until nothing is left to do; `eventful` lets watching events fire before the work, once each place."""
    path: list[str] = []
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
    }
    for way in ("calm", "eventful"):
        again = opened(told)
        path = go_on(again, stuck, eventful=way == "eventful")
        told[way] = {"path": path, "ended": again.ended, "data": dict(again.data)}
    return typed_json.dumps(told).replace(',"', ',\n"') + "\n"


def opened(told: Mapping[str, Any]) -> Execution:
    """The stored execution, opened by the engine as it is now."""
    models = [read_bpmn(xml) for xml in told["models"]]
    plan: Plan = prepare(models[0], {drawn.key: drawn for drawn in models[1:]})
    return resume(plan, told["execution"], told["data"], surroundings(Situation(models[0])))


def main(version: str) -> None:
    folder = FOLDER / version
    folder.mkdir(parents=True)
    for name in SITUATIONS:
        (folder / f"{name}.json").write_text(tell(name, version), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
