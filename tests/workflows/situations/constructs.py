"""Situations of the rarer elements: what they keep of the past, and what they wait for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bpmn.model import EventDefinition, Gateway, GatewayKind, MultiInstance, ProcessModel, Trigger
from tests.builders import (
    after,
    both,
    boundary,
    catch,
    end,
    inside,
    model,
    start,
    subprocess,
    throw,
    user,
    xor,
)
from tests.workflows.situations.situation import Situation

HOUR = after('duration("PT1H")')
TWO = (EventDefinition(Trigger.MESSAGE, message="paid"), EventDefinition(Trigger.TIMER, timer=HOUR))


def booking() -> ProcessModel:
    """Two bookings with their ways back, a third inside a finished subprocess; `u` gives all of it up."""
    return model(
        start(), user("hotel"), subprocess("trip"), user("u"), throw("back", Trigger.COMPENSATE), user("z"),
        boundary("undo_hotel", "hotel", Trigger.COMPENSATE, handler="cancel_hotel"),
        user("cancel_hotel", for_compensation=True),
        *inside("trip", user("flight"), boundary("undo_flight", "flight", Trigger.COMPENSATE, handler="cancel_flight"),
                user("cancel_flight", for_compensation=True)),
        paths=["start > hotel > trip > u > back > z"],
    )  # fmt: skip


def some_of_three() -> ProcessModel:
    return model(
        start(), both("s"), *(user(n) for n in "abc"), user("z"), user("late"), end(),
        Gateway(id="g", kind=GatewayKind.COMPLEX, activation="activationCount >= 2"),
        paths=["start > s", *(f"s > {n} > g" for n in "abc"), "g > z : waitingForStart", "g > late : not(waitingForStart)",
               "z > end"],
    )  # fmt: skip


def waiting_for(*, all_of: bool) -> ProcessModel:
    e = catch("e", Trigger.MULTIPLE, definitions=TWO, all_of=all_of)
    return model(start(), both("s"), user("a"), e, user("z"), paths=["start > s > a", "s > e > z"])


def countersigned(complete_when: str) -> ProcessModel:
    signers = MultiInstance(collection="leaders", element="leader", complete_when=complete_when)
    return model(start(), user("sign", multi_instance=signers), user("z"), end(), paths=["start > sign > z > end"])


def picking() -> ProcessModel:
    return model(
        start(), subprocess("p", ad_hoc=True, in_turn=True), user("z"), *inside("p", user("a"), user("b"), user("b2")),
        paths=["start > p > z", "b > b2"],
    )  # fmt: skip


def interrupted() -> ProcessModel:
    """An event subprocess that ended the work beside it, with a deadline of its own; another may still begin."""
    return model(
        start(), subprocess("p"), user("z"), end(),
        *inside("p", user("pa"), user("pb"), subprocess("stop", triggered_by_event=True),
                subprocess("ask", triggered_by_event=True)),
        *inside("stop", start("gone", Trigger.MESSAGE, message="gone"), user("settle"), user("file"),
                boundary("slow", "settle", Trigger.TIMER, timer=HOUR, interrupting=False), user("nag"),),
        *inside("ask", start("asked", Trigger.SIGNAL, signal="asked", interrupting=False), user("answer")),
        paths=["start > p > z > end", "pa > pb", "gone > settle > file", "slow > nag", "asked > answer"],
    )  # fmt: skip


LEADERS = {"leaders": ["l1", "l2", "l3", "l4"], "tax": Decimal("10.50")}
CONSTRUCTS: dict[str, Callable[[], Situation]] = {
    "can_be_made_undone": lambda: Situation(booking(), {"no": "7"}, ("hotel", "flight")),
    "compensation_pending": lambda: Situation(booking(), {"no": "7"}, ("hotel", "flight", "u")),
    "compensation_running": lambda: Situation(booking(), {"no": "7"}, ("hotel", "flight", "u", "cancel_flight")),
    "one_of_several_events": lambda: Situation(waiting_for(all_of=False), {"no": "7"}),
    "all_of_several_events": lambda: Situation(waiting_for(all_of=True), {"no": "7"}, ("e",)),
    "ad_hoc_in_progress": lambda: Situation(picking(), {"no": "7"}, ("a",)),
    "complex_not_yet": lambda: Situation(some_of_three(), {}, ("a",)),
    "complex_half_fired": lambda: Situation(some_of_three(), {}, ("a", "c")),
    "countersigned_by_some": lambda: Situation(
        countersigned("nrOfCompletedInstances / nrOfInstances >= 0.75"), LEADERS, ("sign", "sign")
    ),
    "event_subprocess_in_place_of_the_work": lambda: Situation(interrupted(), {"v": "1"}, ("pa", "asked", "gone")),
    "no_branch_fits": lambda: Situation(
        model(
            start(), user("a"), xor("d"), user("x"), user("y"), end(),
            paths=["start > a > d", "d > x : risk = 1", "d > y : risk = 2", "x > end", "y > end"],
        ), {}, ("a",), repair={"risk": Decimal(2)},
    ),
}  # fmt: skip
