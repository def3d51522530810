"""Checks the answers to a form and gives them their types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel import FeelError, truth
from bpmn.forms.answers import Message, Refused, answer
from bpmn.forms.model import Field, Form, Group, Kind, Part

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
    that hide fields may read; `zone` is where dates and times were written.
    """
    values: dict[str, Any] = {}
    errors: dict[str, Message] = {key: Message("unknown") for key in answers if form.field(key) is None}
    shown = set(_shown(form.parts, {**(data or {}), **_readable(form, answers, zone)}))
    for found in form.fields:
        if found.locked:
            if found.key in answers:
                errors[found.key] = Message("locked")
            continue
        try:
            values[found.key] = _checked(found, answers.get(found.key), zone) if found.key in shown else None
        except Refused as refused:
            errors[found.key] = refused.reason
    return Validated(values, errors)


def _readable(form: Form, answers: Mapping[str, Any], zone: dt.tzinfo) -> dict[str, Any]:
    """The values of those answers that are some, for the conditions that hide fields."""
    found = {}
    for asked in form.fields:
        with suppress(Refused):
            found[asked.key] = answer(asked, answers.get(asked.key), zone)
    return {key: value for key, value in found.items() if key in answers}


def _checked(found: Field, given: Any, zone: dt.tzinfo) -> Any:
    value = answer(found, given, zone)
    empty = value is None or value == [] or (found.kind is Kind.CHECKBOX and value is False)
    if found.required and empty:
        raise Refused("required")
    return value


def _shown(parts: tuple[Part, ...], variables: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the fields that no condition hides."""
    for part in parts:
        if isinstance(part, Group) and not _hidden(part.hidden_when, variables):
            yield from _shown(part.parts, variables)
        elif isinstance(part, Field) and not _hidden(part.hidden_when, variables):
            yield part.key


def _hidden(condition: str | None, variables: Mapping[str, Any]) -> bool:
    """Only a condition that is true hides; one that cannot be decided shows the field, so that nothing is skipped unseen."""
    if condition is None:
        return False
    try:
        return truth(condition, variables)
    except FeelError:
        return False
