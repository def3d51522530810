"""Ids and references: every id once, every reference to something that is there and of the right kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bpmn.references import CODES, name_of
from bpmn.validation.rule import Breach, Rule, Search, advice, at
from bpmn.validation.sheet import Kept, Sheet

_REFER = "Declare it in the file, or correct the reference."
# attribute or child element that refers → what it may refer to
REFERENCES = {
    "itemSubjectRef": ("itemDefinition",),
    "structureRef": (),  # a type of another language, not an element of the file
    "dataObjectRef": ("dataObject",),
    "dataStoreRef": ("dataStore",),
    "operationRef": ("operation",),
    "inMessageRef": ("message",),
    "outMessageRef": ("message",),
    "errorRef": ("error",),
    "categoryValueRef": ("categoryValue",),
    "correlationKeyRef": ("correlationKey",),
    "correlationPropertyRef": ("correlationProperty",),
    "parameterRef": ("resourceParameter",),
    "partnerEntityRef": ("partnerEntity",),
    "partnerRoleRef": ("partnerRole",),
    "endPointRef": ("endPoint",),
    "supportedInterfaceRef": ("interface",),
    "choreographyRef": ("choreography", "globalChoreographyTask"),
    "definitionalCollaborationRef": ("collaboration", "choreography", "globalConversation"),
    "processRef": ("process",),
    "messageRef": ("message",),
    "eventDefinitionRef": (),  # read by the model, which says what it missed
}


def is_xml_name(id: str) -> bool:
    """Whether the id may stand in a file as xsd:ID (a little wider than the standard's table of characters)."""
    plain = ("_" + id.replace("-", "_").replace(".", "_")).isidentifier()
    return bool(id) and plain and not (id[0].isdigit() or id[0] in "-.")


def _ids(sheet: Sheet) -> Counter[str]:
    model = sheet.model
    own = [model.key, *(e.id for e in (*model.nodes, *model.flows, *model.lanes))]
    kept_ids = (k.element.get("id") for found in sheet.kept.values() for k in found)
    return Counter([*own, *(id for id in kept_ids if id)])


def _repaired(rule: str) -> Search:
    """What reading had to put right is said again as a problem."""
    return lambda sheet: (at(r.element, reason=r.message) for r in sheet.model.repairs if r.rule == rule)


def _references(sheet: Sheet) -> Iterator[tuple[Kept, str, str, tuple[str, ...]]]:
    """(element, name of the reference, id, what it may refer to) of every kept reference within the file."""
    for found in (k for elements in sheet.kept.values() for k in elements):
        for name, targets in REFERENCES.items():
            for text in filter(None, (found.element.get(name) or "", *_child_texts(found, name))):
                if targets and not _is_foreign(sheet, text):
                    yield found, name, text.rpartition(":")[2].strip(), targets


def _child_texts(found: Kept, name: str) -> Iterator[str]:
    return (str(child.element.text or "").strip() for child in found.children(name))


def _is_foreign(sheet: Sheet, text: str) -> bool:
    """Whether the reference is to an imported file."""
    return ":" in text and bool(sheet.kept.get("import"))


def _unresolved(sheet: Sheet) -> Iterator[Breach]:
    for found, name, id, _ in _references(sheet):
        if id not in sheet.names and name not in ("messageRef", "errorRef"):
            yield at(found.id, name=name, target=id)


def _wrong_target(sheet: Sheet) -> Iterator[Breach]:
    for found, name, id, targets in _references(sheet):
        tag = sheet.names.get(id)
        if tag is not None and tag not in targets:
            yield at(found.id, name=name, target=id, tag=tag, wanted=" or ".join(targets))


def _same_name(sheet: Sheet) -> Iterator[Breach]:
    """Messages, signals, errors and escalations that the model cannot tell apart, as it knows them by name."""
    declared = [k for k in sheet.all(*CODES) if k.parent() is None and k.element.get("id")]
    counted = Counter((k.tag, name_of(k.element)) for k in declared)
    for k in declared:
        if counted[(k.tag, name_of(k.element))] > 1:
            yield at(k.id, kind=k.tag, name=name_of(k.element))


def _uncoded(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.all("error", "escalation"):
        if k.parent() is None and not k.element.get(f"{k.tag}Code"):
            yield at(k.id, kind=k.tag)


def _incomplete_imports(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.all("import"):
        missing = [name for name in ("namespace", "location", "importType") if not k.element.get(name)]
        if missing:
            yield at(k.element.get("location") or "import", missing=", ".join(missing))


def _both_roles(sheet: Sheet) -> Iterator[Breach]:
    roles = sheet.all("resourceRole", "performer", "humanPerformer", "potentialOwner")
    for k in roles:
        if k.children("resourceRef") and k.children("resourceAssignmentExpression"):
            yield at(k.id)


def _bound_without_resource(sheet: Sheet) -> Iterator[Breach]:
    roles = sheet.all("resourceRole", "performer", "humanPerformer", "potentialOwner")
    return (at(k.id) for k in roles if k.children("resourceParameterBinding") and not k.children("resourceRef"))


NAMES = (
    Rule(
        "duplicate_id",
        "{count} elements have the id {element!r}.",
        "Give each element an id of its own.",
        lambda sheet: (at(id, count=count) for id, count in _ids(sheet).items() if count > 1),
    ),
    Rule(
        "invalid_id",
        "{element!r} cannot be an id in XML.",
        "Begin with a letter and use letters, digits, - and _.",
        lambda sheet: (at(id) for id in _ids(sheet) if not is_xml_name(id)),
    ),
    advice(
        "missing_id", "{reason}", "Give every element an id, so that it can be referred to.", _repaired("missing_id")
    ),
    Rule("undeclared_reference", "{reason}", _REFER, _repaired("undeclared_reference")),
    advice(
        "unresolved_reference",
        "{name} of {element} refers to {target!r}, which the file does not have.",
        _REFER,
        _unresolved,
    ),
    advice(
        "reference_to_other_kind",
        "{name} of {element} refers to {target}, a {tag} and no {wanted}.",
        _REFER,
        _wrong_target,
    ),
    advice(
        "same_name",
        "Another {kind} beside {element} is called {name!r}; the two are taken as one.",
        "Give each its own name or code.",
        _same_name,
    ),
    advice(
        "declared_without_code",
        "The {kind} {element} has no code by which it could be caught.",
        "Write its code.",
        _uncoded,
    ),
    advice(
        "import_incomplete",
        "The import {element} does not say its {missing}.",
        "Write namespace, location and importType.",
        _incomplete_imports,
    ),
    advice(
        "extension_not_understood",
        "The file says that it cannot be understood without the extension {element}, which is not known here.",
        "Take mustUnderstand away, or do not rely on the extension.",
        lambda sheet: (
            at(k.element.get("definition") or k.id)
            for k in sheet.all("extension")
            if k.element.get("mustUnderstand") in ("true", "1")
        ),
    ),
    advice(
        "interface_without_operation",
        "The interface {element} has no operation.",
        "Write at least one, or delete it.",
        lambda sheet: (at(k.id) for k in sheet.all("interface") if not k.children("operation")),
    ),
    advice(
        "operation_without_message",
        "The operation {element} does not say with which message it is called.",
        "Write its inMessageRef.",
        lambda sheet: (at(k.id) for k in sheet.all("operation") if not k.texts("inMessageRef")),
    ),
    advice(
        "role_by_two_ways",
        "{element} names its people by a resource and by an expression at once.",
        "Keep one of them.",
        _both_roles,
    ),
    advice(
        "binding_without_resource",
        "{element} binds parameters of a resource that it does not name.",
        "Write its resourceRef.",
        _bound_without_resource,
    ),
    advice(
        "key_without_property",
        "The correlation key {element} has no property.",
        "Name at least one correlationProperty.",
        lambda sheet: (at(k.id) for k in sheet.all("correlationKey") if not k.texts("correlationPropertyRef")),
    ),
    advice(
        "property_without_message",
        "Nothing says from which message the correlation property {element} is taken.",
        "Write a correlationPropertyRetrievalExpression.",
        lambda sheet: (
            at(k.id)
            for k in sheet.all("correlationProperty")
            if not k.children("correlationPropertyRetrievalExpression")
        ),
    ),
)
