"""Files of other tools become models; whatever is no model is refused with its line, whoever wrote it."""

from __future__ import annotations

import random

import pytest

from bpmn.artifacts import links, pools, things
from bpmn.errors import UnreadableModel
from bpmn.model import Assignment, EventNode, MultiInstance, ProcessModel, Timer, TimerKind, Trigger
from bpmn.reading import read_all, read_bpmn
from bpmn.validation import problems
from bpmn.vocabulary import BPMN
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import SHARED, needs_corpora, reference_models

_SPACES = (
    f'xmlns="{BPMN}" xmlns:qj="urn:qiangji:bpmn" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def process(inside: str, beside: str = "") -> ProcessModel:
    return read_bpmn(
        f'<definitions {_SPACES}>{beside}<process id="p" isExecutable="true">{inside}</process></definitions>'
    )


def event(model: ProcessModel, id: str) -> EventNode:
    node = model.node(id)
    assert isinstance(node, EventNode)
    return node


# --- our own words ---------------------------------------------------------------------------------------------------


def test_our_attributes_are_read() -> None:
    model = process(
        '<laneSet><lane id="l" name="办税服务厅" qj:en="Service hall" qj:posts="reception desk"><flowNodeRef>t</flowNodeRef></lane></laneSet>'
        '<userTask id="t" name="受理" qj:en="Accept" qj:form="accept" qj:fourEyes="u v" qj:guards="statutory" '
        'qj:due="P2D" qj:dueWorking="true"/><userTask id="u" qj:posts="leader"/>'
    )
    task = model.activity("t")
    assert (task.label("en"), task.label("zh"), task.form) == ("Accept", "受理", "accept")
    assert task.four_eyes == ("u", "v") and task.guards == {"statutory"}
    assert task.due == Timer(TimerKind.DURATION, 'duration("P2D")', working=True)
    assert model.posts("t") == ("reception", "desk") and model.posts("u") == ("leader",)
    assert task.extensions == ()


def test_a_feel_script_is_a_list_of_assignments() -> None:
    model = process(
        '<scriptTask id="s" scriptFormat="feel"><script>fee = tax * 0.0005 * days\n'
        'level = if fee > 100 then "high"\n  else "low"</script></scriptTask>'
        '<scriptTask id="g" scriptFormat="groovy"><script>x = 1</script></scriptTask>'
    )
    assert model.activity("s").script == (
        Assignment("fee", "tax * 0.0005 * days"),
        Assignment("level", 'if fee > 100 then "high"\nelse "low"'),
    )
    assert model.activity("g").script == () and model.activity("g").script_text == "x = 1"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("P5D", 'duration("P5D")'),
        ('"PT30M"', 'duration("PT30M")'),
        ("=remind_after", "remind_after"),
        ('duration("P5D")', 'duration("P5D")'),
        ("2026-03-01T08:00:00Z", 'date and time("2026-03-01T08:00:00Z")'),
        ("R3/PT10H", '"R3/PT10H"'),
        ("P", "P"),
    ],
)
def test_times_become_feel(written: str, read: str) -> None:
    model = process(
        '<startEvent id="s"><timerEventDefinition qj:working="true"><timeDuration xsi:type="tFormalExpression">'
        f"{written}</timeDuration></timerEventDefinition></startEvent>"
    )
    assert event(model, "s").timer == Timer(TimerKind.DURATION, read, working=True)


# --- the words of others ---------------------------------------------------------------------------------------------


def test_camunda_7_and_flowable() -> None:
    model = process(
        '<userTask id="t" camunda:candidateGroups="leader,clerk" camunda:formKey="approve" camunda:assignee="demo"/>'
        '<userTask id="u" flowable:candidateGroups="${group}" flowable:formKey="f"/>'
        '<serviceTask id="s" camunda:topic="treasury.pay"/><serviceTask id="b" flowable:delegateExpression="${mailer}"/>'
    )
    assert model.activity("t").posts == ("leader", "clerk") and model.activity("t").form == "approve"
    assert "{http://camunda.org/schema/1.0/bpmn}assignee=demo" in model.activity("t").extensions
    assert model.activity("u").posts == () and model.activity("u").form == "f"
    assert (model.activity("s").service, model.activity("b").service) == ("treasury.pay", "mailer")


