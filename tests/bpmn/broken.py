"""For every rule a small model that breaks it, and what else is then wrong of necessity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from bpmn.decisions import read_dmn
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    Assignment,
    Behavior,
    Bounds,
    EventDefinition,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Lane,
    Layout,
    Listener,
    MultiInstance,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.procedure import Application, Category, DayUnit, LimitKind, PostName, Procedure, TimeLimit
from bpmn.reading import read_bpmn
from bpmn.vocabulary import BPMN, OURS
from tests.contracts.drawings import after, boundary, catch, drawing, end, start, subprocess, throw

Example: TypeAlias = Callable[[], ProcessModel]


def task(id: str = "a", **more: object) -> Activity:
    """Work with nothing wrong about it."""
    fields: dict[str, object] = {"kind": ActivityKind.MANUAL, "posts": ("clerk",)} | more
    return Activity(id=id, **fields)  # type: ignore[arg-type]


def sketch(text: str, *nodes: AnyNode) -> ProcessModel:
    """A drawing whose tasks are somebody's work."""
    model = drawing(text, *nodes)
    given = {node.id for node in nodes}
    worked = (task(n.id) if n.id not in given and isinstance(n, Activity) else n for n in model.nodes)
    return replace(model, nodes=tuple(worked))


def row(*nodes: AnyNode, **fields: object) -> ProcessModel:
    """`start > a > end` with these nodes for those of their ids, or beside them."""
    return replace(sketch("start > a > end", *nodes), **fields)  # type: ignore[arg-type]


def flowing(*flows: Flow, nodes: tuple[AnyNode, ...] = ()) -> ProcessModel:
    model = row(*nodes)
    return replace(model, flows=(*model.flows, *flows))


def flow(source: str, target: str, condition: str | None = None, id: str = "f") -> Flow:
    return Flow(id=id, source=source, target=target, condition=condition)


def file(inside: str = "", *, beside: str = "", work: str = "", attributes: str = "") -> ProcessModel:
    """The row as a file, with more XML in the process, beside it, in its task `a`, or on that task."""
    return read_bpmn(
        f'<definitions xmlns="{BPMN}" xmlns:qj="{OURS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<process id="p" isExecutable="true"><startEvent id="start"/>'
        f'<manualTask id="a" qj:posts="clerk" {attributes}>{work}</manualTask><endEvent id="end"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="end"/>'
        f"{inside}</process>{beside}</definitions>",
        process="p",
    )


def pools(flows: str, *, other: str = "", more: str = "", inside: str = "") -> ProcessModel:
    """Two pools and message flows between them."""
    return file(
        inside,
        beside=f'<process id="q">{other}</process><collaboration id="c"><participant id="ours" processRef="p"/>'
        f'<participant id="theirs" processRef="q"/><participant id="black"/>{flows}</collaboration>{more}',
    )


def message_flow(source: str, target: str) -> str:
    return f'<messageFlow id="m" sourceRef="{source}" targetRef="{target}"/>'


def inner(*nodes: AnyNode, flows: tuple[Flow, ...] = (), **fields: object) -> ProcessModel:
    """The row with a subprocess for its task; its start, work and end are `start2`, `b`, `end2`."""
    own = {n.id: n for n in (start("start2", "a"), task("b", scope="a"), end("end2", "a"))} | {n.id: n for n in nodes}
    model = sketch("start > a > end; start2 > b > end2", subprocess("a", **fields), *own.values())
    return replace(model, flows=(*model.flows, *flows))


def listener(*nodes: AnyNode, text: str = "start > a > end; start2 > b > end2", **fields: object) -> ProcessModel:
    """The row with an event subprocess `s` that a message starts: `start2`, `b`, `end2`."""
    own = {
        n.id: n for n in (start("start2", "s", Trigger.MESSAGE, message="m"), task("b", scope="s"), end("end2", "s"))
    }
    own |= {n.id: n for n in nodes}
    return sketch(text, subprocess("s", triggered_by_event=True, **fields), *own.values())


def bordered(event: EventNode, *nodes: AnyNode) -> ProcessModel:
    """The row with an event `late` on the border of its task, which leads to an end."""
    return sketch("start > a > end; late > end3", event, *nodes)


def late(trigger: Trigger = Trigger.TIMER, **fields: object) -> EventNode:
    own: dict[str, object] = {"timer": after()} if trigger is Trigger.TIMER else {}
    return boundary("late", **({"host": "a", "trigger": trigger} | own | fields))  # type: ignore[arg-type]


def choice(kind: GatewayKind = GatewayKind.EXCLUSIVE, text: str = "", **fields: object) -> ProcessModel:
    """A gateway `g` with the branches a and b, which are joined by an exclusive one."""
    text = text or "start > g; g > a ? x; g > b ? not(x); a > xor2; b > xor2; xor2 > end"
    return sketch(text, Gateway(id="g", kind=kind, **fields))  # type: ignore[arg-type]


