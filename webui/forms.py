"""Forms as pages need them: the fields of a form-js schema with their words in the reader's language, filled in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict

from bpmn.procedure import Procedure
from webui import formats
from webui.language import current_language

MANY_VALUES = frozenset(("checklist", "taglist"))
CHOICES = frozenset(("select", "radio", "checklist", "taglist"))
SILENT = frozenset(("text", "html", "separator", "spacer", "button", "image"))


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: `kind` is the form-js type, `value` the text that stands in it (a tuple where several can be chosen)."""

    key: str
    kind: str
    label: str
    hint: str = ""
    needed: bool = False
    locked: bool = False
    options: tuple[Option, ...] = ()
    value: str | tuple[str, ...] = ""
    least: str | None = None
    most: str | None = None
    step: str = "any"
    longest: int | None = None
    pattern: str | None = None
    subtype: str = ""
    error: str = ""

    @property
    def wide(self) -> bool:
        return self.kind in ("textarea", "radio", "checklist", "text")


def _schema(procedure: Procedure, form: str) -> Mapping[str, Any]:
    return _parsed(procedure.sources[_path(procedure, form)])


def _path(procedure: Procedure, form: str) -> str:
    return next(p for p in procedure.sources if p.endswith(".json") and p.rsplit("/", 1)[-1] == f"{form}.json")


@lru_cache(maxsize=512)
def _parsed(source: bytes) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(source)
    return schema


def heading(procedure: Procedure, form: str) -> str:
    """The first text of the form, without its Markdown marks."""
    for component in _schema(procedure, form).get("components", ()):
        if component.get("type") == "text":
            return _word(component, "text").lstrip("# ").strip()
    return ""


def fields(
    procedure: Procedure,
    form: str,
    *,
    data: Mapping[str, Any],
    sent: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Field]:
    """The fields in their order, filled with what was sent, else with what the case knows, else with their default."""
    components = _flat(_schema(procedure, form).get("components", ()))
    return [_field(c, data, sent, errors or {}) for c in components if c.get("key") and c.get("type") not in SILENT]


def _flat(components: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for component in components:
        found += _flat(component["components"]) if component.get("type") == "group" else [component]
    return found


def _field(
    component: Mapping[str, Any], data: Mapping[str, Any], sent: MultiDict[str, str] | None, errors: Mapping[str, str]
) -> Field:
    key, kind = component["key"], component["type"]
    rules = component.get("validate", {})
    locked = bool(component.get("disabled") or component.get("readonly"))
    known = data.get(key, component.get("defaultValue"))
    return Field(
        key=key,
        kind=kind,
        label=_word(component, "label"),
        hint=component.get("description", ""),
        needed=bool(rules.get("required")) and not locked,
        locked=locked,
        options=tuple(Option(str(o["value"]), _option(component, o)) for o in component.get("values", ())),
        value=_typed(key, kind, sent) if sent is not None and not locked else _known(kind, known),
        least=_text(rules.get("min")),
        most=_text(rules.get("max")),
        step=str(Decimal(1).scaleb(-int(component["decimalDigits"]))) if "decimalDigits" in component else "any",
        longest=rules.get("maxLength"),
        pattern=rules.get("pattern"),
        subtype=component.get("subtype", ""),
        error=errors.get(key, ""),
    )


def _text(bound: object) -> str | None:
    return None if bound is None else str(bound)


def _word(component: Mapping[str, Any], name: str) -> str:
    foreign = component.get("properties", {}).get(current_language())
    drawn = component.get(name) or component.get("dateLabel") or component.get("timeLabel")
    return str(foreign or drawn or component.get("key", ""))


def _option(component: Mapping[str, Any], option: Mapping[str, Any]) -> str:
    foreign = component.get("properties", {}).get(f"{current_language()}:{option['value']}")
    return str(foreign or option.get("label", option["value"]))


def _typed(key: str, kind: str, sent: MultiDict[str, str]) -> str | tuple[str, ...]:
    return tuple(sent.getlist(key)) if kind in MANY_VALUES else sent.get(key, "")


def _known(kind: str, value: Any) -> str | tuple[str, ...]:
    if kind in MANY_VALUES:
        return tuple(str(item) for item in value or ())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, datetime):
        return value.astimezone(formats.zone()).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def answers(found: list[Field], sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was filled in, as text by field; locked fields are never taken from the browser."""
    given: dict[str, Any] = {}
    for field in found:
        if field.locked:
            continue
        if field.kind in MANY_VALUES:
            given[field.key] = sent.getlist(field.key)
        elif field.kind == "checkbox":
            given[field.key] = "true" if sent.get(field.key) else "false"
        else:
            given[field.key] = sent.get(field.key, "").strip()
    return given


def known_facts(
    procedure: Procedure, data: Mapping[str, Any], *, without: Collection[str] = ()
) -> list[tuple[str, str]]:
    """The variables of a case that some form of the procedure asks for, with their names; the engine's own stay out."""
    asked = _components(procedure)
    return [shown(procedure, key, value) for key, value in data.items() if key in asked and key not in without]


def shown(procedure: Procedure, key: str, value: object) -> tuple[str, str]:
    """The name and the text of a variable of the case: options by their label, amounts grouped."""
    component = _components(procedure).get(key)
    if component is None:
        return key, formats.value(value)
    chosen = {str(o["value"]): _option(component, o) for o in component.get("values", ())}
    label = _word(component, "label")
    if isinstance(value, list | tuple):
        return label, formats.value([chosen.get(str(item), item) for item in value])
    return label, chosen.get(str(value)) or formats.value(value)


def _components(procedure: Procedure) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for path, source in procedure.sources.items():
        if path.endswith(".json"):
            for component in _flat(_parsed(source).get("components", ())):
                if component.get("key"):
                    found.setdefault(component["key"], component)
    return found
