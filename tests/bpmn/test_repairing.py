"""What was never meant to run is made ready by named rules; each is said, and done once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bpmn.feel import names
from bpmn.model import (
    Activity,
    ActivityKind,
    Bounds,
    EventNode,
    Gateway,
    Layout,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.reading import read_bpmn
from bpmn.repairing import RULES, repair
from bpmn.validation import problems
from bpmn.validation.problem import Severity
from bpmn.vocabulary import BPMN
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import SHARED, corpus, needs_corpora
from tests.bpmn.models import process_models, refund, without

_SPACES = f'xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_AROUND = (
    '<startEvent id="s"/><endEvent id="e"/><sequenceFlow id="in" sourceRef="s" targetRef="t"/>'
    '<sequenceFlow id="out" sourceRef="t" targetRef="e"/>'
)
_AROUND_GATEWAY = (
    '<startEvent id="s"/><endEvent id="a"/><endEvent id="b"/><sequenceFlow id="in" sourceRef="s" targetRef="g"/>'
)


def process(inside: str, attributes: str = 'isExecutable="true"', beside: str = "") -> ProcessModel:
    return read_bpmn(f'<definitions {_SPACES}><process id="p" {attributes}>{inside}</process>{beside}</definitions>')


def events(definition: str, *, tag: str = "intermediateCatchEvent") -> str:
    return f'<{tag} id="t" name="回执">{definition}</{tag}>{_AROUND}'


BROKEN = {
    "made_executable": process(f'<manualTask id="t"/>{_AROUND}', 'isExecutable="false"'),
    "dangling_flow": process(f'<manualTask id="t"/>{_AROUND}<sequenceFlow id="x" sourceRef="t" targetRef="gone"/>'),
    "unknown_default": process(f'<manualTask id="t" default="gone"/>{_AROUND}'),
    "unnamed_event": process(events("<messageEventDefinition/>")),
    "timer_without_time": process(events("<timerEventDefinition><timeDate/></timerEventDefinition>")),
    "condition_by_variable": process(events("<conditionalEventDefinition><condition/></conditionalEventDefinition>")),
    "transaction_from_cancel": process(
        '<subProcess id="t"><startEvent id="i"/><exclusiveGateway id="g"/><endEvent id="o"><cancelEventDefinition/></endEvent>'
        '<endEvent id="p2"/><sequenceFlow id="x1" sourceRef="i" targetRef="g"/><sequenceFlow id="x2" sourceRef="g" targetRef="o"/>'
        f'<sequenceFlow id="x3" sourceRef="g" targetRef="p2"/></subProcess>{_AROUND}<endEvent id="u"/>'
        '<boundaryEvent id="c" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
        '<sequenceFlow id="y" sourceRef="c" targetRef="u"/>'
    ),
    "post_of_lane": process(
        '<laneSet><lane id="l" name="办税 大厅"><flowNodeRef>t</flowNodeRef></lane></laneSet>'
        + f'<userTask id="t"/>{_AROUND}'
    ),
    "post_from_pool": process(f'<userTask id="t"/>{_AROUND}'),
    "untyped_task": process(f'<task id="t"/>{_AROUND}'),
    "foreign_script": process(
        f'<scriptTask id="t" scriptFormat="groovy"><script>x = new Y()</script></scriptTask>{_AROUND}'
    ),
    "empty_script": process(f'<scriptTask id="t"/>{_AROUND}'),
    "key_from_id": process(f'<serviceTask id="t"/>{_AROUND}'),
    "nothing_called": process(f'<callActivity id="t"/>{_AROUND}'),
    "loop_by_variable": process(f'<manualTask id="t"><standardLoopCharacteristics/></manualTask>{_AROUND}'),
    "repetition_by_list": process(f'<manualTask id="t"><multiInstanceLoopCharacteristics/></manualTask>{_AROUND}'),
    "implicit_split": process(
        f'<manualTask id="t"/>{_AROUND}<endEvent id="f"/><sequenceFlow id="x" sourceRef="t" targetRef="f"/>'
    ),
    "unreadable_condition": process(
        f'<exclusiveGateway id="g" default="f2"/>{_AROUND_GATEWAY}<sequenceFlow id="f1" sourceRef="g" targetRef="a">'
        '<conditionExpression xsi:type="tFormalExpression" language="xpath">the amount &gt;</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="f2" sourceRef="g" targetRef="b"/>'
    ),
    "missing_default": process(
        f'<exclusiveGateway id="g"/>{_AROUND_GATEWAY}<sequenceFlow id="f1" sourceRef="g" targetRef="a">'
        '<conditionExpression>x = 1</conditionExpression></sequenceFlow><sequenceFlow id="f2" sourceRef="g" targetRef="b"/>'
    ),
    "choice_by_name": process(
        f'<exclusiveGateway id="g"/>{_AROUND_GATEWAY}<sequenceFlow id="f1" name="Yes" sourceRef="g" targetRef="a"/>'
        '<sequenceFlow id="f2" sourceRef="g" targetRef="b"/>'
    ),
    "implicit_start": process(
        '<manualTask id="t"/><endEvent id="e"/><sequenceFlow id="f1" sourceRef="t" targetRef="e"/>'
    ),
    "implicit_end": process(
        '<startEvent id="s"/><manualTask id="t"/><sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_repairs_what_it_names_once_and_nothing_speaks_against_running_it(rule: str) -> None:
    ready = repair(BROKEN[rule])
    assert rule in [each.rule for each in ready.repairs]
    assert all(each.element and each.message.endswith(".") for each in ready.repairs)
    assert repair(ready.model).repairs == ()
    assert [p.message for p in problems(ready.model) if p.severity is Severity.ERROR] == []
    assert read_bpmn(write_bpmn(ready.model)) == ready.model


def test_every_rule_has_its_example() -> None:
    assert {*BROKEN, "attached_by_drawing"} == set(RULES)


def test_a_drawing_without_start_end_and_gateways_is_repaired_by_named_rules() -> None:
    drawn = without(refund(), "applied", "closed", "applied__accept", "pay__closed", "split", "risk__split")
    repaired = repair(drawn)
    assert {"implicit_start", "implicit_end", "dangling_flow"} <= {each.rule for each in repaired.repairs}
    starts = [n for n in repaired.model.nodes if isinstance(n, EventNode) and n.position is Position.START]
    assert len(starts) == 1


def test_an_activity_with_two_flows_gets_a_parallel_gateway() -> None:
    ready = repair(BROKEN["implicit_split"]).model
    assert isinstance(ready.node("t_split"), Gateway)
    assert {flow.target for flow in ready.outgoing("t_split")} == {"e", "f"}


def test_ways_are_chosen_by_the_outcome_of_the_task_before_or_by_a_variable() -> None:
    ways = {flow.id: flow.condition for flow in repair(BROKEN["choice_by_name"]).model.outgoing("g")}
    assert ways == {"f1": 'g_choice = "Yes"', "f2": 'g_choice = "f2"'}
    asked = process(
        '<startEvent id="s"/><userTask id="a-b"/><inclusiveGateway id="g"/><endEvent id="x"/><endEvent id="y"/>'
        '<sequenceFlow id="f0" sourceRef="s" targetRef="a-b"/><sequenceFlow id="f1" sourceRef="a-b" targetRef="g"/>'
        '<sequenceFlow id="f2" name="同意" sourceRef="g" targetRef="x"/><sequenceFlow id="f3" sourceRef="g" targetRef="y"/>'
    )
    assert [f.condition for f in repair(asked).model.outgoing("g")] == [
        'list contains(a_b_outcome, "同意")',
        'list contains(a_b_outcome, "f3")',
    ]


def test_timers_without_a_time() -> None:
    timer = "<timerEventDefinition/>"
    model = repair(
        process(
            f'<startEvent id="s">{timer}</startEvent><manualTask id="t"/><endEvent id="e"/><intermediateCatchEvent id="w">{timer}'
            f'</intermediateCatchEvent><boundaryEvent id="b" attachedToRef="t">{timer}</boundaryEvent><endEvent id="f"/>'
            '<sequenceFlow id="f1" sourceRef="s" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="w"/>'
            '<sequenceFlow id="f3" sourceRef="w" targetRef="e"/><sequenceFlow id="f4" sourceRef="b" targetRef="f"/>'
        )
    ).model
    times = {n.id: n.timer for n in model.nodes if isinstance(n, EventNode) and n.trigger is Trigger.TIMER}
    assert times == {
        "w": Timer(TimerKind.DURATION, 'duration("PT0S")'),
        "b": Timer(TimerKind.DURATION, 'duration("P999Y")'),
    }


def test_a_boundary_event_is_attached_where_it_is_drawn() -> None:
    layout = Layout({"t": Bounds(100, 100, 100, 80), "b": Bounds(132, 162, 36, 36), "far": Bounds(500, 500, 36, 36)})
    nodes = (
        Activity(id="t", kind=ActivityKind.MANUAL),
        EventNode(id="b", position=Position.BOUNDARY, trigger=Trigger.ERROR),
        EventNode(id="far", position=Position.BOUNDARY, trigger=Trigger.ERROR),
    )
    ready = repair(ProcessModel(key="p", nodes=nodes, layout=layout))
    hosts = {
        n.id: n.attached_to for n in ready.model.nodes if isinstance(n, EventNode) and n.position is Position.BOUNDARY
    }
    assert hosts == {"b": "t", "far": None}
    assert [r.element for r in ready.repairs if r.rule == "attached_by_drawing"] == ["b"]


def test_the_words_of_a_script_and_of_an_unreadable_condition_stay_in_the_file() -> None:
    assert b"x = new Y()" in write_bpmn(repair(BROKEN["foreign_script"]).model)
    assert b"the amount &gt;" in write_bpmn(repair(BROKEN["unreadable_condition"]).model)


def test_a_data_store_that_is_only_drawn_is_named() -> None:
    model = process(f'<manualTask id="t"/>{_AROUND}<dataStoreReference id="d" name="档案"/>')
    assert [each.element for each in repair(model).repairs if each.rule == "data_store_as_drawn"] == ["d"]


@given(process_models())
@settings(max_examples=60)
def test_repairing_is_done_once(model: ProcessModel) -> None:
    ready = repair(model).model
    assert repair(ready).repairs == ()
    assert read_bpmn(write_bpmn(ready)) == ready
    for flow in ready.flows:
        assert flow.condition is None or names(flow.condition) is not None


# What repairing takes away; whatever else speaks against a model is wrong in the drawing, or is not run here.
_REPAIRED = {
    "foreign_script", "empty_script", "untyped_task", "flow_without_condition", "no_post", "timer_without_time",
    "loop_without_condition", "repetition_of_what", "message_without_name", "receive_without_message", "send_without_message",
    "service_missing", "rule_without_decision", "error_without_code", "escalation_without_code", "signal_without_name",
    "event_without_condition", "dangling_flow", "unknown_default", "invalid_id", "duplicate_id", "call_without_target",
    "no_start", "cancel_without_transaction", "cancel_outside_transaction",
}  # fmt: skip


@needs_corpora
@pytest.mark.slow
def test_repaired_models_of_the_corpora_can_run_unless_the_drawing_is_wrong() -> None:
    left: dict[str, set[str]] = {}
    for path in corpus():
        ready = repair(read_bpmn(path.read_bytes()))
        assert repair(ready.model).repairs == (), path
        assert read_bpmn(write_bpmn(ready.model)) == ready.model, path
        rules = {p.rule for p in problems(ready.model) if p.severity is Severity.ERROR}
        if rules:
            left[path.relative_to(SHARED).as_posix()] = rules
    assert {rule for rules in left.values() for rule in rules} & _REPAIRED == set()
    assert len(left) <= len(corpus()) * 0.15
