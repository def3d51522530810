"""Builders and generators of process models for the tests of this room."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from bpmn.expressions import due_timer
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    Assignment,
    Behavior,
    EventDefinition,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    InstanceThrow,
    Lane,
    Listener,
    MultiInstance,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)


def flow(source: str, target: str, condition: str | None = None) -> Flow:
    return Flow(id=f"{source}__{target}", source=source, target=target, condition=condition)


def user(id: str, lane: str | None = "hall", **fields: object) -> Activity:
    return Activity(id=id, name=id, kind=ActivityKind.USER, lane=lane, form=id, **fields)  # type: ignore[arg-type]


def refund() -> ProcessModel:
    """A small sound procedure: accept, rate, check in two branches when the risk is high, pay."""
    nodes: tuple[AnyNode, ...] = (
        EventNode(id="applied", name="收到申请", position=Position.START, lane="hall"),
        user("accept"),
        Gateway(id="risk", name="高风险?", default="risk__merge", lane="hall"),
        Gateway(id="split", kind=GatewayKind.PARALLEL, lane="office"),
        user("invoices", "office"),
        user("arrears", "office"),
        Gateway(id="join", kind=GatewayKind.PARALLEL, lane="office"),
        Gateway(id="merge", lane="hall"),
        Activity(id="pay", name="退付", kind=ActivityKind.SERVICE, service="treasury.pay", lane="hall"),
        EventNode(id="closed", name="办结", position=Position.END, lane="hall"),
    )
    flows = (
        flow("applied", "accept"),
        flow("accept", "risk"),
        flow("risk", "split", 'risk = "high"'),
        flow("risk", "merge"),
        flow("split", "invoices"),
        flow("split", "arrears"),
        flow("invoices", "join"),
        flow("arrears", "join"),
        flow("join", "merge"),
        flow("merge", "pay"),
        flow("pay", "closed"),
    )
    lanes = (
        Lane(id="hall", name="办税服务厅", posts=("reception",)),
        Lane(id="office", name="税源管理所", posts=("tax_source",)),
    )
    return ProcessModel(key="refund", name="退税", names={"en": "Refund"}, nodes=nodes, flows=flows, lanes=lanes)


def without(model: ProcessModel, *ids: str) -> ProcessModel:
    """The model without these nodes and flows."""
    nodes = tuple(node for node in model.nodes if node.id not in ids)
    return replace(model, nodes=nodes, flows=tuple(f for f in model.flows if f.id not in ids))


def changed(model: ProcessModel, id: str, **fields: object) -> ProcessModel:
    """The model with other fields of one node."""
    nodes = tuple(replace(node, **fields) if node.id == id else node for node in model.nodes)  # type: ignore[arg-type]
    return replace(model, nodes=nodes)


_characters = st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff")
texts = st.text(_characters, max_size=12)
expressions = st.sampled_from(
    ['risk = "high"', "amount > 1000 and not(late)", "x < 3", 'a & "b"', "x", "if a then 1 else 2"]
)
names = st.sampled_from(["支付回执", "paid", "a b", 'x"y<z&', "treasury.paid", "1st"])
words = st.sampled_from(["reception", "leader", "税源", "tax-1"])
times = st.sampled_from(
    ['duration("P5D")', 'duration("PT30M")', "remind_at", 'date("2026-01-31")', '"R3/PT10H"', "now()"]
)
timers = st.builds(Timer, st.sampled_from(TimerKind), times, st.booleans())
languages = st.dictionaries(st.sampled_from(["en", "de"]), texts.filter(bool), max_size=2)
maybe_words = st.lists(words, max_size=2, unique=True).map(tuple)
listeners = st.lists(
    st.builds(Listener, st.sampled_from(["create", "end"]), names, st.none() | st.just("groovy")), max_size=2
).map(tuple)
lines = st.lists(st.builds(Assignment, st.sampled_from(["a", "税额", "late_fee"]), expressions), max_size=2).map(tuple)


quantities = st.sampled_from([1, 1, 2, 0, -1])
ad_hoc = st.fixed_dictionaries(
    {
        "ad_hoc": st.just(True),
        "in_turn": st.booleans(),
        "complete_when": st.none() | expressions,
        "cancel_remaining": st.booleans(),
    }
)
definitions = st.one_of(
    st.builds(EventDefinition, st.just(Trigger.TIMER), id=st.none() | st.just("d1"), timer=timers),
    st.builds(EventDefinition, st.just(Trigger.MESSAGE), message=names, correlation=st.none() | expressions),
    st.builds(EventDefinition, st.just(Trigger.SIGNAL), signal=names),
    st.builds(EventDefinition, st.just(Trigger.ERROR), code=st.none() | names),
    st.builds(EventDefinition, st.just(Trigger.CONDITIONAL), condition=expressions),
    st.builds(EventDefinition, st.just(Trigger.COMPENSATE), compensates=st.none() | words, waits=st.booleans()),
)


@st.composite
def activities(draw: st.DrawFn, id: str, lanes: list[str]) -> Activity:
    kind = draw(st.sampled_from(ActivityKind))
    many = st.builds(
        MultiInstance,
        st.booleans(),
        st.none() | st.just("checkers"),
        st.none() | st.just("3"),
        st.none() | st.just("checker"),
        st.none() | expressions,
        st.just(Behavior.COMPLEX),
        st.lists(st.builds(InstanceThrow, definitions.map(lambda d: (d,)), expressions), max_size=2).map(tuple),
    )
    subprocess = kind is ActivityKind.SUBPROCESS
    loop = draw(st.none() | st.just("") | expressions)
    return Activity(
        id=id,
        name=draw(texts),
        names=draw(languages),
        documentation=draw(texts),
        lane=draw(st.sampled_from([None, *lanes])),
        kind=kind,
        form=draw(st.none() | names),
        decision=draw(st.none() | words),
        service=draw(st.none() | words),
        script=draw(lines) if kind is ActivityKind.SCRIPT else (),
        inputs=draw(lines),
        outputs=draw(lines),
        message=draw(st.none() | names),
        correlation=draw(st.none() | expressions),
        called=draw(st.none() | words),
        posts=draw(maybe_words),
        assignee=draw(st.none() | expressions),
        candidates=draw(st.none() | st.just('["kermit", x]')),
        priority=draw(st.none() | st.just("50")),
        listeners=draw(listeners),
        four_eyes=draw(maybe_words),
        guards=draw(st.frozensets(st.sampled_from(["statutory", "ordered"]))),
        due=draw(st.none() | st.builds(due_timer, times, st.booleans())),
        multi_instance=draw(st.none() | many) if loop is None else None,
        loop_condition=loop,
        for_compensation=draw(st.booleans()),
        triggered_by_event=subprocess and draw(st.booleans()),
        start_quantity=draw(quantities),
        completion_quantity=draw(quantities),
        instantiate=kind is ActivityKind.RECEIVE and draw(st.booleans()),
        **(draw(ad_hoc) if subprocess and draw(st.booleans()) else {}),
    )


several = st.lists(definitions, min_size=2, max_size=3).map(tuple)


@st.composite
def event_nodes(draw: st.DrawFn, id: str, lanes: list[str], hosts: list[str]) -> EventNode:
    position = draw(st.sampled_from(Position))
    trigger = draw(st.sampled_from(Trigger))
    host = draw(st.sampled_from([None, *hosts])) if position is Position.BOUNDARY else None
    undoes = host is not None and trigger is Trigger.COMPENSATE
    can_wait = position in (Position.START, Position.BOUNDARY)
    return EventNode(
        id=id,
        name=draw(texts),
        lane=draw(st.sampled_from([None, *lanes])),
        position=position,
        trigger=trigger,
        timer=draw(timers) if trigger is Trigger.TIMER else None,
        message=draw(names) if trigger is Trigger.MESSAGE else None,
        correlation=draw(st.none() | expressions),
        signal=draw(names) if trigger is Trigger.SIGNAL else None,
        code=draw(st.none() | names) if trigger in (Trigger.ERROR, Trigger.ESCALATION) else None,
        link=draw(names) if trigger is Trigger.LINK else None,
        condition=draw(expressions) if trigger is Trigger.CONDITIONAL else None,
        compensates=draw(st.none() | words) if trigger is Trigger.COMPENSATE else None,
        waits=trigger is not Trigger.COMPENSATE or draw(st.booleans()),
        handler=draw(st.sampled_from([None, *hosts])) if undoes else None,
        definitions=draw(several) if trigger is Trigger.MULTIPLE else (),
        all_of=draw(st.booleans()),
        attached_to=host,
        interrupting=not can_wait or draw(st.booleans()),
    )


@st.composite
def gateways(draw: st.DrawFn, id: str) -> Gateway:
    kind = draw(st.sampled_from(GatewayKind))
    activation = draw(st.none() | expressions) if kind is GatewayKind.COMPLEX else None
    return Gateway(id=id, name=draw(texts), kind=kind, activation=activation)


@st.composite
def process_models(draw: st.DrawFn) -> ProcessModel:
    """Models of any shape, most of them nonsense to run: what can be said must be written and read."""
    lanes = [f"lane{i}" for i in range(draw(st.integers(0, 3)))]
    nodes: list[AnyNode] = []
    scopes: list[str | None] = [None]
    for i in range(draw(st.integers(0, 8))):
        hosts = [node.id for node in nodes if isinstance(node, Activity)]
        gateway = gateways(f"n{i}")
        node: AnyNode = draw(activities(f"n{i}", lanes) | event_nodes(f"n{i}", lanes, hosts) | gateway)
        node = replace(node, scope=draw(st.sampled_from(scopes)))
        nodes.append(node)
        if isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS:
            scopes.append(node.id)
    ends = st.sampled_from([node.id for node in nodes] or [""])
    flows = [
        Flow(
            id=f"f{i}", source=draw(ends), target=draw(ends), name=draw(texts), condition=draw(st.none() | expressions)
        )
        for i in range(draw(st.integers(0, 8)))
    ]
    lane_values = tuple(
        Lane(
            id=id,
            name=draw(texts),
            posts=draw(maybe_words),
            parent=draw(st.sampled_from([None, *lanes[:i]])),
        )
        for i, id in enumerate(lanes)
    )
    return ProcessModel(
        key="generated",
        name=draw(texts),
        names=draw(languages),
        nodes=tuple(nodes),
        flows=tuple(flows),
        lanes=lane_values,
        documentation=draw(texts),
        executable=draw(st.booleans()),
    )
