"""Forms of other engines as form-js schemas: fields that stand in a drawing, and JSON schemas.

Camunda 7 (`formData`), Flowable and Activiti (`formProperty`) describe fields inside of a task, Camunda 8 (`userTaskForm`) keeps
whole form-js schemas in the process, SpiffWorkflow refers to JSON schemas. What a field says that form-js cannot is in `kept`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bpmn import kept
from bpmn.kept import Element, Entry
from bpmn.model import ProcessModel
from bpmn.vocabulary import ACTIVITI, CAMUNDA, FLOWABLE, ZEEBE

Component: TypeAlias = dict[str, Any]
SCHEMA_VERSION: Final = 19
_CLASSIC: Final = (CAMUNDA, FLOWABLE, ACTIVITI)
_TYPES: Final[Mapping[str, Component]] = {
    "string": {"type": "textfield"},
    "text": {"type": "textarea"},
    "long": {"type": "number", "decimalDigits": 0},
    "int": {"type": "number", "decimalDigits": 0},
    "integer": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "number": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
_RULES: Final = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}


@dataclass(frozen=True, slots=True)
class Converted:
    """A form-js schema, and what the other form says that it cannot."""

    schema: dict[str, Any]
    kept: tuple[str, ...] = ()


def forms_of(model: ProcessModel) -> dict[str, Converted]:
    """The forms that a drawing brings with it, by the key under which its tasks and start events name them."""
    found = {key: Converted(schema) for key, schema in _whole_forms(model.extensions)}
    for node in model.nodes:
        fields = list(_fields(node.extensions))
        if fields:
            found[getattr(node, "form", None) or node.id] = _form(node.id, fields)
    return found


def _whole_forms(entries: Iterable[Entry]) -> Iterable[tuple[str, dict[str, Any]]]:
    for element in kept.elements(entries, f"{{{ZEEBE}}}userTaskForm"):
        try:
            schema = json.loads(element.text or "")
        except ValueError:
            continue  # it stays in the file, and whoever asks for the form is told that it is missing
        if isinstance(schema, dict) and element.get("id"):
            yield element.get("id"), schema


def _fields(entries: Iterable[Entry]) -> Iterable[Element]:
    entries = tuple(entries)
    for namespace in _CLASSIC:
        yield from kept.elements(entries, f"{{{namespace}}}formProperty")
        for box in kept.elements(entries, f"{{{namespace}}}formData"):
            yield from (child for child in box if kept.local(child) in ("formField", "formProperty"))


def _form(id: str, fields: Iterable[Element]) -> Converted:
    notes: list[str] = []
    components = [_component(field, notes) for field in fields]
    return Converted(_schema(id, components), tuple(notes))


def _schema(id: str, components: list[Component]) -> dict[str, Any]:
    return {"type": "default", "id": id, "schemaVersion": SCHEMA_VERSION, "components": components}


def _component(field: Element, notes: list[str]) -> Component:
    key, kind = field.get("id", ""), field.get("type", "string")
    if kind not in _TYPES:
        notes.append(f"{key} is of the type {kind!r}; it is a text")
    found: Component = {
        **_TYPES.get(kind, _TYPES["string"]),
        "key": key,
        "label": field.get("label") or field.get("name") or key,
    }
    default = field.get("defaultValue") or field.get("default")
    if default and ("${" in default or "#{" in default):
        notes.append(f"{key} has a computed default {default}")
    elif default:
        found["defaultValue"] = _default(kind, default)
    if field.get("writable") == "false":
        found["disabled"] = True
    if field.get("readable") == "false":
        notes.append(f"{key} is not to be shown")
    rules = _rules(field, found, notes)
    if kind == "enum":
        found["values"] = [_option(value) for value in field if kept.local(value) in ("value", "formValue")]
    return found | ({"validate": rules} if rules else {})


def _default(kind: str, text: str) -> Any:
    if kind == "boolean":
        return text.strip().lower() == "true"
    return text


def _option(value: Element) -> dict[str, str]:
    return {"label": value.get("name") or value.get("id", ""), "value": value.get("id", "")}


def _rules(field: Element, found: Component, notes: list[str]) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if field.get("required") == "true" else {}
    for rule in field.iter():
        if kept.local(rule) != "constraint":
            continue
        name, text = rule.get("name", ""), rule.get("config", "")
        if name == "required":
            rules["required"] = text != "false"
        elif name == "readonly":
            found["disabled"] = text != "false"
        elif name in _RULES and text.lstrip("-").isdigit():
            rules[_RULES[name]] = int(text)
        else:
            notes.append(f"{field.get('id')} has the rule {name!r} {text}".rstrip())
    return rules


# --- JSON schemas ----------------------------------------------------------------------------------------------------


def from_json_schema(id: str, schema: Mapping[str, Any]) -> Converted:
    """The form of a JSON schema of the type object: properties become fields, arrays of objects lists of entries."""
    notes: list[str] = []
    return Converted(_schema(id, _properties(schema, notes)), tuple(notes))


def _properties(schema: Mapping[str, Any], notes: list[str]) -> list[Component]:
    required = schema.get("required") or []
    components = []
    for key, described in (schema.get("properties") or {}).items():
        found = _property(key, described, notes)
        if key in required:
            found.setdefault("validate", {})["required"] = True
        components.append(found)
    return components


def _property(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    kind = described.get("type", "string")
    read = _READERS.get(kind if isinstance(kind, str) else "")
    if read is None:
        notes.append(f"{key} is of the type {kind!r}; it is a text")
        read = _text
    found: Component = {"key": key, "label": described.get("title") or key, **read(key, described, notes)}
    if found["type"] == "dynamiclist":
        found["path"] = found.pop("key")
    for ours, theirs in (("description", "description"), ("defaultValue", "default")):
        if described.get(theirs) is not None:
            found[ours] = described[theirs]
    return found | ({"disabled": True} if described.get("readOnly") else {})


def _options(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = described.get("enumNames") or described.get("enum") or []
    listed = [{"label": str(n), "value": v} for n, v in zip(names, described.get("enum") or [], strict=False)]
    either = [
        c for c in described.get("oneOf") or described.get("anyOf") or [] if isinstance(c, Mapping) and "const" in c
    ]
    return listed or [{"label": str(c.get("title", c["const"])), "value": c["const"]} for c in either]


def _text(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    if options := _options(described):
        return {"type": "select", "values": options}
    form = described.get("format")
    if form in ("date", "time", "date-time"):
        return {"type": "datetime", "subtype": "datetime" if form == "date-time" else form}
    kept_rules = {"minLength": "minLength", "maxLength": "maxLength", "pattern": "pattern"}
    rules = {ours: described[theirs] for ours, theirs in kept_rules.items() if theirs in described}
    rules |= {"validationType": "email"} if form == "email" else {}
    if form not in (None, "email"):
        notes.append(f"{key} has the format {form!r}")
    return {"type": "textfield"} | ({"validate": rules} if rules else {})


def _number(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    if options := _options(described):
        return {"type": "select", "values": options}
    rules = {
        ours: described[theirs] for ours, theirs in (("min", "minimum"), ("max", "maximum")) if theirs in described
    }
    digits = {"decimalDigits": 0} if described.get("type") == "integer" else {}
    return {"type": "number", **digits} | ({"validate": rules} if rules else {})


def _yes(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    return {"type": "checkbox"}


def _several(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    items = described.get("items") or {}
    if options := _options(items):
        return {"type": "checklist", "values": options}
    if items.get("type") == "object":
        return {"type": "dynamiclist", "components": _properties(items, notes)}
    return {"type": "dynamiclist", "components": [_property("value", items, notes)]}


def _group(key: str, described: Mapping[str, Any], notes: list[str]) -> Component:
    notes.append(f"the fields of {key} stand beside the others, not in an object of their own")
    return {"type": "group", "components": _properties(described, notes)}


_READERS: Final[Mapping[str, Callable[[str, Mapping[str, Any], list[str]], Component]]] = {
    "string": _text,
    "number": _number,
    "integer": _number,
    "boolean": _yes,
    "array": _several,
    "object": _group,
}