def race(*nodes: AnyNode, text: str = "start > race1; race1 > c1 > end1; race1 > c2 > end2") -> ProcessModel:
    own = {n.id: n for n in (catch("c1", message="m"), catch("c2", Trigger.TIMER, timer=after()))}
    return sketch(text, *(own | {n.id: n for n in nodes}).values())


def directed(direction: str, text: str) -> ProcessModel:
    return sketch(text, Gateway(id="g", extensions=(f"gatewayDirection={direction}",), default="g_a"))


def drawn(layout: Layout) -> ProcessModel:
    return row(layout=layout)


def box(x: float = 0, width: float = 100) -> Bounds:
    return Bounds(x, 0, width, 80)


SHAPES = {"start": box(), "a": box(200), "end": box(400)}
EDGES = {"start_a": ((100.0, 40.0), (200.0, 40.0)), "a_end": ((300.0, 40.0), (400.0, 40.0))}
LOOP = "standardLoopCharacteristics"
GIVEN = '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>'
INPUT = '<ioSpecification id="io">{}<inputSet id="in">{}</inputSet><outputSet id="out"/></ioSpecification>'


def takes(source: str, target: str = "di") -> str:
    sources = "".join(f"<sourceRef>{id}</sourceRef>" for id in source.split())
    return f'<dataInputAssociation id="da">{sources}<targetRef>{target}</targetRef></dataInputAssociation>'


def reads(association: str, inside: str = GIVEN, data: str = '<dataInput id="di"/>') -> ProcessModel:
    members = "<dataInputRefs>di</dataInputRefs>"
    return file(inside, work=INPUT.format(data, members) + association)


