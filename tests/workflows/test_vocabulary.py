"""Every word of BPMN that says how something runs either changes what happens, or is refused by element and rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bpmn.reading import read_bpmn
from tests.workflows.playing import Surroundings
from workflows.engine import CannotRun, Execution, begin, prepare

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:qj="urn:qiangji:bpmn" id="d" targetNamespace="t">'
    '<signal id="s1" name="go"/><signal id="s2" name="stop"/><message id="m1" name="paid"/><message id="m2" name="sent"/>'
    '<error id="e1" errorCode="E1"/><escalation id="c1" escalationCode="C1"/><signalEventDefinition id="sd" signalRef="s1"/>'
    '<process id="p" isExecutable="true"><startEvent id="start"/>'
)


def file(content: str, *, first: str = "x", more: str = "") -> str:
    """The start leads to `x`, and `x` to a user task `z`."""
    flows = f'<sequenceFlow id="f1" sourceRef="start" targetRef="{first}"/><sequenceFlow id="f2" sourceRef="x" targetRef="z"/>'
    return f'{HEAD}{content}<userTask id="z"/>{flows}{more}</process></definitions>'


@dataclass(frozen=True)
class Word:
    """A word, the drawing without it and the same with it."""

    name: str
    without: str
    with_it: str


def attribute(name: str, tag: str, inside: str = "", *, fixed: str = "", more: str = "") -> Word:
    """An attribute `name="value"` of the element `x`."""
    plain, said = (f'<{tag} id="x" {fixed} {word}>{inside}</{tag}>' for word in ("", name))
    return Word(f"{tag} {name}", file(plain, more=more), file(said, more=more))


def child(content: str, tag: str, *, fixed: str = "", inside: str = "", more: str = "", name: str = "") -> Word:
    """An element inside of `x`."""
    plain, said = (f'<{tag} id="x" {fixed}>{inside}{word}</{tag}>' for word in ("", content))
    return Word(f"{tag}/{name or content[1:40]}", file(plain, more=more), file(said, more=more))


def border(said: str, *, plain: str = "", attributes: str = "") -> Word:
    """A boundary event `b` on a user task `x`, which leads to `y`."""
    more = '<userTask id="y"/><sequenceFlow id="f3" sourceRef="b" targetRef="y"/>'
    events = [
        f'<userTask id="x"/><boundaryEvent id="b" attachedToRef="x" {a}>{d}</boundaryEvent>'
        for a, d in (("", plain), (attributes, said))
    ]
    return Word(f"boundaryEvent {attributes}{said[:50]}", *(file(event, more=more) for event in events))


TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
SIGNAL = '<signalEventDefinition signalRef="s1"/>'
MANY = "<multiInstanceLoopCharacteristics {}><loopCardinality>3</loopCardinality>{}</multiInstanceLoopCharacteristics>"
INNER = '<userTask id="i1"/><userTask id="i2"/>'
DATA = '<dataObject id="o" name="amount"/>'
INPUT = '<ioSpecification><dataInput id="in" name="given"/><inputSet/><outputSet/></ioSpecification>'
CARRY = "<dataInputAssociation><sourceRef>o</sourceRef><targetRef>in</targetRef>{}</dataInputAssociation>"
SPLIT = (
    '<parallelGateway id="x"/><userTask id="a"/><userTask id="b"/>'
    '<sequenceFlow id="g1" sourceRef="x" targetRef="a"/><sequenceFlow id="g2" sourceRef="x" targetRef="b"/>'
)
NEVER = '<userTask id="y"/><sequenceFlow id="f3" sourceRef="x" targetRef="y"><conditionExpression>false</conditionExpression></sequenceFlow>'
ESCALATED = '<boundaryEvent id="b" attachedToRef="x"><escalationEventDefinition escalationRef="c1"/></boundaryEvent>'
KEYS = '<collaboration id="co"><participant id="pa" processRef="p"/><correlationKey id="k"/></collaboration>'
WORDS = (
    child(
        '<intermediateThrowEvent id="i"><escalationEventDefinition escalationRef="c1"/></intermediateThrowEvent>',
        "subProcess",
        more=f'{ESCALATED}<userTask id="y"/><sequenceFlow id="f3" sourceRef="b" targetRef="y"/>',
        name="escalation",
    ),
    attribute('startQuantity="2"', "userTask"),
    attribute('startQuantity="0"', "userTask"),
    attribute('completionQuantity="2"', "manualTask"),
    attribute('completionQuantity="many"', "userTask"),
    attribute('isForCompensation="true"', "userTask"),
    attribute('triggeredByEvent="true"', "subProcess", INNER),
    attribute('method="##Store"', "transaction", INNER),
    attribute('ordering="Sequential"', "adHocSubProcess", INNER),
    child("<completionCondition>i1 = true</completionCondition>", "adHocSubProcess", inside=INNER),
    attribute('cancelRemainingInstances="false"', "adHocSubProcess", f"{INNER}<completionCondition>true</completionCondition>"),
    attribute('instantiate="true"', "receiveTask", fixed='messageRef="m1"'),
    attribute('messageRef="m1"', "receiveTask"),
    attribute('messageRef="m1"', "sendTask"),
    attribute('calledElement="other"', "callActivity"),
    attribute('instantiate="true"', "eventBasedGateway"),
    attribute('eventGatewayType="Parallel"', "eventBasedGateway"),
    child("<standardLoopCharacteristics><loopCondition>loopCounter &lt; 2</loopCondition></standardLoopCharacteristics>", "userTask"),
    child('<standardLoopCharacteristics loopMaximum="2"/>', "userTask"),
    child('<standardLoopCharacteristics loopMaximum="-2"/>', "userTask"),
    Word(
        "standardLoopCharacteristics testBefore",
        *(
            file(f'<userTask id="x"><standardLoopCharacteristics {t}><loopCondition>false</loopCondition></standardLoopCharacteristics></userTask>')
            for t in ("", 'testBefore="true"')
        ),
    ),
    child(MANY.format("", ""), "userTask", name="multiInstance"),
    *(
        Word(f"multiInstance {a}{c[:30]}", *(file(f'<userTask id="x">{MANY.format(*said)}</userTask>') for said in (("", ""), (a, c))))
        for a, c in (
            ('isSequential="true"', ""),
            ("", "<completionCondition>true</completionCondition>"),
            ('behavior="None"', ""),
            ('behavior="One" oneBehaviorEventRef="sd"', ""),
            ('behavior="Complex"', f"<complexBehaviorDefinition><condition>true</condition><event>{SIGNAL}</event></complexBehaviorDefinition>"),
            ('behavior="Twice"', ""),
            ("", "<loopDataInputRef>o</loopDataInputRef>"),
            ("", "<loopDataOutputRef>o</loopDataOutputRef>"),
            ("", '<inputDataItem id="q"/>'),
            ("", '<outputDataItem id="q"/>'),
        )
    ),
    child("<script>a = 1</script>", "scriptTask", fixed='scriptFormat="feel"'),
    attribute('scriptFormat="javascript"', "scriptTask", "<script>a = 1</script>"),
    child('<potentialOwner><resourceAssignmentExpression><formalExpression>x</formalExpression></resourceAssignmentExpression></potentialOwner>', "userTask"),
    child("<humanPerformer><resourceRef>r</resourceRef></humanPerformer>", "userTask"),
    child("<performer><resourceRef>r</resourceRef></performer>", "userTask"),
    child("<resourceRole><resourceRef>r</resourceRef></resourceRole>", "userTask"),
    child(CARRY.format(""), "userTask", inside=INPUT, more=DATA),
    child(CARRY.format("<transformation>1</transformation>"), "userTask", inside=INPUT, more=DATA, name="transformation"),
    child(CARRY.format("<assignment><from>1</from><to>in</to></assignment>"), "userTask", inside=INPUT, more=DATA, name="assignment"),
    child(CARRY.format(""), "subProcess", inside=INPUT + INNER, more=DATA),
    child(CARRY.format(""), "adHocSubProcess", inside=INPUT + INNER, more=DATA),
    child(CARRY.format("").replace(">o<", ">st<"), "userTask", inside=INPUT, more='<dataStoreReference id="st" name="amount"/>', name="data store"),
    attribute('ordering="Whatever"', "adHocSubProcess", INNER),
    Word("correlationSubscription", file('<userTask id="x"/>'), file('<userTask id="x"/>', more='<correlationSubscription id="cs" correlationKeyRef="k"/>')),
    *(
        Word(f"correlationKey for {waiting[1:20]}", file(waiting), file(waiting).replace("<process", f"{KEYS}<process"))
        for waiting in ('<receiveTask id="x" messageRef="m1"/>', '<intermediateCatchEvent id="x"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>')
    ),
    Word("timeCycle R0", *(border(f"<timerEventDefinition><timeCycle>{c}</timeCycle></timerEventDefinition>").with_it for c in ("R1/PT1H", "R0/PT1H"))),
    Word("implicitThrowEvent", file('<userTask id="x"/>'), file('<implicitThrowEvent id="x"/>')),
    *(
        child(definition, "intermediateCatchEvent", name=definition[1:30])
        for definition in (
            TIMER, SIGNAL, '<messageEventDefinition messageRef="m1"/>', "<conditionalEventDefinition><condition>ok</condition></conditionalEventDefinition>",
            '<linkEventDefinition name="l"/>', "<eventDefinitionRef>sd</eventDefinitionRef>", '<errorEventDefinition errorRef="e1"/>',
            "<compensateEventDefinition/>", TIMER + SIGNAL,
        )
    ),
    attribute('parallelMultiple="true"', "intermediateCatchEvent", TIMER + SIGNAL),
    child("<dataOutputAssociation><sourceRef>q</sourceRef><targetRef>o</targetRef></dataOutputAssociation>", "intermediateCatchEvent", inside=SIGNAL, more=DATA),
    *(
        child(definition, "intermediateThrowEvent", name=definition[1:30])
        for definition in (
            SIGNAL, '<messageEventDefinition messageRef="m1"/>', 
            '<linkEventDefinition name="l"/>', '<compensateEventDefinition activityRef="z"/>', SIGNAL + '<messageEventDefinition messageRef="m1"/>',
        )
    ),
    child("<dataInputAssociation><sourceRef>o</sourceRef><targetRef>q</targetRef></dataInputAssociation>", "intermediateThrowEvent", inside=SIGNAL, more=DATA),
    *(
        Word(f"endEvent/{definition[1:30]}", *(file(f'{SPLIT}<endEvent id="end">{d}</endEvent>', more='<sequenceFlow id="g3" sourceRef="x" targetRef="end"/>') for d in ("", definition)))
        for definition in (
            "<terminateEventDefinition/>", SIGNAL, '<messageEventDefinition messageRef="m1"/>', '<errorEventDefinition errorRef="e1"/>',
            "<cancelEventDefinition/>",
        )
    ),
    *(border(definition) for definition in (TIMER, SIGNAL, '<errorEventDefinition errorRef="e1"/>', "<cancelEventDefinition/>", "<compensateEventDefinition/>", "<terminateEventDefinition/>")),
    border(SIGNAL, plain=SIGNAL, attributes='cancelActivity="false"'),
    border('<errorEventDefinition errorRef="e1"/>', plain='<errorEventDefinition errorRef="e1"/>', attributes='cancelActivity="false"'),
    Word("startEvent isInterrupting", file('<userTask id="x"/>'), file('<userTask id="x"/>').replace('<startEvent id="start"/>', '<startEvent id="start" isInterrupting="false"/>')),
    *(
        Word(f"startEvent/{d[1:30]}", file('<userTask id="x"/>'), file('<userTask id="x"/>').replace('<startEvent id="start"/>', f'<startEvent id="start">{d}</startEvent>'))
        for d in ('<errorEventDefinition errorRef="e1"/>', "<conditionalEventDefinition><condition>ok</condition></conditionalEventDefinition>", "<compensateEventDefinition/>")
    ),
    Word("activationCondition", *(
        file(f'{SPLIT.replace(chr(34) + "x" + chr(34), chr(34) + "s" + chr(34))}<complexGateway id="x">{c}</complexGateway>', first="s",
             more='<sequenceFlow id="h1" sourceRef="a" targetRef="x"/><sequenceFlow id="h2" sourceRef="b" targetRef="x"/>')
        for c in ("<activationCondition>activationCount &gt;= 2</activationCondition>", "<activationCondition>activationCount &gt;= 1</activationCondition>")
    )),
    Word("conditionExpression", file('<userTask id="x"/>'), file('<userTask id="x"/>').replace('targetRef="z"/>', 'targetRef="z"><conditionExpression>false</conditionExpression></sequenceFlow>')),
)  # fmt: skip


def story(xml: str) -> tuple[object, ...]:
    """What happens when the case is begun, the signal comes and all work is done, or the rules by which it is refused."""
    try:
        plan = prepare(read_bpmn(xml))
    except CannotRun as refused:
        return ("refused", *sorted((r.element, r.rule) for r in refused.refusals))
    execution = begin(plan, {"amount": 1, "ok": True}, Surroundings())
    told = _said(execution)
    execution.signal("go")
    told += _said(execution)
    for _ in range(12):
        work = sorted((place, token) for token, place in execution.waiting().items() if place not in ("b", "start"))
        if work:
            _do(execution, work[0][1])
            told += _said(execution)
    return (*told, sorted(execution.waiting().values()), execution.ended, dict(execution.data))


def _do(execution: Execution, token: int) -> None:
    place = execution.waiting()[token]
    if type(execution.node(place)).__name__ == "EventNode" or getattr(execution.node(place), "kind", "") == "receive":
        execution.fire(token)
    else:
        execution.complete(token, {place: True})


def _said(execution: Execution) -> list[object]:
    facts = execution.take()
    return [(type(fact).__name__, getattr(fact, "node", ""), str(getattr(fact, "local", ""))) for fact in facts]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_a_word_has_an_effect_or_is_refused(word: Word) -> None:
    with_it = story(word.with_it)
    assert with_it[0] == "refused" or with_it != story(word.without), with_it


@pytest.mark.parametrize(
    "neutral",
    [
        'implementation="##WebService"',
        'name="别名"',
        'qj:en="Check"',
    ],
)
def test_a_word_about_the_drawing_alone_changes_nothing(neutral: str) -> None:
    word = attribute(neutral, "userTask")
    assert story(word.with_it) == story(word.without)
