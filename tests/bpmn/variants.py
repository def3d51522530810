"""One drawing in the many ways that tools write it, and with what they get wrong: each variant and the rule that mends it.

The base has every construct that tools emit; a variant changes its tree or its text. `rule` is the repair that reading must
name, None where the standard allows what was written.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

from bpmn.vocabulary import BPMN, BPMNDI, DC, DI

Tree: TypeAlias = Any
Chance: TypeAlias = random.Random
B, X, Z, P = f"{{{BPMN}}}", f"{{{BPMNDI}}}", f"{{{DC}}}", f"{{{DI}}}"

BASE = f"""<definitions xmlns="{BPMN}" xmlns:bpmndi="{BPMNDI}" xmlns:dc="{DC}" xmlns:di="{DI}" id="defs" name="all"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:all"
  xmlns:signavio="http://www.signavio.com" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  targetNamespace="urn:all" exporter="drawn by hand" exporterVersion="1">
  <import importType="http://schemas.xmlsoap.org/wsdl/" location="a.wsdl" namespace="urn:wsdl"/>
  <itemDefinition id="item" structureRef="xsd:string" isCollection="false"/>
  <message id="paid" name="支付回执" itemRef="tns:item"/><signal id="sig" name="政策变更"/>
  <error id="err" name="refused" errorCode="E1" structureRef="item"/><escalation id="esc" name="up" escalationCode="C1"/>
  <category id="cat"><categoryValue id="value" value="risk"/></category><dataStore id="store" name="archive"/>
  <interface id="face" name="treasury"><operation id="op" name="pay"><inMessageRef>tns:paid</inMessageRef></operation></interface>
  <resource id="clerks" name="clerks"/><globalUserTask id="global" name="sign"/><correlationProperty id="case"/>
  <timerEventDefinition id="often"><timeCycle xsi:type="tFormalExpression">R/P1D</timeCycle></timerEventDefinition>
  <collaboration id="together" isClosed="false"><participant id="office" name="税务局" processRef="tns:p"/>
    <participant id="taxpayer" name="纳税人"><participantMultiplicity minimum="0" maximum="2"/></participant>
    <messageFlow id="mf" sourceRef="taxpayer" targetRef="start" messageRef="paid"/>
    <textAnnotation id="outside"><text>beside the pools</text></textAnnotation>
    <association id="o1" sourceRef="office" targetRef="outside"/>
    <conversation id="talk"><participantRef>office</participantRef><participantRef>taxpayer</participantRef></conversation>
    <conversationLink id="link" sourceRef="office" targetRef="talk"/></collaboration>
  <process id="p" name="退税" isExecutable="true" isClosed="false" processType="Private">
    <documentation>what it is for</documentation><documentation textFormat="text/html">twice</documentation>
    <extensionElements><signavio:signavioMetaData metaKey="author" metaValue="?"/></extensionElements>
    <ioSpecification id="io"><dataInput id="din" name="form"/><inputSet id="is"><dataInputRefs>din</dataInputRefs></inputSet>
      <outputSet id="os"/></ioSpecification><property id="prop" name="amount" itemSubjectRef="item"/>
    <laneSet id="lanes" name="posts"><lane id="hall" name="大厅"><flowNodeRef>start</flowNodeRef><flowNodeRef>accept</flowNodeRef>
      <childLaneSet id="inner"><lane id="desk" name="窗口"><flowNodeRef>accept</flowNodeRef></lane></childLaneSet></lane>
      <lane id="bureau" name="税源"><flowNodeRef>sub</flowNodeRef><flowNodeRef>end</flowNodeRef></lane></laneSet>
    <startEvent id="start" name="收到"><outgoing>f1</outgoing><dataOutput id="sdo"/>
      <messageEventDefinition id="med" messageRef="tns:paid"/></startEvent>
    <userTask id="accept" name="受理" implementation="##unspecified" camunda:priority="50"><incoming>f1</incoming>
      <outgoing>f2</outgoing><ioSpecification><dataInput id="i1"/><inputSet><dataInputRefs>i1</dataInputRefs></inputSet><outputSet/>
      </ioSpecification><dataInputAssociation id="dia"><sourceRef>doc</sourceRef><targetRef>i1</targetRef></dataInputAssociation>
      <potentialOwner id="owner"><resourceRef>tns:clerks</resourceRef><resourceAssignmentExpression>
        <formalExpression>user(kermit), group(clerks)</formalExpression></resourceAssignmentExpression></potentialOwner></userTask>
    <exclusiveGateway id="risky" name="高风险?" default="f4" gatewayDirection="Diverging"/>
    <subProcess id="sub" name="核查"><startEvent id="in"/><serviceTask id="pay" operationRef="tns:op" implementation="##WebService"/>
      <manualTask id="look"><multiInstanceLoopCharacteristics isSequential="true" behavior="All"><loopCardinality>3</loopCardinality>
        <completionCondition>done</completionCondition></multiInstanceLoopCharacteristics></manualTask>
      <endEvent id="out"><terminateEventDefinition/></endEvent><sequenceFlow id="s1" sourceRef="in" targetRef="pay"/>
      <sequenceFlow id="s2" sourceRef="pay" targetRef="look"/><sequenceFlow id="s3" sourceRef="look" targetRef="out"/>
      <dataObject id="inner_doc"/></subProcess>
    <boundaryEvent id="late" attachedToRef="sub" cancelActivity="false"><eventDefinitionRef>tns:often</eventDefinitionRef></boundaryEvent>
    <callActivity id="call" calledElement="tns:global"><standardLoopCharacteristics testBefore="false" loopMaximum="3"/></callActivity>
    <intermediateThrowEvent id="tell"><signalEventDefinition signalRef="sig"/></intermediateThrowEvent>
    <eventBasedGateway id="either" instantiate="false" eventGatewayType="Exclusive"/>
    <intermediateCatchEvent id="m1"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>
    <intermediateCatchEvent id="m2"><timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <intermediateCatchEvent id="many" parallelMultiple="true"><messageEventDefinition/><timerEventDefinition/></intermediateCatchEvent>
    <scriptTask id="script" scriptFormat="text/javascript"><script><![CDATA[x = a < 3 && b;]]></script></scriptTask>
    <endEvent id="end" name="办结"><errorEventDefinition errorRef="err"/></endEvent>
    <dataObject id="data" name="表" isCollection="true"/><dataObjectReference id="doc" dataObjectRef="data" name="申请表">
      <dataState name="filed"/></dataObjectReference><dataStoreReference id="kept" dataStoreRef="tns:store" name="档案"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="accept"/><sequenceFlow id="f2" sourceRef="accept" targetRef="risky"/>
    <sequenceFlow id="f3" sourceRef="risky" targetRef="sub" isImmediate="true"><conditionExpression xsi:type="tFormalExpression"
      language="http://www.w3.org/1999/XPath" id="ce">amount &gt; 5</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" name="否" sourceRef="risky" targetRef="call"/><sequenceFlow id="f5" sourceRef="sub" targetRef="tell"/>
    <sequenceFlow id="f6" sourceRef="late" targetRef="many"/><sequenceFlow id="f7" sourceRef="call" targetRef="either"/>
    <sequenceFlow id="f8" sourceRef="either" targetRef="m1"/><sequenceFlow id="f9" sourceRef="either" targetRef="m2"/>
    <sequenceFlow id="f10" sourceRef="m1" targetRef="end"/><sequenceFlow id="f11" sourceRef="m2" targetRef="script"/>
    <sequenceFlow id="f12" sourceRef="script" targetRef="end"/><sequenceFlow id="f13" sourceRef="tell" targetRef="end"/>
    <sequenceFlow id="f14" sourceRef="many" targetRef="end"/>
    <group id="box" categoryValueRef="tns:value"/><textAnnotation id="note" textFormat="text/plain"><text>see the law</text></textAnnotation>
    <association id="a1" sourceRef="accept" targetRef="note" associationDirection="One"/>
  </process>
  <choreography id="dance"><participant id="pa" name="A"/><participant id="pb" name="B"/>
    <choreographyTask id="ct" initiatingParticipantRef="pa"><participantRef>pa</participantRef><participantRef>pb</participantRef>
    </choreographyTask></choreography>
  <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="tns:together">
    <bpmndi:BPMNShape id="x1" bpmnElement="start"><dc:Bounds x="100.0" y="100" width="36" height="36"/><bpmndi:BPMNLabel labelStyle="ls"/>
    </bpmndi:BPMNShape><bpmndi:BPMNShape id="x2" bpmnElement="tns:accept"><dc:Bounds x="200.5" y="80" width="100" height="80"/>
    </bpmndi:BPMNShape><bpmndi:BPMNShape id="x3" bpmnElement="sub" isExpanded="false"><dc:Bounds x="400" y="80" width="100" height="80"/>
    </bpmndi:BPMNShape><bpmndi:BPMNEdge id="e1" bpmnElement="f1" sourceElement="x1" targetElement="x2"><di:waypoint x="136" y="118"/>
    <di:waypoint xsi:type="dc:Point" x="200" y="118"/></bpmndi:BPMNEdge></bpmndi:BPMNPlane>
    <bpmndi:BPMNLabelStyle id="ls"><dc:Font name="Arial" size="11.0"/></bpmndi:BPMNLabelStyle></bpmndi:BPMNDiagram>
  <bpmndi:BPMNDiagram id="d2" name="核查"><bpmndi:BPMNPlane id="pl2" bpmnElement="sub">
    <bpmndi:BPMNShape id="x9" bpmnElement="pay"><dc:Bounds x="0" y="0" width="100" height="80"/></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
  <relationship id="rel" type="BPSimData"><source>defs</source><target>defs</target></relationship>