NAMES: Mapping[str, Example] = {
    "duplicate_id": lambda: flowing(Flow(id="start_a", source="a", target="end", condition="x")),
    "invalid_id": lambda: sketch("start > 1a > end", task("1a")),
    "missing_id": lambda: file(
        '<sequenceFlow sourceRef="a" targetRef="end"><conditionExpression>x</conditionExpression></sequenceFlow>'
    ),
    "undeclared_reference": lambda: file(
        '<intermediateCatchEvent id="i"><messageEventDefinition messageRef="gone"/></intermediateCatchEvent>'
    ),
    "unresolved_reference": lambda: file('<dataObject id="d" itemSubjectRef="gone"/>'),
    "reference_to_other_kind": lambda: file('<dataObject id="d" itemSubjectRef="a"/>'),
    "same_name": lambda: file(beside='<message id="m1" name="m"/><message id="m2" name="m"/>'),
    "declared_without_code": lambda: file(beside='<error id="e" name="failed"/>'),
    "import_incomplete": lambda: file(beside='<import location="other.bpmn"/>'),
    "extension_not_understood": lambda: file(beside='<extension mustUnderstand="true" definition="x"/>'),
    "interface_without_operation": lambda: file(beside='<interface id="i" name="i"/>'),
    "operation_without_message": lambda: file(
        beside='<interface id="i" name="i"><operation id="o" name="o"/></interface>'
    ),
    "role_by_two_ways": lambda: file(
        work='<performer id="r"><resourceRef>clerk</resourceRef><resourceAssignmentExpression/></performer>'
    ),
    "binding_without_resource": lambda: file(work='<performer id="r"><resourceParameterBinding/></performer>'),
    "key_without_property": lambda: pools('<correlationKey id="k"/>'),
    "property_without_message": lambda: file(beside='<correlationProperty id="k"/>'),
}
FLOWS: Mapping[str, Example] = {
    "dangling_flow": lambda: flowing(flow("a", "nowhere", "x")),
    "flow_across_pools": lambda: pools(
        "", other='<task id="far"/>', inside='<sequenceFlow id="f" sourceRef="a" targetRef="far"/>'
    ),
    "flow_at_no_node": lambda: file('<textAnnotation id="note"/><sequenceFlow id="f" sourceRef="a" targetRef="note"/>'),
    "flow_across_subprocess": lambda: inner(flows=(flow("a", "b", "x"),)),
    "flow_into_start": lambda: flowing(flow("a", "start", "x")),
    "flow_into_boundary": lambda: sketch("start > a > end; late > end3; a > late ? x", late()),
    "flow_out_of_end": lambda: flowing(flow("end", "a")),
    "flow_into_link": lambda: sketch(
        "start > a > to; from > end; a > from ? x",
        throw("to", Trigger.LINK, link="1"),
        catch("from", Trigger.LINK, link="1"),
    ),
    "flow_out_of_link": lambda: sketch(
        "start > a > to > b > end; from > b", throw("to", Trigger.LINK, link="1"), catch("from", Trigger.LINK, link="1")
    ),
    "flow_at_event_subprocess": lambda: replace(listener(), flows=(*listener().flows, flow("a", "s", "x"))),
    "flow_at_compensation": lambda: sketch(
        "start > a > end; a > undo ? x; undo > end", task("undo", for_compensation=True)
    ),
    "flow_to_itself": lambda: flowing(flow("a", "a", "x")),
    "flow_drawn_twice": lambda: flowing(flow("a", "end", "x"), flow("a", "end", "x", id="g")),
    "flow_not_listed": lambda: file(work="<incoming>f1</incoming>"),
    "unknown_default": lambda: row(task(default="start_a")),
    "condition_on_default": lambda: replace(
        sketch("start > a > end; a > end2", task(default="a_end")),
        flows=(flow("start", "a", id="start_a"), flow("a", "end2", "y"), flow("a", "end", "x", id="a_end")),
    ),
    "default_without_choice": lambda: sketch(
        "start > and1 > a > and2 > end; and1 > b > and2",
        Gateway(id="and1", kind=GatewayKind.PARALLEL, default="and1_a"),
    ),
    "default_of_event": lambda: row(start("start", extensions=("default=start_a",))),
    "ignored_condition": lambda: sketch("start > and1; and1 > a ? x; and1 > b; a > and2; b > and2; and2 > end"),
    "condition_after_event": lambda: sketch("start > a; a > end; start > b ? x; b > end2"),
    "only_flow_has_condition": lambda: sketch("start > a; a > end ? x"),
    "implicit_split": lambda: sketch("start > a; a > b; a > c; b > and1; c > and1; and1 > end"),
}
SCOPES: Mapping[str, Example] = {
    "empty_process": lambda: ProcessModel(key="p"),
    "empty_subprocess": lambda: row(subprocess("a")),
    "no_start": lambda: sketch("a > end"),
    "end_without_start": lambda: sketch(
        "start > a > end; b > end2", subprocess("a"), task("b", scope="a"), end("end2", "a")
    ),
    "several_starts": lambda: sketch("start > a > end; start2 > a"),
    "no_end": lambda: sketch("start > a"),
    "start_without_way_out": lambda: sketch("start > a > end", start("start2")),
    "end_without_way_in": lambda: sketch("start > a > end", end("end2")),
    "dead_end": lambda: sketch("start > and1 > a > end; and1 > b"),
    "unreachable": lambda: sketch("start > a > end; b > end2"),
}
GATEWAY_RULES: Mapping[str, Example] = {
    "gateway_without_way_out": lambda: sketch("start > and1 > a > end; and1 > xor1"),
    "superfluous_gateway": lambda: sketch("start > xor1 > a > end"),
    "converging_gateway_splits": lambda: directed(
        "Converging", "start > a; a > c ? x; a > d; c > g; d > g; g > e > end; g > f > end; g > a ? x"
    ),
    "converging_gateway_of_one": lambda: directed("Converging", "start > g > a > end"),
    "diverging_gateway_joins": lambda: directed(
        "Diverging", "start > c; c > g ? x; c > d; d > g; g > a > end; g > b ? x; b > end"
    ),
    "diverging_gateway_of_one": lambda: directed("Diverging", "start > c; c > g ? x; c > d; d > g; g > a > end"),
    "mixed_gateway_of_one": lambda: directed("Mixed", "start > c; c > g ? x; c > d; d > g; g > a > end"),
    "flow_without_condition": lambda: choice(text="start > g; g > a ? x; g > b; a > xor2; b > xor2; xor2 > end"),
    "no_default": lambda: choice(),
    "race_of_one": lambda: sketch(
        "start > xor1; xor1 > race1 ? x; xor1 > a; a > race1 > c1 > end",
        Gateway(id="xor1", default="xor1_a"),
        catch("c1", message="m"),
    ),
    "race_target": lambda: race(text="start > race1; race1 > c1 > end1; race1 > c2 > end2; race1 > a > end3"),
    "race_trigger": lambda: race(catch("c2", Trigger.NONE)),
    "race_mixes_messages": lambda: race(task("c2", kind=ActivityKind.RECEIVE, message="n", posts=())),
    "race_with_boundary": lambda: race(
        task("c1", kind=ActivityKind.RECEIVE, message="n", posts=()),
        late(host="c1"),
        text="start > race1; race1 > c1 > end1; race1 > c2 > end2; late > end3",
    ),
    "race_target_shared": lambda: race(
        Gateway(id="xor1", default="xor1_race1"),
        text="start > xor1; xor1 > race1; xor1 > c1 ? x; race1 > c1 > end1; race1 > c2 > end2",
    ),
    "starting_race_with_way_in": lambda: race(
        Gateway(id="race1", kind=GatewayKind.EVENT_BASED, extensions=("instantiate=true",)), catch("c2", message="n")
    ),
    "starting_race_trigger": lambda: race(
        Gateway(id="race1", kind=GatewayKind.EVENT_BASED, extensions=("instantiate=true",)),
        text="race1 > c1 > end1; race1 > c2 > end2",
    ),
    "parallel_race_in_flow": lambda: race(
        Gateway(id="race1", kind=GatewayKind.EVENT_BASED, extensions=("eventGatewayType=Parallel",))
    ),
    "complex_join_without_condition": lambda: sketch(
        "start > and1; and1 > a > g; and1 > b > g; g > end", Gateway(id="g", kind=GatewayKind.COMPLEX)
    ),
}


