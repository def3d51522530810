"""Writes decision models as DMN 1.3, which dmn-js and Camunda Modeler open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lxml import etree

from bpmn.decisions import model as m
from bpmn.errors import Unwritable

Xml: TypeAlias = Any  # lxml's elements carry no types

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
_DC = "http://www.omg.org/spec/DMN/20180521/DC/"
_QJ = "urn:qiangji:bpmn"
_WIDTH, _HEIGHT, _STEP = 180, 80, 120


def write_dmn(model: m.DecisionModel) -> bytes:
    """The model as XML with a simple diagram; `read_dmn` gives the same model again. Raises Unwritable."""
    try:
        root = _Writing(model).definitions()
    except ValueError as error:  # lxml refuses control characters
        raise Unwritable(f"The decision model {model.name!r}", str(error)) from error
    etree.indent(root, "  ")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _attributes(**given: object) -> dict[str, str]:
    return {name.strip("_"): str(value) for name, value in given.items() if value not in (None, "")}


class _Writing:
    def __init__(self, model: m.DecisionModel) -> None:
        self.model = model

    def add(self, parent: Xml, tag: str, /, **attributes: object) -> Xml:
        return etree.SubElement(parent, f"{{{DMN}}}{tag}", _attributes(**attributes))

    def text(self, parent: Xml, name: str, text: str | None) -> None:
        if text is not None:
            self.add(self.add(parent, name), "text").text = text

    def definitions(self) -> Xml:
        model = self.model
        prefixes: Any = {None: DMN, "dmndi": _DMNDI, "dc": _DC, "qj": _QJ} | dict(model.prefixes)
        root = etree.Element(f"{{{DMN}}}definitions", _attributes(id=model.id, name=model.name), prefixes)
        root.set("namespace", model.namespace)
        for model_import in model.imports:
            attributes = {"name": model_import.name, "namespace": model_import.namespace, "importType": DMN}
            self.add(root, "import", **attributes)
        for item in model.types:
            self.item_type(root, "itemDefinition", item)
        for element in model.elements:
            _ELEMENTS[type(element)](self, root, element)
        self.diagram(root)
        return root

    def diagram(self, root: Xml) -> None:
        shapes = etree.SubElement(etree.SubElement(root, f"{{{_DMNDI}}}DMNDI"), f"{{{_DMNDI}}}DMNDiagram")
        for index, element in enumerate(self.model.elements):
            shape = etree.SubElement(shapes, f"{{{_DMNDI}}}DMNShape", {"dmnElementRef": element.id})
            place = {"x": 160, "y": 100 + index * _STEP, "width": _WIDTH, "height": _HEIGHT}
            etree.SubElement(shape, f"{{{_DC}}}Bounds", _attributes(**place))

    def item_type(self, parent: Xml, name: str, item: m.ItemType) -> None:
        element = self.add(parent, name, name=item.name, isCollection="true" if item.collection else None)
        if item.type and item.parameters is None:
            self.add(element, "typeRef").text = item.type
        self.text(element, "allowedValues", item.allowed)
        self.text(element, "typeConstraint", item.constraint)
        for part in item.components:
            self.item_type(element, "itemComponent", part)
        if item.parameters is not None:
            function = self.add(element, "functionItem", outputTypeRef=item.type)
            for parameter in item.parameters:
                self.add(function, "parameters", name=parameter.name, typeRef=parameter.type)

    # -- elements

    def element(self, root: Xml, name: str, element: m.Element) -> Xml:
        made = self.add(root, name, id=element.id, name=element.name)
        for language, label in element.names.items():
            made.set(f"{{{_QJ}}}{language}", label)
        if element.description:
            self.add(made, "description").text = element.description
        self.add(made, "variable", name=element.variable, typeRef=element.type)
        return made

    def require(self, parent: Xml, requirement: str, kind: str, reference: str) -> None:
        self.add(self.add(parent, requirement), kind, href=reference)

    def input_data(self, root: Xml, element: m.InputData) -> None:
        self.element(root, "inputData", element)

    def decision(self, root: Xml, element: m.Decision) -> None:
        made = self.element(root, "decision", element)
        inputs = {data.id for data in self.model.inputs}
        for reference in element.requires:
            kind = "requiredInput" if reference.removeprefix("#") in inputs else "requiredDecision"
            self.require(made, "informationRequirement", kind, reference)
        for reference in element.knowledge:
            self.require(made, "knowledgeRequirement", "requiredKnowledge", reference)
        self.box(made, element.expression, element.id)

    def knowledge(self, root: Xml, element: m.Knowledge) -> None:
        made = self.element(root, "businessKnowledgeModel", element)
        if element.function is not None:
            self.function(made, element.function, element.id, "encapsulatedLogic")
        for reference in element.knowledge:
            self.require(made, "knowledgeRequirement", "requiredKnowledge", reference)

    def service(self, root: Xml, element: m.Service) -> None:
        made = self.element(root, "decisionService", element)
        lists = (
            ("outputDecision", element.outputs),
            ("encapsulatedDecision", element.encapsulated),
            ("inputDecision", element.input_decisions),
            ("inputData", element.input_data),
        )
        for kind, references in lists:
            for reference in references:
                self.add(made, kind, href=reference)

    # -- expressions; `key` makes the ids of their parts

    def box(self, parent: Xml, boxed: m.Boxed | None, key: str) -> None:
        if boxed is not None:
            _BOXES[type(boxed)](self, parent, boxed, key)

    def literal(self, parent: Xml, boxed: m.LiteralExpression, key: str) -> None:
        self.add(self.add(parent, "literalExpression", typeRef=boxed.type), "text").text = boxed.text

    def invocation(self, parent: Xml, boxed: m.Invocation, key: str) -> None:
        made = self.add(parent, "invocation", typeRef=boxed.type)
        self.box(made, boxed.function, f"{key}_function")
        for number, binding in enumerate(boxed.bindings, 1):
            element = self.add(made, "binding")
            self.add(element, "parameter", name=binding.name, typeRef=binding.type)
            self.box(element, binding.value, f"{key}_binding_{number}")

    def context(self, parent: Xml, boxed: m.BoxedContext, key: str) -> None:
        made = self.add(parent, "context", typeRef=boxed.type)
        for number, entry in enumerate(boxed.entries, 1):
            element = self.add(made, "contextEntry")
            if entry.name or entry.type:
                self.add(element, "variable", name=entry.name, typeRef=entry.type)
            self.box(element, entry.value, f"{key}_entry_{number}")

    def list(self, parent: Xml, boxed: m.BoxedList, key: str) -> None:
        made = self.add(parent, "list", typeRef=boxed.type)
        for number, item in enumerate(boxed.items, 1):
            self.box(made, item, f"{key}_item_{number}")

    def relation(self, parent: Xml, boxed: m.Relation, key: str) -> None:
        made = self.add(parent, "relation", typeRef=boxed.type)
        for column in boxed.columns:
            self.add(made, "column", name=column)
        for number, row in enumerate(boxed.rows, 1):
            element = self.add(made, "row")
            for index, cell in enumerate(row, 1):
                self.box(element, cell, f"{key}_cell_{number}_{index}")

    def function(self, parent: Xml, boxed: m.BoxedFunction, key: str, name: str = "functionDefinition") -> None:
        kind = None if boxed.kind == "FEEL" else boxed.kind
        made = self.add(parent, name, typeRef=boxed.type, kind=kind)
        for parameter in boxed.parameters:
            self.add(made, "formalParameter", name=parameter.name, typeRef=parameter.type)
        self.box(made, boxed.body, f"{key}_body")

    def conditional(self, parent: Xml, boxed: m.Conditional, key: str) -> None:
        made = self.add(parent, "conditional", typeRef=boxed.type)
        for name, part in (("if", boxed.condition), ("then", boxed.then), ("else", boxed.otherwise)):
            self.box(self.add(made, name), part, f"{key}_{name}")

    def walk(self, parent: Xml, boxed: m.Walk, key: str) -> None:
        made = self.add(parent, boxed.kind, iteratorVariable=boxed.variable, typeRef=boxed.type)
        self.box(self.add(made, "in"), boxed.source, f"{key}_in")
        self.box(self.add(made, "return" if boxed.kind == "for" else "satisfies"), boxed.body, f"{key}_body")

    def filter(self, parent: Xml, boxed: m.BoxedFilter, key: str) -> None:
        made = self.add(parent, "filter", typeRef=boxed.type)
        self.box(self.add(made, "in"), boxed.source, f"{key}_in")
        self.box(self.add(made, "match"), boxed.match, f"{key}_match")

    def table(self, parent: Xml, boxed: m.DecisionTable, key: str) -> None:
        policy = None if boxed.hit_policy is m.HitPolicy.UNIQUE else boxed.hit_policy.value
        aggregation = boxed.aggregation.value if boxed.aggregation else None
        attributes = {"hitPolicy": policy, "aggregation": aggregation, "typeRef": boxed.type}
        made = self.add(parent, "decisionTable", id=f"{key}_table", **attributes)
        for number, column in enumerate(boxed.inputs, 1):
            self.input(made, column, f"{key}_input_{number}")
        for number, result in enumerate(boxed.outputs, 1):
            self.output(made, result, f"{key}_output_{number}")
        for number, rule in enumerate(boxed.rules, 1):
            self.rule(made, rule, f"{key}_rule_{number}")

    def _column(self, parent: Xml, tag: str, key: str, column: m.Input | m.Output, /, **more: object) -> Xml:
        made = self.add(parent, tag, id=key, label=column.label, **more)
        for language, label in column.names.items():
            made.set(f"{{{_QJ}}}{language}", label)
        return made

    def input(self, parent: Xml, column: m.Input, key: str) -> None:
        made = self._column(parent, "input", key, column)
        expression = self.add(made, "inputExpression", id=f"{key}_expression", typeRef=column.type)
        self.add(expression, "text").text = column.expression
        self.text(made, "inputValues", column.allowed)

    def output(self, parent: Xml, result: m.Output, key: str) -> None:
        made = self._column(parent, "output", key, result, name=result.name, typeRef=result.type)
        self.text(made, "outputValues", result.allowed)
        self.text(made, "defaultOutputEntry", result.default)

    def rule(self, parent: Xml, rule: m.Rule, key: str) -> None:
        made = self.add(parent, "rule", id=key)
        if rule.description:
            self.add(made, "description").text = rule.description
        for number, cell in enumerate(rule.inputs, 1):
            self.add(self.add(made, "inputEntry", id=f"{key}_input_{number}"), "text").text = cell
        for number, cell in enumerate(rule.outputs, 1):
            self.add(self.add(made, "outputEntry", id=f"{key}_output_{number}"), "text").text = cell


_ELEMENTS: dict[type, Callable[[_Writing, Xml, Any], None]] = {
    m.InputData: _Writing.input_data,
    m.Decision: _Writing.decision,
    m.Knowledge: _Writing.knowledge,
    m.Service: _Writing.service,
}
_BOXES: dict[type, Callable[[_Writing, Xml, Any, str], None]] = {
    m.LiteralExpression: _Writing.literal,
    m.Invocation: _Writing.invocation,
    m.BoxedContext: _Writing.context,
    m.BoxedList: _Writing.list,
    m.Relation: _Writing.relation,
    m.BoxedFunction: _Writing.function,
    m.Conditional: _Writing.conditional,
    m.Walk: _Writing.walk,
    m.BoxedFilter: _Writing.filter,
    m.DecisionTable: _Writing.table,
}