</definitions>"""


@dataclass(frozen=True)
class Variant:
    change: Callable[[Tree, Chance], None]
    rule: str | None = None


def _elements(root: Tree, *tags: str) -> list[Tree]:
    return [element for tag in tags for element in root.iter(B + tag)]


def _one(root: Tree, chance: Chance, *tags: str) -> Tree:
    return chance.choice(_elements(root, *tags))


def _rename(root: Tree, old: str, new: str) -> None:
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace == old:
            element.tag = f"{{{new}}}{name.localname}"


def _qualified(root: Tree, chance: Chance) -> None:
    for element in root.iter(B + "*"):
        for name in ("id", "name", "sourceRef", "targetRef"):
            if name in element.attrib:
                element.set(B + name, element.attrib.pop(name))


def _colons(root: Tree, chance: Chance) -> None:
    old = _one(root, chance, "userTask", "exclusiveGateway", "subProcess").get("id")
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if value == old or (value == f"tns:{old}" and name == "bpmnElement"):
                element.set(name, f"x:{old}")
        if element.text and element.text.strip() == old:
            element.text = f"x:{old}"


def _digits(root: Tree, chance: Chance) -> None:
    text = etree.tostring(root, encoding="unicode").replace('"risky"', '"17"').replace('"f4"', '"4 2"')
    changed = etree.fromstring(text)
    root[:] = list(changed)


def _no_ids(root: Tree, chance: Chance) -> None:
    for flow in _elements(root, "sequenceFlow"):
        flow.attrib.pop("id")


def _twice(root: Tree, chance: Chance) -> None:
    flow = _one(root, chance, "sequenceFlow")
    flow.getparent().append(etree.fromstring(etree.tostring(flow)))


def _ends_only_at_nodes(root: Tree, chance: Chance) -> None:
    flow = next(f for f in _elements(root, "sequenceFlow") if f.get("id") == "f2")
    flow.attrib.pop("sourceRef")


def _wrong_list(root: Tree, chance: Chance) -> None:
    etree.SubElement(_one(root, chance, "endEvent", "scriptTask"), B + "incoming").text = "nowhere"


def _nowhere(root: Tree, chance: Chance) -> None:
    _one(root, chance, "sequenceFlow").set("targetRef", "nowhere")


def _on_nothing(root: Tree, chance: Chance) -> None:
    boundary = _one(root, chance, "boundaryEvent")
    boundary.set("attachedToRef", "nothing") if chance.random() < 0.5 else boundary.attrib.pop("attachedToRef")


def _no_name_for(tag: str, name: str) -> Callable[[Tree, Chance], None]:
    def change(root: Tree, chance: Chance) -> None:
        _one(root, chance, tag).set(name, "undeclared")

    return change


def _two_processes(root: Tree, chance: Chance) -> None:
    root.insert(10, etree.fromstring(etree.tostring(next(iter(_elements(root, "process"))))))
    _elements(root, "process")[1].set("id", "q")


def _two_sets(root: Tree, chance: Chance) -> None:
    other = etree.Element(B + "laneSet", id="more", name="others")
    etree.SubElement(other, B + "lane", id="third", name="third")
    _elements(root, "laneSet")[0].addnext(other)


def _two_lanes(root: Tree, chance: Chance) -> None:
    etree.SubElement(_elements(root, "lane")[-1], B + "flowNodeRef").text = "accept"


def _ghost_in_lane(root: Tree, chance: Chance) -> None:
    etree.SubElement(_elements(root, "lane")[-1], B + "flowNodeRef").text = "ghost"


def _text_in_nodes(root: Tree, chance: Chance) -> None:
    _one(root, chance, "userTask", "process", "sequenceFlow").text = "loose -- words-"


def _unknown(root: Tree, chance: Chance) -> None:
    etree.SubElement(_elements(root, "process")[0], B + "workStep", id="step", name="?")


def _without(tag: str) -> Callable[[Tree, Chance], None]:
    def change(root: Tree, chance: Chance) -> None:
        for element in list(root.iter(tag)):
            element.getparent().remove(element)

    return change


def _odd_bounds(root: Tree, chance: Chance) -> None:
    box = chance.choice(list(root.iter(Z + "Bounds")))
    box.set(chance.choice(["x", "width"]), chance.choice(["NaN", "", "wide", "INF"]))


def _two_shapes(root: Tree, chance: Chance) -> None:
    shape = next(root.iter(X + "BPMNShape"))
    shape.addnext(etree.fromstring(etree.tostring(shape)))


def _shape_of_nothing(root: Tree, chance: Chance) -> None:
    chance.choice(list(root.iter(X + "BPMNShape"))).set("bpmnElement", "ghost")


def _one_point(root: Tree, chance: Chance) -> None:
    point = next(root.iter(P + "waypoint"))
    point.getparent().remove(point)


def _diagrams_turned(root: Tree, chance: Chance) -> None:
    first = next(root.iter(X + "BPMNDiagram"))
    root.append(first)


def _flow_in_other_scope(root: Tree, chance: Chance) -> None:
    flow = next(f for f in _elements(root, "sequenceFlow") if f.get("id") == "s2")
    _elements(root, "process")[0].append(flow)


def _blanks_in_references(root: Tree, chance: Chance) -> None:
    for flow in _elements(root, "sequenceFlow"):
        flow.set("sourceRef", f"  {flow.get('sourceRef')}\n")


def _foreign(root: Tree, chance: Chance) -> None:
    element = _one(root, chance, "userTask", "startEvent", "sequenceFlow", "lane", "process", "exclusiveGateway")
    element.set("{urn:some:tool}colour", "red")
    etree.SubElement(element, "{urn:some:tool}data").append(etree.Element("{urn:some:tool}inner", a="1"))


def _comments(root: Tree, chance: Chance) -> None:
    for element in _elements(root, "process", "userTask", "startEvent", "subProcess"):
        element.insert(0, etree.Comment(" by hand "))
        element.append(etree.ProcessingInstruction("tool", "state=1"))


def _nothing(root: Tree, chance: Chance) -> None:
    pass


VARIANTS: dict[str, Variant] = {
    "as it is": Variant(_nothing),
    "the draft of 2009": Variant(
        lambda root, _: _rename(root, BPMN, "http://schema.omg.org/spec/BPMN/2.0"), "other_namespace"
    ),
    "https in namespaces": Variant(
        lambda root, _: _rename(root, BPMNDI, BPMNDI.replace("http:", "https:")), "other_namespace"
    ),
    "attributes with prefix": Variant(_qualified, "qualified_attribute"),
    "ids with colons": Variant(_colons, "invalid_id"),
    "ids of digits": Variant(_digits, "invalid_id"),
    "no ids": Variant(_no_ids, "missing_id"),
    "an id twice": Variant(_twice, "double_id"),
    "two processes with the same ids": Variant(_two_processes, "double_id"),
    "ends only at the nodes": Variant(_ends_only_at_nodes, "end_from_node"),
    "a list that contradicts": Variant(_wrong_list, "unknown_flow"),
    "a flow into nowhere": Variant(_nowhere, "dangling_flow"),
    "a boundary event on nothing": Variant(_on_nothing),
    "an undeclared message": Variant(_no_name_for("messageEventDefinition", "messageRef"), "undeclared_reference"),
    "an undeclared error": Variant(_no_name_for("errorEventDefinition", "errorRef"), "undeclared_reference"),
    "an unknown default": Variant(_no_name_for("exclusiveGateway", "default"), "unknown_default"),
    "two sets of lanes": Variant(_two_sets, "several_lane_sets"),
    "a node in two lanes": Variant(_two_lanes, "node_in_two_lanes"),
    "a lane with a ghost": Variant(_ghost_in_lane, "lane_without_node"),
    "text in nodes": Variant(_text_in_nodes, "stray_text"),
    "unknown words": Variant(_unknown, "unknown_element"),
    "no process": Variant(_without(B + "process"), "no_process"),
    "no collaboration": Variant(_without(B + "collaboration")),
    "no diagram": Variant(_without(X + "BPMNDiagram")),
    "no lanes": Variant(_without(B + "laneSet")),
    "no lists of flows": Variant(
        lambda root, c: (_without(B + "incoming")(root, c), _without(B + "outgoing")(root, c))[0]
    ),
    "no event definitions": Variant(_without(B + "messageEventDefinition")),
    "bounds that are no numbers": Variant(_odd_bounds),
    "two shapes for one": Variant(_two_shapes, "kept_shape"),
    "a shape of nothing": Variant(_shape_of_nothing),
    "an edge of one point": Variant(_one_point),
    "another diagram first": Variant(_diagrams_turned),
    "a flow drawn in another scope": Variant(_flow_in_other_scope),
    "blanks around references": Variant(_blanks_in_references),
    "words of an unknown tool": Variant(_foreign),
    "comments and instructions": Variant(_comments),
}

SPELLINGS: dict[str, Callable[[str], bytes | str]] = {
    "utf-8": lambda text: f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(),
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"),
    "utf-16 without declaration": lambda text: text.encode("utf-16"),
    "gb18030": lambda text: f'<?xml version="1.0" encoding="GB18030"?>\n{text}'.encode("gb18030"),
    "characters of latin": lambda text: text.encode("iso-8859-1", "xmlcharrefreplace"),
    "text": lambda text: text,
    "text with a false declaration": lambda text: f'<?xml version="1.0" encoding="UTF-16"?>{text}',
    "blanks before": lambda text: f'\r\n  <?xml version="1.0" encoding="UTF-8"?>\r\n{text}'.encode(),
    "outside": lambda text: f'<?xml version="1.0"?><?xml-stylesheet href="a.css"?><!-- a -->{text}<!-- b -->'.encode(),
    "no namespace": lambda text: text.replace(f' xmlns="{BPMN}"', ""),
    "windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
}

PREFIXES = ("bpmn", "bpmn2", "semantic", "model", "ns0", "q", None)


def spelled(root: Tree, prefix: str | None) -> str:
    """The tree with another prefix for BPMN, or as the default namespace."""
    text = etree.tostring(root, encoding="unicode")
    if prefix is None or f'xmlns="{BPMN}"' not in text:
        return text
    spaces = {prefix: BPMN, **{p: uri for p, uri in root.nsmap.items() if p not in (None, prefix)}}
    new = etree.Element(root.tag, nsmap=spaces)
    new.attrib.update(root.attrib)
    new.extend(list(root))
    etree.cleanup_namespaces(new, keep_ns_prefixes=list(spaces))
    return etree.tostring(new, encoding="unicode")
