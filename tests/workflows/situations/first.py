"""The situations that the first version kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from bpmn.model import ActivityKind, MultiInstance, ProcessModel, Timer, TimerKind, Trigger
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
from tests.workflows.situations.situation import Situation

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


FIRST: dict[str, Callable[[], Situation]] = {
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
