"""Checks the answers to a form and gives them their types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel import FeelError, evaluate, truth
from bpmn.forms.answers import Message, Refused, answer
from bpmn.forms.model import Field, Form, Group, Kind, Lines, Option, Part

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Validated:
    """The typed values by field, and what is wrong by field; values are complete only where there are no errors."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Message] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors


def validate(
    form: Form, answers: Mapping[str, Any], *, data: Mapping[str, Any] | None = None, zone: dt.tzinfo = OFFICE_ZONE
) -> Validated:
    """The answers as values of FEEL: text, Decimal, bool, date, time, datetime in UTC, or a list of chosen options.

    `answers` are texts (lists of texts for checklists) by key; unknown keys and locked fields are refused, never ignored. A field
    that was left empty is null, a checkbox false, a checklist an empty list. `data` are the variables of the case, which conditions
    that hide fields may read; `zone` is where dates and times were written. The answer to a list is a list of such answers.
    """
    lists = {lines.key: lines for lines in form.lines}
    values: dict[str, Any] = {}
    errors: dict[str, Any] = {k: Message("unknown") for k in answers if form.field(k) is None and k not in lists}
    given = [(asked, _read(asked, answers, zone, data or {})) for asked in form.fields]
    known = {**(data or {}), **_readable(given, answers)}
    shown = set(_shown(form.parts, known))
    for asked, value in given:
        if asked.locked or asked.kind is Kind.EXPRESSION:
            if asked.locked and asked.key in answers:
                errors[asked.key] = Message("locked")
            continue
        if asked.options_from is not None:
            value = _read(asked, answers, zone, known)
        value = _checked(asked, value) if asked.key in shown else None
        (errors if isinstance(value, Message) else values)[asked.key] = value
    for lines in lists.values():
        entries, wrong = _entries(lines, answers.get(lines.key), known, zone) if lines.key in shown else (None, {})
        values |= {lines.key: entries} if not wrong else {}
        errors |= wrong
    values |= _computed(form, shown, {**known, **values})
    return Validated(values, errors)


def _with_options(field: Field, known: Mapping[str, Any]) -> Field:
    """The field with the options that stand in the case: texts, or contexts with `value` and `label`."""
    if field.options_from is None:
        return field
    try:
        listed = evaluate(field.options_from, known)
    except FeelError:
        listed = None
    items = listed if isinstance(listed, list) else []
    return replace(field, options=tuple(_as_option(item) for item in items))


def _as_option(item: Any) -> Option:
    if isinstance(item, Mapping):
        return Option(item.get("value"), str(item.get("label", item.get("value"))))
    return Option(item, str(item))


def _entries(
    lines: Lines, given: Any, known: Mapping[str, Any], zone: dt.tzinfo
) -> tuple[list[Mapping[str, Any]], dict[str, Message]]:
    """Each entry by the rules of its own fields; errors are by `list.number.field`, counted from 1."""
    if given is None:
        return [], {}
    if not isinstance(given, list | tuple) or not all(isinstance(entry, Mapping) for entry in given):
        return [], {lines.key: Message("not_a_list")}
    checked = [validate(lines.form, entry, data=known, zone=zone) for entry in given]
    wrong = {
        f"{lines.key}.{number}.{key}": message
        for number, entry in enumerate(checked, 1)
        for key, message in entry.errors.items()
    }
    return [entry.values for entry in checked], wrong


def _computed(form: Form, shown: Collection[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Computed fields in their order, each from the answers and those before it; what the browser computed is not asked."""
    found: dict[str, Any] = {}
    for asked in form.fields:
        if asked.kind is not Kind.EXPRESSION:
            continue
        found[asked.key] = None
        if asked.key in shown and asked.computes:
            with suppress(FeelError):
                found[asked.key] = evaluate(asked.computes, {**known, **found})
    return found


def _read(asked: Field, answers: Mapping[str, Any], zone: dt.tzinfo, data: Mapping[str, Any]) -> Any:
    """The value that was answered, or the message why it is none; nothing for a computed field."""
    try:
        computed = asked.kind is Kind.EXPRESSION
        return None if computed else answer(_with_options(asked, data), answers.get(asked.key), zone)
    except Refused as refused:
        return refused.reason


def _readable(given: Iterable[tuple[Field, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The values of those answers that are some, for the conditions that hide fields."""
    return {
        asked.key: value
        for asked, value in given
        if asked.key in answers and asked.kind is not Kind.EXPRESSION and not isinstance(value, Message)
    }


def _checked(asked: Field, value: Any) -> Any:
    """The value, or the message why it is none."""
    empty = value is None or value == [] or (asked.kind is Kind.CHECKBOX and value is False)
    return Message("required") if asked.required and empty else value


def _shown(parts: tuple[Part, ...], variables: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the fields that no condition hides."""
    for part in parts:
        if isinstance(part, Group) and not _hidden(part.hidden_when, variables):
            yield from _shown(part.parts, variables)
        elif isinstance(part, Field | Lines) and not _hidden(part.hidden_when, variables):
            yield part.key


def _hidden(condition: str | None, variables: Mapping[str, Any]) -> bool:
    """Only a condition that is true hides; one that cannot be decided shows the field, so that nothing is skipped unseen."""
    if condition is None:
        return False
    try:
        return truth(condition, variables)
    except FeelError:
        return False
