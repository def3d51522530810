"""Reads forms of form-js, and names everything in them that we do not have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bpmn.errors import UnreadableForm
from bpmn.feel import FeelError, parse, regex
from bpmn.forms.answers import Refused, answer
from bpmn.forms.model import CHOICES, MULTIPLE, Clock, Field, Form, Group, Kind, Lines, Option, Part, Text

_DECORATION = frozenset(
    {"separator", "spacer", "button", "image", "html", "table", "documentPreview"}
)  # ask for nothing
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_PATTERNS = {"email": r"[^@\s]+@[^@\s]+\.[^@\s]+", "phone": r"\+?[0-9][0-9 ()-]{4,20}"}
_RULES = frozenset({"required", "min", "max", "minLength", "maxLength", "pattern", "validationType"})
_DEEPEST = 10


def read_form(schema: Mapping[str, Any] | str | bytes) -> Form:
    """The form of a form-js schema (a dict or JSON in UTF-8).

    English labels are in `properties.en`, those of options in `properties["en:<value>"]` or in `properties.en` of the option.
    Raises UnreadableForm with every mistake: unknown kinds of fields, double keys, patterns and conditions that cannot be read.
    """
    content = _content(schema)
    reading = _Reading()
    parts = reading.parts(content.get("components"), 0)
    form = Form(str(content.get("id") or ""), parts)
    keys = [field.key for field in form.fields] + [lines.key for lines in form.lines]
    for double in sorted({key for key in keys if keys.count(key) > 1}):
        reading.mistakes.append(f"the key {double!r} is used by two fields")
    if reading.mistakes:
        raise UnreadableForm(form.key, tuple(reading.mistakes))
    return form


def _content(schema: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    if isinstance(schema, Mapping):
        return schema
    try:
        text = schema.decode("utf-8-sig") if isinstance(schema, bytes) else schema
        content = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UnreadableForm("", (f"this is no JSON in UTF-8: {error}",)) from error
    if not isinstance(content, dict):
        raise UnreadableForm("", ("a form is a JSON object with components",))
    return content


def _names(component: Mapping[str, Any]) -> dict[str, str]:
    properties = component.get("properties")
    found = properties.items() if isinstance(properties, Mapping) else ()
    return {key: str(value) for key, value in found if _LANGUAGE.fullmatch(key)}


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") or isinstance(value, bool) else Decimal(str(value))


def _count(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _value(value: Any) -> Any:
    """A value of JSON as FEEL has it."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