def test_camunda_8() -> None:
    model = process(
        '<serviceTask id="s"><extensionElements><zeebe:taskDefinition type="pay"/><zeebe:ioMapping>'
        '<zeebe:input source="=amount + 1" target="sum"/></zeebe:ioMapping></extensionElements>'
        "<multiInstanceLoopCharacteristics><extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/></extensionElements>'
        '</multiInstanceLoopCharacteristics></serviceTask><exclusiveGateway id="g"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="g"><conditionExpression>=amount &gt; 5</conditionExpression></sequenceFlow>'
        '<receiveTask id="r" messageRef="m"/>',
        '<message id="m" name="paid"><extensionElements><zeebe:subscription correlationKey="=number"/></extensionElements></message>',
    )
    task = model.activity("s")
    assert task.service == "pay" and task.inputs == (Assignment("sum", "amount + 1"),)
    assert task.multi_instance == MultiInstance(collection="items", element="item")
    assert model.flow("f").condition == "amount > 5"
    assert (model.activity("r").message, model.activity("r").correlation) == ("paid", "number")


def test_a_translated_condition_keeps_its_original_and_is_named() -> None:
    model = process(
        '<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b">'
        "<conditionExpression>${ok == true}</conditionExpression></sequenceFlow>"
    )
    assert model.flow("f").condition == "ok = true"
    assert model.flow("f").extensions == ("conditionExpression/{urn:qiangji:bpmn}original=${ok == true}",)
    assert [repair.rule for repair in model.repairs] == ["translated_expression"]
    assert read_bpmn(write_bpmn(model)) == model


def test_event_definitions_by_reference_and_names_of_references() -> None:
    model = process(
        '<startEvent id="a"><eventDefinitionRef>x:often</eventDefinitionRef></startEvent>'
        '<boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><errorEventDefinition errorRef="e"/></boundaryEvent>'
        '<endEvent id="c"><signalEventDefinition signalRef="s"/></endEvent><userTask id="t"/>'
        '<intermediateCatchEvent id="d"><messageEventDefinition/><timerEventDefinition/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="e2"><messageEventDefinition messageRef="gone"/></intermediateCatchEvent>',
        '<timerEventDefinition id="often"><timeCycle>R/P1D</timeCycle></timerEventDefinition>'
        '<error id="e" name="refused" errorCode="E1"/><signal id="s" name="政策变更"/>',
    )
    assert event(model, "a").timer == Timer(TimerKind.CYCLE, '"R/P1D"')
    assert (event(model, "b").code, event(model, "b").interrupting, event(model, "b").attached_to) == ("E1", False, "t")
    assert event(model, "c").signal == "政策变更"
    assert event(model, "d").trigger is Trigger.MULTIPLE
    assert [d.trigger for d in event(model, "d").definitions] == [Trigger.MESSAGE, Trigger.TIMER]
    assert event(model, "e2").message == "gone"
    assert [repair.rule for repair in model.repairs] == ["undeclared_reference"]


def test_lanes_may_be_nested_and_subprocesses_are_flat() -> None:
    model = process(
        '<laneSet><lane id="outer"><flowNodeRef>t</flowNodeRef><childLaneSet><lane id="inner"><flowNodeRef>t</flowNodeRef>'
        "<flowNodeRef>ghost</flowNodeRef></lane></childLaneSet></lane></laneSet>"
        '<subProcess id="s"><task id="i"/><transaction id="x"><task id="j"/></transaction></subProcess><task id="t"/>'
    )
    assert [node.id for node in model.nodes] == ["s", "i", "x", "j", "t"]
    assert [node.scope for node in model.nodes] == [None, "s", "s", "x", None]
    assert model.node("t").lane == "inner" and model.lane("inner").parent == "outer"
    assert model.activity("x").transaction
    assert "lane_without_node" in [repair.rule for repair in model.repairs]