def multiple(event: EventNode, *triggers: Trigger) -> EventNode:
    definitions = tuple(EventDefinition(trigger) for trigger in triggers)
    return replace(event, trigger=Trigger.MULTIPLE, definitions=definitions)


EVENTS: Mapping[str, Example] = {
    "start_trigger": lambda: row(start("start", trigger=Trigger.ERROR)),
    "subprocess_start_trigger": lambda: inner(start("start2", "a", Trigger.MESSAGE, message="m")),
    "event_subprocess_without_trigger": lambda: listener(start("start2", "s")),
    "event_subprocess_trigger": lambda: listener(start("start2", "s", Trigger.CANCEL)),
    "catch_without_trigger": lambda: row(catch("a", Trigger.NONE)),
    "catch_trigger": lambda: row(catch("a", Trigger.ERROR)),
    "boundary_without_trigger": lambda: bordered(late(Trigger.NONE)),
    "boundary_trigger": lambda: bordered(late(Trigger.LINK, link="1")),
    "throw_trigger": lambda: row(throw("a", Trigger.TIMER, timer=after())),
    "end_trigger": lambda: row(end("end", trigger=Trigger.TIMER, timer=after())),
    "part_of_event_in_wrong_place": lambda: row(multiple(start("start"), Trigger.MESSAGE, Trigger.CANCEL)),
    "parallel_event_of_one": lambda: row(catch("a", message="m", all_of=True)),
    "timer_without_time": lambda: row(catch("a", Trigger.TIMER)),
    "timer_with_two_times": lambda: file(
        '<intermediateCatchEvent id="i"><timerEventDefinition><timeDate>2026-01-01</timeDate>'
        "<timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    ),
    "timer_of_other_kind": lambda: row(catch("a", Trigger.TIMER, timer=Timer(TimerKind.DATE, 'duration("P1D")'))),
    "timer_without_wait": lambda: row(catch("a", Trigger.TIMER, timer=after("PT0S"))),
    "cycle_in_flow": lambda: row(catch("a", Trigger.TIMER, timer=Timer(TimerKind.CYCLE, '"R3/PT1H"'))),
    "message_without_name": lambda: row(catch("a")),
    "sent_message_without_name": lambda: row(throw("a", Trigger.MESSAGE)),
    "signal_without_name": lambda: row(throw("a", Trigger.SIGNAL)),
    "event_without_condition": lambda: row(catch("a", Trigger.CONDITIONAL)),
    "error_without_code": lambda: row(end("end", trigger=Trigger.ERROR)),
    "escalation_without_code": lambda: row(throw("a", Trigger.ESCALATION)),
    "link_without_name": lambda: sketch(
        "start > a > to; from > end", throw("to", Trigger.LINK), catch("from", Trigger.LINK)
    ),
    "link_target": lambda: sketch("start > to", throw("to", Trigger.LINK, link="1")),
    "link_across_subprocess": lambda: sketch(
        "start > a > end; start2 > b; from > end",
        subprocess("a"),
        start("start2", "a"),
        throw("b", Trigger.LINK, link="1", scope="a"),
        catch("from", Trigger.LINK, link="1"),
    ),
    "several_link_targets": lambda: sketch(
        "start > a > to; from > end; from2 > end",
        throw("to", Trigger.LINK, link="1"),
        catch("from", Trigger.LINK, link="1"),
        catch("from2", Trigger.LINK, link="1"),
    ),
    "link_source": lambda: sketch("start > a > end; from > end", catch("from", Trigger.LINK, link="1")),
    "start_interrupts_nothing": lambda: row(start("start", interrupting=False)),
    "start_error_interrupts": lambda: listener(start("start2", "s", Trigger.ERROR, interrupting=False)),
}


def undoing(*nodes: AnyNode, link: str = "undo") -> ProcessModel:
    """The row with a compensation event on its task, tied to the activity that undoes it."""
    event = boundary("late", "a", Trigger.COMPENSATE)
    tie = f'<bpmn:association xmlns:bpmn="{BPMN}" id="as" sourceRef="late" targetRef="{link}"/>'
    own = {n.id: n for n in (task("undo", for_compensation=True), event)} | {n.id: n for n in nodes}
    return row(*own.values(), extensions=(tie,) if link else ())


BOUNDARIES: Mapping[str, Example] = {
    "boundary_on_nothing": lambda: bordered(late(host="end")),
    "boundary_on_event_subprocess": lambda: replace(
        listener(late(host="s"), end("end3")), flows=(*listener().flows, flow("late", "end3"))
    ),
    "boundary_across_subprocess": lambda: sketch(
        "start > a > end; start2 > b > end2; late > end2",
        subprocess("a"),
        start("start2", "a"),
        task("b", scope="a"),
        end("end2", "a"),
        late(scope="a"),
    ),
    "boundary_without_way_out": lambda: row(late()),
    "error_interrupts": lambda: bordered(late(Trigger.ERROR, interrupting=False)),
    "caught_twice": lambda: sketch(
        "start > a > end; late > end3; later > end4", late(Trigger.ERROR), boundary("later", "a", Trigger.ERROR)
    ),
    "event_subprocess_start": lambda: listener(
        start("start3", "s", Trigger.SIGNAL, signal="s"), text="start > a > end; start2 > b > end2; start3 > b"
    ),
    "cancel_without_transaction": lambda: bordered(late(Trigger.CANCEL)),
    "cancel_outside_transaction": lambda: row(end("end", trigger=Trigger.CANCEL)),
    "error_uncaught": lambda: row(end("end", trigger=Trigger.ERROR, code="e")),
    "escalation_uncaught": lambda: row(throw("a", Trigger.ESCALATION, code="e")),
    "compensation_with_flow": lambda: bordered(late(Trigger.COMPENSATE)),
    "compensation_without_handler": lambda: row(late(Trigger.COMPENSATE)),
    "several_compensations": lambda: replace(
        undoing(task("undo2", for_compensation=True)),
        extensions=(*undoing().extensions, *(e.replace('"as"', '"as2"') for e in undoing(link="undo2").extensions)),
    ),
    "handler_not_for_compensation": lambda: undoing(task("undo")),
    "compensation_of_nothing": lambda: row(task("undo", for_compensation=True)),
    "compensated_unknown": lambda: row(throw("a", Trigger.COMPENSATE, compensates="gone")),
    "compensated_has_no_undo": lambda: sketch("start > a > b > end", throw("b", Trigger.COMPENSATE, compensates="a")),
    "compensated_out_of_sight": lambda: sketch(
        "start > a > c > end; start2 > b > end2",
        subprocess("a"),
        start("start2", "a"),
        task("b", scope="a"),
        end("end2", "a"),
        throw("c", Trigger.COMPENSATE, compensates="b"),
    ),
    "compensation_start_at_top": lambda: listener(start("start2", "s", Trigger.COMPENSATE)),
}
ACTIVITY_RULES: Mapping[str, Example] = {
    "untyped_task": lambda: row(task(kind=ActivityKind.TASK)),
    "rule_without_decision": lambda: row(task(kind=ActivityKind.RULE)),
    "service_missing": lambda: row(task(kind=ActivityKind.SERVICE)),
    "send_without_message": lambda: row(task(kind=ActivityKind.SEND)),
    "receive_without_message": lambda: row(task(kind=ActivityKind.RECEIVE)),
    "foreign_script": lambda: row(task(kind=ActivityKind.SCRIPT, script_text="x := 1", script_format="pascal")),
    "script_without_language": lambda: row(task(kind=ActivityKind.SCRIPT, script_text="x := 1")),
    "empty_script": lambda: row(task(kind=ActivityKind.SCRIPT)),
    "call_without_target": lambda: row(task(kind=ActivityKind.CALL)),
    "call_of_no_process": lambda: row(task(kind=ActivityKind.CALL, called="end")),
    "calls_itself": lambda: row(task(kind=ActivityKind.CALL, called="drawing")),
    "starting_receive_with_way_in": lambda: row(task(kind=ActivityKind.RECEIVE, message="m", instantiate=True)),
    "repetition_of_what": lambda: row(task(multi_instance=MultiInstance())),
    "two_counts": lambda: row(task(multi_instance=MultiInstance(collection="list", cardinality="3"))),
    "count_below_one": lambda: row(task(multi_instance=MultiInstance(cardinality="0"))),
    "behavior_without_event": lambda: row(task(multi_instance=MultiInstance(cardinality="3", behavior=Behavior.ONE))),
    "two_repetitions": lambda: row(task(multi_instance=MultiInstance(cardinality="3"), loop_condition="x")),
    "loop_without_condition": lambda: row(task(loop_condition="")),
    "loop_maximum": lambda: row(task(loop_condition="x", extensions=(f"{LOOP}/loopMaximum=0",))),
    "quantity": lambda: row(task(start_quantity=0)),
    "ad_hoc_start": lambda: free(start("start2", "a"), text="start > a > end; start2 > b"),
    "ad_hoc_end": lambda: free(end("end2", "a"), text="start > a > end; b > end2"),
    "ad_hoc_empty": lambda: replace(free(), nodes=tuple(n for n in free().nodes if n.id != "b")),
    "ad_hoc_without_completion": lambda: free(subprocess("a", ad_hoc=True)),
}


def free(*nodes: AnyNode, text: str = "start > a > end") -> ProcessModel:
    """The row with an ad-hoc subprocess for its task, in which `b` may be done."""
    own = {n.id: n for n in (subprocess("a", ad_hoc=True, complete_when="x"), task("b", scope="a"))}
    return sketch(text, *(own | {n.id: n for n in nodes}).values())


def in_lanes(*lanes: Lane, **fields: object) -> ProcessModel:
    return row(task(**fields), lanes=lanes)


PEOPLE: Mapping[str, Example] = {
    "no_post": lambda: row(task(posts=())),
    "no_form": lambda: row(task(kind=ActivityKind.USER)),
    "unknown_lane": lambda: row(task(lane="attic")),
    "lane_in_itself": lambda: in_lanes(Lane(id="one", parent="two"), Lane(id="two", parent="one")),
    "lane_without_post": lambda: in_lanes(Lane(id="one"), lane="one", posts=()),
    "lane_without_node": lambda: file('<laneSet id="ls"><lane id="l"><flowNodeRef>gone</flowNodeRef></lane></laneSet>'),
    "node_in_two_lanes": lambda: file(
        '<laneSet id="ls"><lane id="l"><flowNodeRef>a</flowNodeRef></lane>'
        '<lane id="k"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    ),
    "four_eyes_unknown": lambda: row(task(four_eyes=("gone",))),
    "four_eyes_itself": lambda: row(task(four_eyes=("a",))),
    "four_eyes_machine": lambda: sketch(
        "start > m > a > end",
        task("m", kind=ActivityKind.SCRIPT, script=(Assignment("x", "1"),), posts=()),
        task(four_eyes=("m",)),
    ),
    "person_in_the_drawing": lambda: row(task(assignee='"zhang"')),
    "listener_kept": lambda: row(task(listeners=(Listener("start", "org.example.Audit"),))),
    "unknown_guard": lambda: row(task(guards=frozenset({"sacred"}))),
}
DATA: Mapping[str, Example] = {
    "data_without_source": lambda: reads(takes("")),
    "data_without_target": lambda: reads(
        '<dataInputAssociation id="da"><sourceRef>dr</sourceRef></dataInputAssociation>'
    ),
    "data_end_unknown": lambda: reads(takes("gone")),
    "data_end_without_data": lambda: reads(takes("end")),
    "data_from_many": lambda: reads(takes("dr dr")),
    "data_of_other_type": lambda: file(
        '<dataObject id="d" itemSubjectRef="i1"/><dataObjectReference id="dr" dataObjectRef="d"/>',
        work=INPUT.format('<dataInput id="di" itemSubjectRef="i2"/>', "<dataInputRefs>di</dataInputRefs>")
        + takes("dr"),
        beside='<itemDefinition id="i1" structureRef="xsd:int"/><itemDefinition id="i2" structureRef="xsd:date"/>',
    ),
    "data_out_of_sight": lambda: reads(
        takes("dr"),
        '<subProcess id="s" triggeredByEvent="true"><dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>'
        '<startEvent id="start2"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent><endEvent id="end2"/>'
        '<sequenceFlow id="f3" sourceRef="start2" targetRef="end2"/></subProcess>',
    ),
    "data_into_catching_event": lambda: caught(f"<dataInput id='di'/>{takes('dr')}"),
    "data_out_of_throwing_event": lambda: file(
        GIVEN
        + '<intermediateThrowEvent id="i"><dataOutput id="do"/><dataOutputAssociation id="da"><sourceRef>do</sourceRef>'
        "<targetRef>dr</targetRef></dataOutputAssociation></intermediateThrowEvent>"
    ),
    "event_without_data": lambda: caught(
        '<dataOutputAssociation id="da"><sourceRef>dr</sourceRef><targetRef>dr</targetRef></dataOutputAssociation>'
    ),
    "assignment_of_half": lambda: reads(
        takes("dr").replace("</dataI", "<assignment><from>1</from></assignment></dataI")
    ),
    "reference_to_no_data_object": lambda: file('<dataObjectReference id="dr"/>'),
    "collection_of_one": lambda: file(
        '<dataObject id="d" itemSubjectRef="i" isCollection="true"/>', beside='<itemDefinition id="i"/>'
    ),
    "io_without_input_set": lambda: file(work='<ioSpecification id="io"><outputSet id="out"/></ioSpecification>'),
    "io_without_output_set": lambda: file(work='<ioSpecification id="io"><inputSet id="in"/></ioSpecification>'),
    "data_in_no_set": lambda: file(work=INPUT.format('<dataInput id="di"/>', "")),
    "set_of_others": lambda: file(work=INPUT.format("", "<dataInputRefs>gone</dataInputRefs>")),
    "optional_outside_of_set": lambda: file(
        work=INPUT.format('<dataInput id="di"/><dataInput id="dj"/>', "<dataInputRefs>di</dataInputRefs>").replace(
            "</inputSet>", "<optionalInputRefs>dj</optionalInputRefs></inputSet>"
        )
    ),
    "sets_of_one_side": lambda: file(work=INPUT.format("", "<outputSetRefs>out</outputSetRefs>")),
    "association_loose": lambda: file('<association id="as" sourceRef="a" targetRef="gone"/>'),
    "association_between_nodes": lambda: file('<association id="as" sourceRef="a" targetRef="end"/>'),
    "message_to_artifact": lambda: pools(message_flow("black", "note"), inside='<textAnnotation id="note"/>'),
}


def caught(inside: str) -> ProcessModel:
    """The row with a message that comes in between, and data at it."""
    return file(
        f'{GIVEN}<boundaryEvent id="i" attachedToRef="a">{inside}<messageEventDefinition messageRef="m"/></boundaryEvent>'
        '<sequenceFlow id="f3" sourceRef="i" targetRef="end"/>',
        beside='<message id="m" name="paid"/>',
    )


def conversation(inside: str) -> str:
    return f'<conversation id="k">{inside}<participantRef>ours</participantRef></conversation>'


def choreography(inside: str, initiator: str = "ours") -> str:
    return (
        '<choreography id="ch"><participant id="x"/><participant id="y"/>'
        f'<choreographyTask id="k" initiatingParticipantRef="{initiator}">{inside}</choreographyTask></choreography>'
    )


EVENT_INSIDE = '<intermediateThrowEvent id="i"><{}EventDefinition id="ed"/></intermediateThrowEvent>'
TWO = "<participantRef>x</participantRef><participantRef>y</participantRef>"
PARTICIPANTS: Mapping[str, Example] = {
    "message_flow_loose": lambda: pools(message_flow("a", "gone")),
    "message_flow_in_one_pool": lambda: pools(message_flow("a", "ours")),
    "message_flow_at_gateway": lambda: pools(message_flow("a", "g"), other='<exclusiveGateway id="g"/>'),
    "message_flow_out_of_receiver": lambda: pools(message_flow("start", "theirs")),
    "message_flow_into_sender": lambda: pools(message_flow("black", "end")),
    "message_flow_out_of_other_event": lambda: pools(message_flow("end", "black")),
    "message_flow_into_other_event": lambda: pools(message_flow("black", "start")),
    "message_flow_into_send_task": lambda: pools(message_flow("a", "far"), other='<sendTask id="far"/>'),
    "message_flow_out_of_receive_task": lambda: pools(message_flow("far", "a"), other='<receiveTask id="far"/>'),
    "message_flow_out_of_script": lambda: pools(message_flow("far", "a"), other='<scriptTask id="far"/>'),
    "multiplicity": lambda: pools(
        '<participant id="many"><participantMultiplicity minimum="3" maximum="2"/></participant>'
    ),
    "unknown_participant": lambda: pools(conversation("<participantRef>gone</participantRef>")),
    "conversation_of_one": lambda: pools(conversation("")),
    "conversation_link": lambda: pools('<conversationLink id="cl" sourceRef="ours" targetRef="theirs"/>'),
    "choreography_of_one": lambda: file(beside=choreography("<participantRef>x</participantRef>", "x")),
    "choreography_initiator": lambda: file(beside=choreography(TWO, "z")),
}
EXPRESSIONS: Mapping[str, Example] = {
    "expression": lambda: flowing(flow("a", "a", "x ==", id="a_a")),
    "unknown_function": lambda: flowing(flow("a", "a", "cuont(x) > 1", id="a_a")),
}
DIAGRAM: Mapping[str, Example] = {
    "not_drawn": lambda: drawn(Layout({"start": box(), "a": box(200)}, {"start_a": EDGES["start_a"]})),
    "flow_not_drawn": lambda: drawn(Layout(SHAPES, {"start_a": EDGES["start_a"]})),
    "drawn_but_not_there": lambda: drawn(Layout(SHAPES | {"gone": box(600)}, EDGES)),
    "shape_without_size": lambda: drawn(Layout(SHAPES | {"a": box(200, 0)}, EDGES)),
    "edge_without_way": lambda: drawn(Layout(SHAPES, EDGES | {"a_end": ((300.0, 40.0),)})),
    "boundary_drawn_elsewhere": lambda: replace(
        bordered(late()),
        layout=Layout(
            SHAPES | {"late": box(900), "end3": box(1200)}, EDGES | {"late_end3": ((1000.0, 40.0), (1200.0, 40.0))}
        ),
    ),
}
BEHAVIOUR: Mapping[str, Example] = {
    "deadlock": lambda: sketch(
        "start > xor1; xor1 > a; xor1 > b ? x; a > and1; b > and1; and1 > end", Gateway(id="xor1", default="xor1_a")
    ),
    "livelock": lambda: sketch(
        "start > xor1; xor1 > end ? x; xor1 > a; a > b > a", Gateway(id="xor1", default="xor1_a")
    ),
    "unbounded": lambda: sketch("start > xor1 > and1 > a > xor1; and1 > b; b > and2; and2 > end; c > and2"),
    "done_twice": lambda: sketch("start > and1; and1 > a > xor1; and1 > b > xor1; xor1 > c > end"),
    "ends_twice": lambda: sketch("start > and1; and1 > a > end; and1 > b > end"),
    "cut_off": lambda: sketch("start > and1; and1 > a > end; and1 > b > end2", end("end2", trigger=Trigger.TERMINATE)),
    "dead": lambda: sketch("start > a > end; b > end2; c > b; b > c"),
    "end_unreachable": lambda: row(end("end2")),
    "soundness_undecided": lambda: BROKEN["race_with_boundary"](),
}
BROKEN: Mapping[str, Example] = {
    **BEHAVIOUR,
    **NAMES,
    **FLOWS,
    **SCOPES,
    **GATEWAY_RULES,
    **EVENTS,
    **BOUNDARIES,
    **ACTIVITY_RULES,
    **PEOPLE,
    **DATA,
    **PARTICIPANTS,
    **EXPRESSIONS,
    **DIAGRAM,
}


def procedure(model: ProcessModel, **fields: object) -> Procedure:
    """A procedure around a drawing; its application asks for `amount`."""
    own: dict[str, object] = {
        "key": "p",
        "names": {},
        "descriptions": {},
        "category": Category.APPROVAL,
        "forms": {"apply": {"type": "default", "components": [{"key": "amount", "type": "number"}]}},
        "application": Application(form="apply"),
        "posts": (PostName("clerk", {}),),
    }
    return Procedure(model=model, **(own | fields))  # type: ignore[arg-type]


def setting(id: str, name: str, text: str) -> Activity:
    return task(id, kind=ActivityKind.SCRIPT, script=(Assignment(name, text),), posts=())


def asking(*rules: str) -> Procedure:
    """A rule task that asks a table with these cells for the amount; each row answers with its number."""
    rows = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n, cell in enumerate(rules)
    )
    hit = "FIRST" if "-" in rules else "UNIQUE"
    table = read_dmn(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">'
        '<inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>'
        f'<decision id="risk" name="risk"><variable name="risk"/><decisionTable id="t" hitPolicy="{hit}"><input id="i">'
        '<inputExpression id="e" typeRef="number"><text>amount</text></inputExpression></input>'
        f'<output id="o" name="risk" typeRef="number"/>{rows}</decisionTable></decision></definitions>'
    )
    asked = task(kind=ActivityKind.RULE, decision="risk", posts=())
    return procedure(row(asked), decisions={"risk": table})


def limited(days: int, unit: DayUnit) -> TimeLimit:
    return TimeLimit(LimitKind.STATUTORY, days, unit, "the law", True)


IN_PROCEDURE: Mapping[str, Callable[[], Procedure]] = {
    "unknown_form": lambda: procedure(row(task(form="gone"))),
    "unknown_decision": lambda: procedure(row(task(kind=ActivityKind.RULE, decision="gone", posts=()))),
    "unknown_post": lambda: procedure(row(task(posts=("emperor",)))),
    "read_before_written": lambda: procedure(
        sketch("start > a > b > end", setting("a", "fee", "amount * rate"), setting("b", "rate", "0.05"))
    ),
    "read_unwritten_on_a_way": lambda: procedure(
        sketch(
            "start > xor1; xor1 > a ? amount > 5; xor1 > xor2; a > xor2; xor2 > b > end",
            Gateway(id="xor1", default="xor1_xor2"),
            setting("a", "rate", "0.05"),
            setting("b", "fee", "amount * rate"),
        )
    ),
    "decision_gap": lambda: asking("&lt; 5", "> 5"),
    "decision_overlap": lambda: asking("&lt; 5", ">= 4"),
    "decision_idle": lambda: asking("-", "> 5"),
    "time_limit_unmeetable": lambda: procedure(
        row(catch("a", Trigger.TIMER, timer=after("P40D"))), time_limits=(limited(30, DayUnit.CALENDAR),)
    ),
    "due_beyond_limit": lambda: procedure(
        row(task(due=Timer(TimerKind.DURATION, 'duration("P30D")', working=True))),
        time_limits=(limited(30, DayUnit.CALENDAR),),
    ),
}
# Rules that cannot be broken alone, and those that are broken with them.
ALSO: Mapping[str, set[str]] = {
    "end_unreachable": {"end_without_way_in"},
    "soundness_undecided": {"race_with_boundary"},
    "dead": {"implicit_split"},
    "flow_across_pools": {"implicit_split"},
    "flow_at_no_node": {"implicit_split"},
    "flow_at_compensation": {"compensation_of_nothing"},
    "converging_gateway_splits": {"condition_on_default", "flow_without_condition"},
    "converging_gateway_of_one": {"superfluous_gateway"},
    "diverging_gateway_of_one": {"diverging_gateway_joins"},
    "start_without_way_out": {"several_starts"},
    "race_trigger": {"catch_without_trigger"},
    "starting_race_trigger": {"no_start"},
    "link_target": {"no_end"},
    "link_across_subprocess": {"no_end", "link_source"},
    "several_link_targets": {"link_target"},
    "compensated_out_of_sight": {"compensated_has_no_undo"},
    "script_without_language": {"foreign_script"},
    "lane_without_post": {"no_post"},
    "optional_outside_of_set": {"data_in_no_set"},
    "expression": {"flow_to_itself"},
    "unknown_function": {"flow_to_itself"},
}
