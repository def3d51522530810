"""The contract: small models and exactly the traces they allow, whoever plays them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from bpmn.model import EventDefinition, Gateway, GatewayKind, MultiInstance, ProcessModel, Trigger
from bpmn.semantics import Net, enabled, fire, initial
from tests.contracts.drawings import after, boundary, catch, drawing, end, start, subprocess, throw, user


@dataclass(frozen=True)
class Contract:
    """`traces` are all complete traces of at most `longest` visible steps, start and end events left out.
    `foreign` says whether pm4py gives the elements the same meaning: it knows no events, subprocesses or implicit
    splits, and lets an inclusive join go on alone."""

    name: str
    model: ProcessModel
    traces: frozenset[tuple[str, ...]]
    longest: int = 8
    foreign: bool = True


def played(net: Net, longest: int) -> frozenset[tuple[str, ...]]:
    """All complete traces of visible activities and events up to a length."""
    found: set[tuple[str, ...]] = set()
    seen = {(initial(net), ())}
    waiting: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(initial(net), ())]
    while waiting:
        marking, trace = waiting.pop()
        if not marking:
            found.add(trace)
        for transition in enabled(net, marking):
            shown = transition.label is not None and not transition.label.startswith(("start", "end"))
            longer = (*trace, transition.node) if shown else trace
            state = fire(net, marking, transition), longer
            if len(longer) <= longest and state not in seen:
                seen.add(state)
                waiting.append(state)
    return frozenset(found)


def _set(*traces: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(trace.split()) for trace in traces)


def _late_third() -> list[tuple[str, ...]]:
    """The fourth step comes as soon as two of the three are done; the third is still done, before or after it."""
    return [order for order in permutations("abcd") if order.index("d") >= 2]


CONTRACTS = (
    Contract("a sequence", drawing("start > a > b > end"), _set("a b")),
    Contract("an exclusive choice", drawing("start > xor1 > a > xor2 > end; xor1 > b > xor2"), _set("a", "b")),
    Contract("parallel branches", drawing("start > and1 > a > and2 > end; and1 > b > and2"), _set("a b", "b a")),
    Contract(
        "an inclusive choice",
        drawing("start > or1; or1 > a ? x; or1 > b ? y; a > or2; b > or2; or2 > c > end"),
        _set("a c", "b c", "a b c", "b a c"),
        foreign=False,
    ),
    Contract(
        "an inclusive choice with a default",
        drawing(
            "start > or1; or1 > a ? x; or1 > b; a > or2; b > or2; or2 > c > end",
            Gateway(id="or1", kind=GatewayKind.INCLUSIVE, default="or1_b"),
        ),
        _set("a c", "b c"),
        foreign=False,  # others let the default run beside the branches whose condition holds
    ),
    Contract(
        "an inclusive join outside a block",
        drawing("start > and1; and1 > xor1; xor1 > a > or1; xor1 > end1; and1 > b > or1; or1 > c > end2"),
        _set("a b c", "b a c", "b c"),
        foreign=False,
    ),
    Contract(
        "a loop",
        drawing("start > xor1 > a > xor2 > end; xor2 > b > xor1"),
        _set("a", "a b a", "a b a b a"),
        longest=5,
    ),
    Contract("an implicit merge", drawing("start > xor1 > a > c > end; xor1 > b > c"), _set("a c", "b c")),
    Contract(
        "an implicit split",
        drawing("start > a; a > b; a > c; b > and1; c > and1; and1 > end"),
        _set("a b c", "a c b"),
        foreign=False,
    ),
    Contract(
        "conditional flows of an activity",
        drawing("start > a; a > b ? x; a > c; b > end1; c > end2", user("a", default="a_c")),
        _set("a b", "a c"),
        foreign=False,
    ),
    Contract(
        "two ends side by side",
        drawing("start > and1; and1 > a > end1; and1 > b > end2"),
        _set("a b", "b a"),
    ),
    Contract(
        "a terminate end",
        drawing("start > and1; and1 > a > end1; and1 > b > end2", end("end1", trigger=Trigger.TERMINATE)),
        _set("a", "b a", "a b"),  # b may still complete before the end takes its step
        foreign=False,
    ),
    Contract(
        "the first of several events",
        drawing(
            "start > race1; race1 > paid > a > end1; race1 > late > b > end2",
            catch("paid", message="paid"),
            catch("late", Trigger.TIMER, timer=after()),
        ),
        _set("paid a", "late b"),
        foreign=False,
    ),
    Contract(
        "an interrupting timer",
        drawing("start > a > end1; late > b > end2", boundary("late", "a", Trigger.TIMER, timer=after())),
        _set("a", "late b"),
        foreign=False,
    ),
    Contract(
        "a reminder that fires once",
        drawing(
            "start > a > end1; remind > b > end2",
            boundary("remind", "a", Trigger.TIMER, timer=after(), interrupting=False),
        ),
        _set("a", "remind a b", "remind b a"),
        foreign=False,
    ),
    Contract(
        "a message that may come again",
        drawing("start > a > end1; asked > end2", boundary("asked", "a", interrupting=False, message="asked")),
        _set("a", "asked a", "asked asked a"),
        longest=3,
        foreign=False,
    ),
    Contract(
        "a subprocess",
        drawing(
            "start > sub > b > end1; start2 > a > end2",
            subprocess("sub"),
            start("start2", "sub"),
            user("a", scope="sub"),
            end("end2", "sub"),
        ),
        _set("a sub b"),
        foreign=False,
    ),
    Contract(
        "a subprocess with branches that end apart",
        drawing(
            "start > sub > c > end1; start2 > and1; and1 > a > end2; and1 > b > end3",
            subprocess("sub"),
            start("start2", "sub"),
            Gateway(id="and1", kind=GatewayKind.PARALLEL, scope="sub"),
            user("a", scope="sub"),
            user("b", scope="sub"),
            end("end2", "sub"),
            end("end3", "sub"),
        ),
        _set("a b sub c", "b a sub c"),
        foreign=False,
    ),
    Contract(
        "a subprocess in a subprocess",
        drawing(
            "start > outer > c > end1; start2 > and1; and1 > inner > end2; and1 > b > end3; start3 > a > end4",
            subprocess("outer"),
            start("start2", "outer"),
            Gateway(id="and1", kind=GatewayKind.PARALLEL, scope="outer"),
            subprocess("inner", scope="outer"),
            user("b", scope="outer"),
            start("start3", "inner"),
            user("a", scope="inner"),
            end("end4", "inner"),
            end("end2", "outer"),
            end("end3", "outer"),
        ),
        _set("a inner b outer c", "a b inner outer c", "b a inner outer c"),
        foreign=False,
    ),
    Contract(
        "a subprocess ended by a message",
        drawing(
            "start > sub > end1; start2 > a > b > end2; paid > end3",
            subprocess("sub"),
            start("start2", "sub"),
            user("a", scope="sub"),
            user("b", scope="sub"),
            end("end2", "sub"),
            boundary("paid", "sub", message="paid"),
        ),
        _set("a b sub", "paid", "a paid", "a b paid"),
        foreign=False,
    ),
    Contract(
        "an error that leaves a subprocess",
        drawing(
            "start > sub > end1; start2 > xor1; xor1 > a > end2; xor1 > b > end3; failed > c > end4",
            subprocess("sub"),
            start("start2", "sub"),
            Gateway(id="xor1", kind=GatewayKind.EXCLUSIVE, scope="sub"),
            user("a", scope="sub"),
            user("b", scope="sub"),
            end("end2", "sub"),
            end("end3", "sub", Trigger.ERROR, code="treasury"),
            boundary("failed", "sub", Trigger.ERROR, code="treasury"),
        ),
        _set("a sub", "b failed c"),
        foreign=False,
    ),
    Contract(
        "an event subprocess that interrupts",
        drawing(
            "start > a > b > end1; start2 > c > end2",
            subprocess("stop", triggered_by_event=True),
            start("start2", "stop", Trigger.MESSAGE, message="withdrawn"),
            user("c", scope="stop"),
            end("end2", "stop"),
        ),
        _set("a b", "c stop", "a c stop", "a b c stop"),
        foreign=False,
    ),
    Contract(
        "instances one by one",
        drawing("start > a > b > end", user("a", multi_instance=MultiInstance(cardinality="n"))),
        _set("b", "a b", "a a b", "a a a b"),
        longest=4,
        foreign=False,
    ),
    Contract(
        "links",
        drawing(
            "start > a > to; from > b > end", throw("to", Trigger.LINK, link="1"), catch("from", Trigger.LINK, link="1")
        ),
        _set("a b"),
        foreign=False,
    ),
    Contract(
        "a subprocess of nothing",
        drawing("start > sub > a > end", subprocess("sub")),
        _set("sub a"),
        foreign=False,
    ),
    Contract(
        "the second of three branches is enough",
        drawing(
            "start > and1; and1 > a > g; and1 > b > g; and1 > c > g; g > d > end",
            Gateway(id="g", kind=GatewayKind.COMPLEX, activation="activationCount >= 2"),
        ),
        _set(*(f"{' '.join(x)}" for x in _late_third())),
        foreign=False,
    ),
    Contract(
        "work in any order",
        drawing(
            "start > sub > c > end", subprocess("sub", ad_hoc=True), user("a", scope="sub"), user("b", scope="sub")
        ),
        _set("a b sub c", "b a sub c"),
        foreign=False,
    ),
    Contract(
        "work one at a time",
        drawing(
            "start > sub > c > end",
            subprocess("sub", ad_hoc=True, in_turn=True),
            user("a", scope="sub"),
            user("b", scope="sub"),
        ),
        _set("a b sub c", "b a sub c"),
        foreign=False,
    ),
    Contract(
        "work until enough is done",
        drawing(
            "start > sub > c > end",
            subprocess("sub", ad_hoc=True, complete_when="x"),
            user("a", scope="sub"),
            user("b", scope="sub"),
        ),
        _set("a sub c", "b sub c", "a b sub c", "b a sub c"),
        foreign=False,
    ),
    Contract(
        "work that is undone",
        drawing(
            "start > a > xor1; xor1 > undo > end1; xor1 > end2 ? x",
            Gateway(id="xor1", kind=GatewayKind.EXCLUSIVE, default="xor1_undo"),
            boundary("wrong", "a", Trigger.COMPENSATE, handler="b"),
            user("b", for_compensation=True),
            throw("undo", Trigger.COMPENSATE),
        ),
        _set("a", "a b"),
        foreign=False,
    ),
    Contract(
        "only what was done is undone",
        drawing(
            "start > xor1; xor1 > a > xor2; xor1 > c > xor2 ? x; xor2 > end",
            Gateway(id="xor1", kind=GatewayKind.EXCLUSIVE, default="xor1_a"),
            boundary("wrong", "a", Trigger.COMPENSATE, handler="b"),
            user("b", for_compensation=True),
            end("end", trigger=Trigger.COMPENSATE),
        ),
        _set("a b", "c"),
        foreign=False,
    ),
    Contract(
        "an escalation beside the work",
        drawing(
            "start > sub > end1; start2 > call > a > end2; told > b > end3",
            subprocess("sub"),
            start("start2", "sub"),
            throw("call", Trigger.ESCALATION, code="late", scope="sub"),
            user("a", scope="sub"),
            end("end2", "sub"),
            boundary("told", "sub", Trigger.ESCALATION, code="late", interrupting=False),
        ),
        _set("told a sub b", "told a b sub", "told b a sub", "a told sub b", "a told b sub", "a sub told b"),
        foreign=False,
    ),
    Contract(
        "a transaction that is cancelled",
        drawing(
            "start > sub > end1; start2 > a > xor1; xor1 > end2 ? x; xor1 > end3; given > b > end4",
            subprocess("sub", transaction=True),
            start("start2", "sub"),
            user("a", scope="sub"),
            Gateway(id="xor1", kind=GatewayKind.EXCLUSIVE, default="xor1_end3", scope="sub"),
            end("end2", "sub"),
            end("end3", "sub", Trigger.CANCEL),
            boundary("given", "sub", Trigger.CANCEL),
        ),
        _set("a sub", "a given b"),
        foreign=False,
    ),
    Contract(
        "an event subprocess beside the work",
        drawing(
            "start > a > end1; start2 > c > end2",
            subprocess("more", triggered_by_event=True),
            start("start2", "more", Trigger.TIMER, timer=after(), interrupting=False),
            user("c", scope="more"),
            end("end2", "more"),
        ),
        _set("a", "a c more", "c a more", "c more a"),
        foreign=False,
    ),
    Contract(
        "one of several triggers",
        drawing(
            "start > come > a > end",
            catch(
                "come",
                Trigger.MULTIPLE,
                definitions=(
                    EventDefinition(Trigger.MESSAGE, message="m"),
                    EventDefinition(Trigger.SIGNAL, signal="s"),
                ),
            ),
        ),
        _set("come a"),
        foreign=False,
    ),
    Contract(
        "an activity that is repeated",
        drawing("start > a > b > end", user("a", loop_condition="x")),
        _set("a b", "a a b", "a a a b"),
        longest=4,
        foreign=False,
    ),
)
