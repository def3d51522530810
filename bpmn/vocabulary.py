"""The words of BPMN 2.0 files: namespaces, element names of our kinds, and the order that the schema wants."""

from __future__ import annotations

from typing import Final

from bpmn.model import ActivityKind, GatewayKind, Position, Trigger

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "http://www.w3.org/XML/1998/namespace"
OURS: Final = "urn:qiangji:bpmn"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
FLOWABLE: Final = "http://flowable.org/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"
SPIFF: Final = "http://spiffworkflow.org/bpmn/schema/1.0/core"
FEEL: Final = "https://www.omg.org/spec/DMN/20191111/FEEL/"
TARGET: Final = "urn:qiangji:procedures"

PREFIXES: Final = {
    BPMN: "bpmn",
    BPMNDI: "bpmndi",
    DC: "dc",
    DI: "di",
    XSI: "xsi",
    OURS: "qj",
    CAMUNDA: "camunda",
    ZEEBE: "zeebe",
    FLOWABLE: "flowable",
    ACTIVITI: "activiti",
    SPIFF: "spiffworkflow",
    "http://bpmn.io/schema/bpmn/biocolor/1.0": "bioc",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0": "color",
    "http://www.signavio.com": "signavio",
    "http://apromore.org": "apromore",
    "http://www.trisotech.com/2015/triso/modeling": "triso",
    "http://www.trisotech.com/2014/triso/bpmn": "trisobpmn",
    "http://www.qbp-simulator.com/Schema201212": "qbp",
    "http://www.boc-group.com": "boc",
    "http://www.w4.eu/spec/BPMN/20110701/MODEL": "w4",
    "http://www.w4.eu/spec/BPMN/20110930/GRAPH": "w4graph",
    "http://www.omg.org/spec/BPMN/non-normative/extensions/i18n/1.0": "i18n",
    "http://www.itp-commerce.com/BPMN2.0": "itp",
    "https://openapis.org/omg/extension/1.0": "openapi",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "dmn",
}

ACTIVITIES: Final = {
    "task": ActivityKind.TASK,
    "userTask": ActivityKind.USER,
    "manualTask": ActivityKind.MANUAL,
    "serviceTask": ActivityKind.SERVICE,
    "businessRuleTask": ActivityKind.RULE,
    "scriptTask": ActivityKind.SCRIPT,
    "sendTask": ActivityKind.SEND,
    "receiveTask": ActivityKind.RECEIVE,
    "subProcess": ActivityKind.SUBPROCESS,
    "adHocSubProcess": ActivityKind.SUBPROCESS,
    "transaction": ActivityKind.SUBPROCESS,
    "callActivity": ActivityKind.CALL,
}
GATEWAYS: Final = {
    "exclusiveGateway": GatewayKind.EXCLUSIVE,
    "parallelGateway": GatewayKind.PARALLEL,
    "inclusiveGateway": GatewayKind.INCLUSIVE,
    "eventBasedGateway": GatewayKind.EVENT_BASED,
    "complexGateway": GatewayKind.COMPLEX,
}
EVENTS: Final = {
    "startEvent": Position.START,
    "intermediateCatchEvent": Position.CATCH,
    "intermediateThrowEvent": Position.THROW,
    "boundaryEvent": Position.BOUNDARY,
    "endEvent": Position.END,
}
EVENT_DEFINITIONS: Final = {
    "timerEventDefinition": Trigger.TIMER,
    "messageEventDefinition": Trigger.MESSAGE,
    "signalEventDefinition": Trigger.SIGNAL,
    "conditionalEventDefinition": Trigger.CONDITIONAL,
    "errorEventDefinition": Trigger.ERROR,
    "escalationEventDefinition": Trigger.ESCALATION,
    "compensateEventDefinition": Trigger.COMPENSATE,
    "cancelEventDefinition": Trigger.CANCEL,
    "linkEventDefinition": Trigger.LINK,
    "terminateEventDefinition": Trigger.TERMINATE,
}
ACTIVITY_TAGS: Final = {kind: tag for tag, kind in reversed(ACTIVITIES.items())}
GATEWAY_TAGS: Final = {kind: tag for tag, kind in GATEWAYS.items()}
EVENT_TAGS: Final = {position: tag for tag, position in EVENTS.items()}
DEFINITION_TAGS: Final = {trigger: tag for tag, trigger in EVENT_DEFINITIONS.items()}

FLOW_ELEMENTS: Final = 50  # rank of nodes, flows and data objects among the children of their scope
_HEAD = {"documentation": 0, "extensionElements": 1, "auditing": 2, "monitoring": 3, "categoryValueRef": 4}
_ARTIFACTS = {"association": 60, "group": 60, "textAnnotation": 60}
_PROCESS = _HEAD | _ARTIFACTS | {"supportedInterfaceRef": 5, "ioSpecification": 6, "ioBinding": 7, "property": 8}
_PROCESS |= {"laneSet": 9, "correlationSubscription": 72, "supports": 73}
_PROCESS |= dict.fromkeys(["resourceRole", "performer", "humanPerformer", "potentialOwner"], 71)
_NODE = _HEAD | _ARTIFACTS | {"incoming": 5, "outgoing": 6, "ioSpecification": 10, "property": 11}
_NODE |= {"dataInput": 12, "dataOutput": 12, "dataInputAssociation": 13, "dataOutputAssociation": 14}
_NODE |= {"inputSet": 15, "outputSet": 15}
_NODE |= dict.fromkeys(["resourceRole", "performer", "humanPerformer", "potentialOwner"], 16)
_NODE |= {"standardLoopCharacteristics": 17, "multiInstanceLoopCharacteristics": 17, "laneSet": 20, "script": 20}
_NODE |= dict.fromkeys([*EVENT_DEFINITIONS, "eventDefinition"], 21) | {"eventDefinitionRef": 22}
_NODE |= {"conditionExpression": 30, "activationCondition": 80, "completionCondition": 81}
_NODE |= {"partitionElement": 10, "flowNodeRef": 11, "childLaneSet": 12}
_FILE = {"import": 0, "extension": 1, "BPMNDiagram": 90, "relationship": 91}


_OTHER_FLOW_ELEMENTS: Final = ("dataObject", "dataObjectReference", "dataStoreReference", "implicitThrowEvent", "event")
_CHOREOGRAPHIES: Final = ("callChoreography", "choreographyTask", "subChoreography")
_IN_PROCESS: Final = frozenset(
    [*ACTIVITIES, *GATEWAYS, *EVENTS, "sequenceFlow", *_OTHER_FLOW_ELEMENTS, *_CHOREOGRAPHIES, *_PROCESS, *_NODE]
)


def in_process(tag: str) -> bool:
    """Whether BPMN 2.0 has such a child of a process or subprocess."""
    return tag in _IN_PROCESS


def rank_in_process(tag: str) -> int:
    """Where the schema wants this child of a process."""
    return _PROCESS.get(tag, FLOW_ELEMENTS)


def rank_in_node(tag: str) -> int:
    """Where the schema wants this child of a node, a flow or a lane."""
    return _NODE.get(tag, FLOW_ELEMENTS)


def rank_in_file(tag: str) -> int:
    """Where the schema wants this child of the definitions."""
    return _FILE.get(tag, FLOW_ELEMENTS)