class _Reading:
    """One reading of one form, which goes on after mistakes."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def parts(self, components: Any, depth: int) -> tuple[Part, ...]:
        if not isinstance(components, list | tuple) or depth > _DEEPEST:
            self.mistakes.append("`components` must be a list, and groups may stand in each other ten deep at most")
            return ()
        found = (self.part(c, depth) for c in components if self.is_component(c))
        return tuple(part for part in found if part is not None)

    def is_component(self, component: Any) -> bool:
        if not isinstance(component, Mapping):
            self.mistakes.append(f"{component!r} is no component")
            return False
        return True

    def part(self, component: Mapping[str, Any], depth: int) -> Part | None:
        kind = component.get("type")
        if kind == "text":
            return Text(str(component.get("text", "")), _names(component))
        if kind == "group":
            if component.get("path"):
                self.mistakes.append(f"the group {component.get('label')!r} has a path, which groups here do not have")
            inner = self.parts(component.get("components", []), depth + 1)
            return Group(str(component.get("label", "")), inner, _names(component), self.hidden(component))
        if kind == "dynamiclist":
            return self.lines(component, depth)
        if isinstance(kind, str) and kind in _DECORATION:
            return None
        if not isinstance(kind, str) or kind not in list(Kind):
            self.mistakes.append(
                f"the field {component.get('key')!r} is of the kind {kind!r}, which forms here do not have"
            )
            return None
        return self.field(component)

    def lines(self, component: Mapping[str, Any], depth: int) -> Lines | None:
        key = component.get("path")
        if not isinstance(key, str) or not key:
            self.mistakes.append(f"the list {component.get('label')!r} has no path")
            return None
        inner = self.parts(component.get("components", []), depth + 1)
        keys = [field.key for field in Form(key, inner).fields]
        if len(set(keys)) < len(keys):
            self.mistakes.append(f"two fields of the list {key!r} have the same key")
        return Lines(key, str(component.get("label", "")), inner, _names(component), self.hidden(component))

    def field(self, component: Mapping[str, Any]) -> Field | None:
        key = component.get("key")
        if not isinstance(key, str) or not key:
            self.mistakes.append(f"the field {component.get('label')!r} has no key")
            return None
        try:
            return self.checked(self._field(key, Kind(component["type"]), component))
        except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
            self.mistakes.append(f"the field {key!r} cannot be read: {error}")
            return None

    def _field(self, key: str, kind: Kind, component: Mapping[str, Any]) -> Field:
        rules = self.rules(key, component)
        digits = component.get("decimalDigits")
        return Field(
            key=key,
            kind=kind,
            text=str(component.get("label") or component.get("dateLabel") or component.get("timeLabel") or ""),
            names=_names(component),
            hint=str(component.get("description") or ""),
            options=self.options(key, kind, component),
            required=bool(rules.get("required")),
            locked=bool(component.get("disabled") or component.get("readonly")),
            default=self.default(kind, component),
            minimum=_number(rules.get("min")),
            maximum=_number(rules.get("max")),
            shortest=_count(rules.get("minLength")),
            longest=_count(rules.get("maxLength")),
            digits=_count(digits),
            pattern=rules.get("pattern") or _PATTERNS.get(rules.get("validationType", "")),
            clock=Clock(component.get("subtype") or "datetime"),
            hidden_when=self.hidden(component),
            options_from=self.options_from(key, component),
            computes=self.formula(key, component.get("expression")) if kind is Kind.EXPRESSION else None,
            several=component.get("multiple") is True,
        )

    def options_from(self, key: str, component: Mapping[str, Any]) -> str | None:
        """Options that stand in the case: under a name, or as the value of an expression."""
        named = component.get("valuesKey")
        return self.formula(key, named if isinstance(named, str) else component.get("valuesExpression"))

    def formula(self, key: str, text: Any) -> str | None:
        if text in (None, ""):
            return None
        feel = str(text).strip().removeprefix("=").strip()
        try:
            parse(feel)
        except FeelError as error:
            self.mistakes.append(f"an expression of the field {key!r} cannot be read: {error}")
        return feel

    def rules(self, key: str, component: Mapping[str, Any]) -> Mapping[str, Any]:
        rules = component.get("validate") or {}
        for name in rules.keys() - _RULES:
            self.mistakes.append(f"the field {key!r} has a rule {name!r}, which is not known")
        given = {**rules, **{name: component.get(name) for name in ("disabled", "readonly")}}
        for name, value in given.items():
            if isinstance(value, str) and value.startswith("=") and name != "pattern":
                self.mistakes.append(
                    f"{name!r} of the field {key!r} is an expression; only `conditional.hide` may be one"
                )
        return rules

    def options(self, key: str, kind: Kind, component: Mapping[str, Any]) -> tuple[Option, ...]:
        if kind not in CHOICES:
            return ()
        listed = component.get("values")
        if not listed and (component.get("valuesKey") or component.get("valuesExpression")):
            return ()
        if not listed:
            self.mistakes.append(f"the field {key!r} has no `values` to choose from")
            return ()
        foreign = component.get("properties") or {}
        return tuple(self.option(option, foreign) for option in listed)

    def option(self, option: Mapping[str, Any], foreign: Mapping[str, Any]) -> Option:
        value = option.get("value")
        names = {k.partition(":")[0]: str(v) for k, v in foreign.items() if k.partition(":")[2] == str(value)}
        return Option(_value(value), str(option.get("label", value)), {**names, **_names(option)})

    def default(self, kind: Kind, component: Mapping[str, Any]) -> Any:
        value = component.get("defaultValue")
        if kind in MULTIPLE and isinstance(value, list):
            return [_value(item) for item in value]
        return Decimal(str(value)) if kind is Kind.NUMBER and value not in (None, "") else _value(value)

    def hidden(self, component: Mapping[str, Any]) -> str | None:
        condition = (component.get("conditional") or {}).get("hide")
        return self.formula(str(component.get("key") or component.get("label")), condition)

    def checked(self, field: Field) -> Field:
        if field.pattern is not None:
            try:
                regex.compile(field.pattern, "")
            except FeelError as error:
                self.mistakes.append(f"the field {field.key!r} has a pattern that cannot be read: {error.message}")
        values = [option.value for option in field.options]
        chosen = field.default if isinstance(field.default, list) else [field.default]
        if field.options and any(value is not None and value not in values for value in chosen):
            self.mistakes.append(f"the default of the field {field.key!r} is none of its options")
        if field.kind is Kind.DATE_TIME and isinstance(field.default, str):
            self._check_default(field)
        return field

    def _check_default(self, field: Field) -> None:
        try:
            answer(field, field.default, None)
        except Refused:
            self.mistakes.append(f"the default of the field {field.key!r} is no {field.clock.value}")
