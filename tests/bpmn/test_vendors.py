"""The words of other engines become terms of ours; what has none is kept and named."""

from __future__ import annotations

import pytest

from bpmn.model import Assignment, Listener, MultiInstance, ProcessModel, Timer, TimerKind
from bpmn.reading import read_bpmn
from bpmn.vocabulary import BPMN
from bpmn.writing import write_bpmn

_SPACES = (
    f'xmlns="{BPMN}" xmlns:qj="urn:qiangji:bpmn" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn" xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def process(inside: str) -> ProcessModel:
    model = read_bpmn(f'<definitions {_SPACES}><process id="p" isExecutable="true">{inside}</process></definitions>')
    assert read_bpmn(write_bpmn(model)) == model
    return model


def kept(model: ProcessModel) -> str:
    return " ".join(repair.message for repair in model.repairs if repair.rule == "kept_words")


@pytest.mark.parametrize("prefix", ["camunda", "flowable", "activiti"])
def test_who_does_it_until_when(prefix: str) -> None:
    task = process(
        f'<userTask id="t" {prefix}:assignee="kermit" {prefix}:candidateUsers="fozzie, ${{boss}}" {prefix}:priority="50" '
        f'{prefix}:candidateGroups="tax office,leader" {prefix}:dueDate="P2D" {prefix}:formKey="approve"/>'
    ).activity("t")
    assert (task.assignee, task.candidates, task.priority) == ('"kermit"', '["fozzie", boss]', "50")
    assert task.posts == ("tax_office", "leader") and task.form == "approve"
    assert task.due == Timer(TimerKind.DURATION, 'duration("P2D")')


def test_computed_words_are_translated_or_kept_with_the_reason() -> None:
    model = process(
        '<userTask id="t" camunda:assignee="${owner.name}" camunda:dueDate="${dateTime().plusDays(2)}" '
        'camunda:candidateGroups="${groups}" camunda:asyncBefore="true"/><userTask id="u" camunda:dueDate="2026-03-01"/>'
    )
    assert model.activity("t").assignee == "owner.name" and model.activity("t").due is None
    assert model.activity("u").due == Timer(TimerKind.DATE, 'date("2026-03-01")')
    assert all(word in kept(model) for word in ("asyncBefore", "dueDate", "certain meaning", "candidateGroups"))
    assert "plusDays" in write_bpmn(model).decode()


def test_emptied_words_stay_empty() -> None:
    xml = f'<definitions {_SPACES}><process id="p"><userTask id="t" camunda:assignee="kermit" qj:assignee=""/></process></definitions>'
    assert read_bpmn(xml).activity("t").assignee is None


def test_owners_in_the_words_of_the_standard() -> None:
    def owner(tag: str, text: str) -> str:
        return (
            f"<{tag}><resourceAssignmentExpression><formalExpression>{text}</formalExpression>"
            f"</resourceAssignmentExpression></{tag}>"
        )

    model = process(
        f'<userTask id="t">{owner("potentialOwner", "user(kermit), group(management), clerks")}</userTask>'
        f'<userTask id="u">{owner("humanPerformer", "kermit")}</userTask>'
    )
    assert (model.activity("t").posts, model.activity("t").candidates) == (("management", "clerks"), '["kermit"]')
    assert model.activity("u").assignee == '"kermit"'


def test_listeners() -> None:
    model = process(
        '<userTask id="t"><extensionElements><camunda:taskListener event="create" class="org.Mail"/>'
        '<camunda:executionListener event="end"><camunda:script scriptFormat="groovy">x = 1</camunda:script>'
        "</camunda:executionListener></extensionElements></userTask>"
        '<endEvent id="e"><extensionElements><flowable:executionListener event="start" expression="${a.b()}"/>'
        '</extensionElements></endEvent><serviceTask id="s"><extensionElements><zeebe:executionListeners>'
        '<zeebe:executionListener eventType="start" type="mail"/></zeebe:executionListeners></extensionElements></serviceTask>'
    )
    assert model.activity("t").listeners == (Listener("create", "org.Mail"), Listener("end", "x = 1", "groovy"))
    assert model.node("e").listeners == (Listener("start", "${a.b()}"),)
    assert model.activity("s").listeners == (Listener("start", "mail"),)


def test_what_goes_in_and_comes_out() -> None:
    model = process(
        '<serviceTask id="t" camunda:topic="pay" camunda:type="external"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="who">kermit</camunda:inputParameter>'
        '<camunda:inputParameter name="sum">${amount + 1}</camunda:inputParameter>'
        '<camunda:inputParameter name="all"><camunda:list><camunda:value>a</camunda:value><camunda:value>${b}</camunda:value>'
        "</camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="by"><camunda:map><camunda:entry key="k">1</camunda:entry></camunda:map></camunda:inputParameter>'
        '<camunda:inputParameter name="odd"><camunda:script scriptFormat="groovy">new X()</camunda:script></camunda:inputParameter>'
        '<camunda:outputParameter name="ok">${paid == true}</camunda:outputParameter></camunda:inputOutput></extensionElements>'
        '</serviceTask><callActivity id="c" calledElement="q"><extensionElements><flowable:in source="a" target="b"/>'
        '<flowable:in sourceExpression="${x > 1}" target="y"/><flowable:out source="r" target="s"/></extensionElements></callActivity>'
    )
    task, call = model.activity("t"), model.activity("c")
    assert task.service == "pay"
    assert [(line.name, line.expression) for line in task.inputs] == [
        ("who", '"kermit"'),
        ("sum", "amount + 1"),
        ("all", '["a", b]'),
        ("by", '{"k": "1"}'),
    ]
    assert task.outputs == (Assignment("ok", "paid = true"),) and "odd" in kept(model)
    assert call.inputs == (Assignment("b", "a"), Assignment("y", "x > 1")) and call.outputs == (Assignment("s", "r"),)


def test_services_and_decisions() -> None:
    model = process(
        '<serviceTask id="a" flowable:delegateExpression="${mailer}"/><serviceTask id="b" camunda:class="org.Pay"/>'
        '<serviceTask id="c" camunda:expression="${bean.pay(case)}"/>'
        '<businessRuleTask id="d" camunda:decisionRef="risk" camunda:resultVariable="level"/>'
        '<serviceTask id="e" flowable:type="dmn"><extensionElements><flowable:field name="decisionTableReferenceKey">'
        "<flowable:string>risk</flowable:string></flowable:field></extensionElements></serviceTask>"
        '<businessRuleTask id="f"><extensionElements><zeebe:calledDecision decisionId="risk" resultVariable="level"/>'
        '</extensionElements></businessRuleTask><scriptTask id="g"><extensionElements><zeebe:script expression="=a + 1" '
        'resultVariable="b"/></extensionElements></scriptTask><businessRuleTask id="h"><extensionElements>'
        "<spiff:calledDecisionId>risk</spiff:calledDecisionId></extensionElements></businessRuleTask>"
    )
    assert [model.activity(id).service for id in "abc"] == ["mailer", "org.Pay", None] and "is computed" in kept(model)
    assert {model.activity(id).decision for id in "defh"} == {"risk"}
    assert model.activity("d").outputs == model.activity("f").outputs == (Assignment("level", "result"),)
    assert model.activity("g").script == (Assignment("b", "a + 1"),)


def test_camunda_8_users() -> None:
    model = process(
        '<userTask id="t"><extensionElements><zeebe:userTask/><zeebe:assignmentDefinition assignee="=owner" '
        'candidateGroups="leader, clerk" candidateUsers="=[a, b]"/><zeebe:taskSchedule dueDate="=now() + duration(&quot;P1D&quot;)" '
        'followUpDate="P1D"/><zeebe:priorityDefinition priority="50"/><zeebe:formDefinition formId="approve"/>'
        '<zeebe:properties><zeebe:property name="n" value="v"/></zeebe:properties></extensionElements></userTask>'
    )
    task = model.activity("t")
    assert (task.assignee, task.candidates, task.priority, task.form) == ("owner", "[a, b]", "50", "approve")
    assert task.posts == ("leader", "clerk") and task.due and task.due.expression == 'now() + duration("P1D")'
    assert "properties" in kept(model) and "userTask" not in kept(model)


def test_repetitions() -> None:
    model = process(
        '<userTask id="t"><multiInstanceLoopCharacteristics camunda:collection="${people}" camunda:elementVariable="one">'
        "<completionCondition>${nrOfCompletedInstances/nrOfInstances >= 0.5}</completionCondition>"
        '</multiInstanceLoopCharacteristics></userTask><userTask id="u"><multiInstanceLoopCharacteristics><extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item" outputCollection="results" '
        'outputElement="=result"/></extensionElements></multiInstanceLoopCharacteristics></userTask>'
    )
    done = "nrOfCompletedInstances / nrOfInstances >= 0.5"
    assert model.activity("t").multi_instance == MultiInstance(collection="people", element="one", complete_when=done)
    assert model.activity("u").multi_instance == MultiInstance(collection="items", element="item")
    assert "outputCollection" in kept(model)


def test_spiffworkflow() -> None:
    model = process(
        '<userTask id="t"><extensionElements><spiff:properties><spiff:property name="formJsonSchemaFilename" '
        'value="approve-schema.json"/></spiff:properties><spiff:preScript>x = 1</spiff:preScript></extensionElements></userTask>'
        '<serviceTask id="s"><extensionElements><spiff:serviceTaskOperator id="http/Get" resultVariable="answer">'
        '<spiff:parameters><spiff:parameter id="url" type="str" value="&quot;a&quot; + b"/></spiff:parameters>'
        "</spiff:serviceTaskOperator></extensionElements></serviceTask>"
    )
    assert model.activity("t").form == "approve" and "preScript" in kept(model)
    service = model.activity("s")
    assert (service.service, service.inputs, service.outputs) == (
        "http/Get",
        (Assignment("url", '"a" + b'),),
        (Assignment("answer", "result"),),
    )