@needs_corpora
def test_what_is_drawn_beside_the_work_is_found() -> None:
    models = [read_bpmn(path.read_bytes()) for path in reference_models()]
    assert max(len(pools(model)) for model in models) > 2
    assert {link.kind for model in models for link in links(model)} == {"association", "messageFlow"}
    found = {thing.kind for model in models for thing in things(model)}
    assert {"textAnnotation", "dataObjectReference", "dataStoreReference", "group"} <= found


@needs_corpora
def test_of_several_processes_one_is_read_and_the_choice_is_said() -> None:
    content = (SHARED / "data/models/bpmn-miwg-reference/C.2.0.bpmn").read_bytes()
    model = read_bpmn(content)
    assert "one_of_several" in [repair.rule for repair in model.repairs]
    every = read_all(content)
    assert len(every.models) == 4
    other = next(each.key for each in every.models if each.key != model.key)
    assert read_bpmn(content, other).key == other
    with pytest.raises(UnreadableModel, match="no process 'missing'"):
        read_bpmn(content, "missing")


# --- what is no model ------------------------------------------------------------------------------------------------

_BOMB = '<?xml version="1.0"?>\n<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_BOMB + f']><definitions xmlns="{BPMN}">&j;</definitions>', "line 2: .*DOCTYPE"),
        (_BOMB + f']><definitions xmlns="{BPMN}" name="&j;"/>', "DOCTYPE"),
        (
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions xmlns="{BPMN}">&x;</definitions>',
            "DOCTYPE",
        ),
        (f'<!DOCTYPE d SYSTEM "http://localhost:9/x.dtd"><definitions xmlns="{BPMN}"/>', "DOCTYPE"),
        (b"", "empty"),
        (b"PK\x03\x04rest", "zip"),
        ("<definitions>\n<process>\n</definitions>", "line 3"),
        ("<bpmn/>", "begins with"),
        (f'<definitions xmlns="{BPMN}"/>', "no <process>"),
        ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "decision model"),
        ("<a>" * 5000, "line 1"),
        ("\ud800", "XML"),
    ],
    ids=[
        "bomb",
        "bomb in a value",
        "file",
        "net",
        "empty",
        "zip",
        "broken",
        "other",
        "nothing",
        "dmn",
        "deep",
        "surrogate",
    ],
)
def test_what_is_no_model_is_refused_with_its_reason(content: bytes | str, says: str) -> None:
    with pytest.raises(UnreadableModel, match=says):
        read_bpmn(content)


def test_text_with_a_declared_encoding_and_bytes_in_gb18030() -> None:
    xml = f'<?xml version="1.0" encoding="GB18030"?><definitions xmlns="{BPMN}"><process id="p" name="退税"/></definitions>'
    assert read_bpmn(xml).name == read_bpmn(xml.encode("gb18030")).name == "退税"
    with pytest.raises(UnreadableModel):
        read_bpmn(xml.replace("GB18030", "UTF-8").encode("gb18030"))


@needs_corpora
def test_damaged_files_are_read_or_refused_but_nothing_else() -> None:
    chance = random.Random(7)
    contents = [path.read_bytes() for path in reference_models()[:9]]
    refused = 0
    for _ in range(250):
        content = _damaged(chance, chance.choice(contents))
        try:
            problems_of = problems(read_bpmn(content)) if chance.random() < 0.1 else read_bpmn(content)
        except UnreadableModel:
            refused += 1
        else:
            assert problems_of is not None
    assert 0 < refused < 250


def _damaged(chance: random.Random, content: bytes) -> bytes:
    """Bytes swapped, cut out, doubled; ids and references exchanged."""
    at, length = chance.randrange(len(content)), chance.randrange(1, 60)
    piece = content[at : at + length]
    kind = chance.randrange(5)
    if kind == 0:
        return content[:at] + bytes(chance.randrange(256) for _ in piece) + content[at + length :]
    if kind == 1:
        return content[:at] + content[at + length :]
    if kind == 2:
        return content[:at] + piece + content[at:]
    words = [b"sourceRef", b"targetRef", b"id=", b"Bounds", b"flowNodeRef", b"laneSet", b"subProcess", b"Definition"]
    word = chance.choice(words)
    return content.replace(word, chance.choice([b"name", b"x", b"id=", b"attachedToRef"]), chance.randrange(1, 4))
