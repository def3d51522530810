"""Reads decision models of DMN 1.1 to 1.5."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from bpmn.decisions import model as m
from bpmn.decisions.preparing import prepare
from bpmn.errors import UnreadableDecision, UnreadableModel
from bpmn.kept import local
from bpmn.reading.parsing import parse_safely

Xml: TypeAlias = Any  # lxml's elements carry no types
Word = TypeVar("Word", bound=StrEnum)

NAMESPACES = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
_NAMES = "{urn:qiangji:bpmn}"
_FEEL = re.compile(r"(^$)|feel", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def read_dmn(
    xml: bytes | str, *, imports: Mapping[str, m.DecisionModel] | None = None, lenient: bool = False
) -> m.DecisionModel:
    """The decision model of a file; `imports` are the models that it imports, by namespace.

    Raises UnreadableDecision with every mistake: broken XML, missing imports, cells that are no FEEL. With `lenient`, an
    expression that cannot be read has no value when it is needed, and the rest of the model works.
    """
    root = _root(xml)
    model = _Reading(imports or {}).definitions(root)
    mistakes = () if lenient else prepare(model).mistakes
    if mistakes:
        raise UnreadableDecision(mistakes)
    return model


def _root(xml: bytes | str) -> Xml:
    try:
        root = parse_safely(xml)
    except UnreadableModel as error:
        raise UnreadableDecision((str(error),)) from error
    namespace = root.tag.partition("}")[0].strip("{") if "}" in root.tag else ""
    if local(root) != "definitions" or namespace not in NAMESPACES.values():
        raise UnreadableDecision((f"The file begins with <{local(root)}> of {namespace!r}; DMN 1.1 to 1.5 is read.",))
    return root


def parts(element: Xml, *names: str) -> Iterator[Xml]:
    return (child for child in element if local(child) in names)


def part(element: Xml, *names: str) -> Xml | None:
    return next(parts(element, *names), None)


def text_of(element: Xml | None, name: str = "text") -> str | None:
    """The stripped text of a child; None where there is no such child."""
    child = part(element, name) if element is not None else None
    return None if child is None else "".join(child.itertext()).strip()


def names_of(element: Xml) -> dict[str, str]:
    """`qj:en="…"` and the like."""
    found = {key.removeprefix(_NAMES): value for key, value in element.attrib.items() if key.startswith(_NAMES)}
    return {key: value for key, value in found.items() if _LANGUAGE.fullmatch(key)}


def type_of(element: Xml | None) -> str | None:
    """The `typeRef`, an attribute in all versions but a child element in item definitions."""
    if element is None:
        return None
    return element.get("typeRef") or text_of(element, "typeRef") or None


def _prefixes(root: Xml) -> dict[str, str]:
    """The prefixes of imported models; DMN 1.1 names their types by them."""
    imported = {element.get("namespace") for element in parts(root, "import")}
    return {prefix: uri for prefix, uri in root.nsmap.items() if prefix and uri in imported}


def _known(kinds: type[Word], element: Xml, name: str) -> Word | None:
    """An attribute that has one of a few values."""
    value = element.get(name)
    if not value:
        return None
    try:
        return kinds(value)
    except ValueError as error:
        known = ", ".join(kinds)
        raise UnreadableDecision(
            (f"line {element.sourceline}: there is no {name} {value!r}; there are {known}.",)
        ) from error


class _Reading:
    def __init__(self, imports: Mapping[str, m.DecisionModel]) -> None:
        self.imports = imports

    def definitions(self, root: Xml) -> m.DecisionModel:
        return m.DecisionModel(
            name=root.get("name", ""),
            namespace=root.get("namespace", ""),
            id=root.get("id", ""),
            inputs=tuple(m.InputData(**self.element(e)) for e in parts(root, "inputData")),
            decisions=tuple(self.decision(e) for e in parts(root, "decision")),
            knowledge=tuple(self.knowledge(e) for e in parts(root, "businessKnowledgeModel")),
            services=tuple(self.service(e) for e in parts(root, "decisionService")),
            types=tuple(self.item_type(e) for e in parts(root, "itemDefinition")),
            imports=tuple(self.imported(e) for e in parts(root, "import")),
            prefixes=_prefixes(root),
        )

    def imported(self, element: Xml) -> m.Import:
        namespace = element.get("namespace", "")
        return m.Import(element.get("name", ""), namespace, self.imports.get(namespace))

    def element(self, element: Xml) -> dict[str, Any]:
        variable = part(element, "variable")
        name = element.get("name", "")
        return {
            "id": element.get("id") or name,
            "name": name,
            "variable": (variable.get("name") if variable is not None else None) or name,
            "type": type_of(variable),
            "names": names_of(element),
            "description": text_of(element, "description") or "",
        }

    def references(self, element: Xml, requirement: str, *kinds: str) -> tuple[str, ...]:
        found = (part(e, *kinds) for e in parts(element, requirement))
        return tuple(e.get("href", "") for e in found if e is not None)

    def decision(self, element: Xml) -> m.Decision:
        return m.Decision(
            **self.element(element),
            expression=self.boxed_in(element),
            requires=self.references(element, "informationRequirement", "requiredDecision", "requiredInput"),
            knowledge=self.references(element, "knowledgeRequirement", "requiredKnowledge"),
        )

    def knowledge(self, element: Xml) -> m.Knowledge:
        logic = part(element, "encapsulatedLogic")
        return m.Knowledge(
            **self.element(element),
            function=None if logic is None else self.function(logic),
            knowledge=self.references(element, "knowledgeRequirement", "requiredKnowledge"),
        )

    def service(self, element: Xml) -> m.Service:
        def references(kind: str) -> tuple[str, ...]:
            return tuple(e.get("href", "") for e in parts(element, kind))

        return m.Service(
            **self.element(element),
            outputs=references("outputDecision"),
            encapsulated=references("encapsulatedDecision"),
            input_decisions=references("inputDecision"),
            input_data=references("inputData"),
        )

    def item_type(self, element: Xml) -> m.ItemType:
        function = part(element, "functionItem")
        parameters = None
        if function is not None:
            parameters = tuple(m.Parameter(e.get("name", ""), type_of(e)) for e in parts(function, "parameters"))
        return m.ItemType(
            name=element.get("name", ""),
            type=function.get("outputTypeRef") if function is not None else type_of(element),
            collection=element.get("isCollection") in ("true", "1"),
            components=tuple(self.item_type(e) for e in parts(element, "itemComponent")),
            allowed=text_of(part(element, "allowedValues")),
            constraint=text_of(part(element, "typeConstraint")),
            parameters=parameters,
        )

    # -- expressions

    def boxed_in(self, element: Xml | None) -> m.Boxed | None:
        """The expression that stands in an element."""
        if element is None:
            return None
        found = next((child for child in element if local(child) in _BOXED), None)
        return None if found is None else self.boxed(found)

    def boxed(self, element: Xml) -> m.Boxed:
        return _BOXED[local(element)](self, element)

    def literal(self, element: Xml) -> m.LiteralExpression:
        language = element.get("expressionLanguage", "")
        if not _FEEL.search(language):
            raise UnreadableDecision(
                (f"line {element.sourceline}: expressions in {language} are not read, only FEEL.",)
            )
        return m.LiteralExpression(text_of(element) or "", type_of(element))

    def invocation(self, element: Xml) -> m.Invocation:
        bindings = []
        for binding in parts(element, "binding"):
            parameter = part(binding, "parameter")
            name = (parameter.get("name") or None) if parameter is not None else None
            bindings.append(m.Binding(name, self.boxed_in(binding), type_of(parameter)))
        return m.Invocation(self.boxed_in(element), tuple(bindings), type_of(element))

    def context(self, element: Xml) -> m.BoxedContext:
        entries = []
        for entry in parts(element, "contextEntry"):
            variable = part(entry, "variable")
            name = (variable.get("name") or None) if variable is not None else None
            entries.append(m.Binding(name, self.boxed_in(entry), type_of(variable)))
        return m.BoxedContext(tuple(entries), type_of(element))

    def list(self, element: Xml) -> m.BoxedList:
        return m.BoxedList(tuple(self.boxed(e) for e in element if local(e) in _BOXED), type_of(element))

    def relation(self, element: Xml) -> m.Relation:
        columns = tuple(e.get("name", "") for e in parts(element, "column"))
        rows = tuple(tuple(self.boxed(e) for e in row if local(e) in _BOXED) for row in parts(element, "row"))
        return m.Relation(columns, rows, type_of(element))

    def function(self, element: Xml) -> m.BoxedFunction:
        parameters = tuple(m.Parameter(e.get("name", ""), type_of(e)) for e in parts(element, "formalParameter"))
        return m.BoxedFunction(parameters, self.boxed_in(element), element.get("kind", "FEEL"), type_of(element))

    def conditional(self, element: Xml) -> m.Conditional:
        condition, then, otherwise = (self.boxed_in(part(element, name)) for name in ("if", "then", "else"))
        return m.Conditional(condition, then, otherwise, type_of(element))

    def walk(self, element: Xml) -> m.Walk:
        body = part(element, "return", "satisfies")
        return m.Walk(
            kind=local(element),
            variable=element.get("iteratorVariable", ""),
            source=self.boxed_in(part(element, "in")),
            body=self.boxed_in(body),
            type=type_of(element),
        )

    def filter(self, element: Xml) -> m.BoxedFilter:
        return m.BoxedFilter(
            self.boxed_in(part(element, "in")), self.boxed_in(part(element, "match")), type_of(element)
        )

    # -- tables

    def table(self, element: Xml) -> m.DecisionTable:
        return m.DecisionTable(
            inputs=tuple(self.input(e) for e in parts(element, "input")),
            outputs=tuple(self.output(e) for e in parts(element, "output")),
            rules=tuple(self.rule(e) for e in parts(element, "rule")),
            hit_policy=_known(m.HitPolicy, element, "hitPolicy") or m.HitPolicy.UNIQUE,
            aggregation=_known(m.Aggregation, element, "aggregation"),
            type=type_of(element),
        )

    def input(self, element: Xml) -> m.Input:
        expression = part(element, "inputExpression")
        return m.Input(
            expression=text_of(expression) or "",
            type=type_of(expression),
            label=element.get("label", ""),
            allowed=text_of(part(element, "inputValues")) or None,
            names=names_of(element),
        )

    def output(self, element: Xml) -> m.Output:
        return m.Output(
            name=element.get("name", ""),
            type=type_of(element),
            label=element.get("label", ""),
            allowed=text_of(part(element, "outputValues")) or None,
            default=text_of(part(element, "defaultOutputEntry")) or None,
            names=names_of(element),
        )

    def rule(self, element: Xml) -> m.Rule:
        return m.Rule(
            inputs=tuple(text_of(e) or "-" for e in parts(element, "inputEntry")),
            outputs=tuple(text_of(e) or "" for e in parts(element, "outputEntry")),
            description=text_of(element, "description") or "",
        )


_BOXED: dict[str, Callable[[_Reading, Xml], m.Boxed]] = {
    "literalExpression": _Reading.literal,
    "invocation": _Reading.invocation,
    "context": _Reading.context,
    "list": _Reading.list,
    "relation": _Reading.relation,
    "functionDefinition": _Reading.function,
    "conditional": _Reading.conditional,
    "for": _Reading.walk,
    "every": _Reading.walk,
    "some": _Reading.walk,
    "filter": _Reading.filter,
    "decisionTable": _Reading.table,
}
