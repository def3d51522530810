"""Filling in a form: text from a page is read by the field's type, values from a program are checked against it.

The forms are form-js schemas. What is wrong is said by field in fixed sentences, so that screens can translate them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
SILENT = frozenset(("text", "html", "separator", "spacer", "button", "image", "group"))
CHOICES = frozenset(("select", "radio"))
MANY = frozenset(("checklist", "taglist"))

REQUIRED = "This field is required."
NO_NUMBER = "This is not a number."
NO_DATE = "This is not a date."
NO_OPTION = "Choose one of the options."
NO_TEXT = "This is not a text."
TOO_LONG = "The text is too long."
TOO_SHORT = "The text is too short."
TOO_SMALL = "The value is too small."
TOO_LARGE = "The value is too large."
TOO_FINE = "The number has too many decimals."
WRONG_FORM = "The text does not have the required form."
UNKNOWN = "This field is not part of the form."


@dataclass
class FilledIn:
    """The values by field as FEEL values, and a sentence for each field that is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def filled_in(form: Mapping[str, Any] | None, answers: Mapping[str, Any], *, extra: bool = False) -> FilledIn:
    """The answers read by the form. Without a form they stand as they are; `extra` lets fields stand that it does not have.

    Empty text is no answer; what is locked on the form cannot be answered.
    """
    if form is None:
        return FilledIn(dict(answers))
    result = FilledIn()
    fields = {found["key"]: found for found in _fields(form.get("components", ()))}
    for key, component in fields.items():
        if not _locked(component):
            _fill(result, key, component, answers.get(key))
    for key in answers.keys() - fields.keys():
        if extra:
            result.values[key] = answers[key]
        else:
            result.errors[key] = UNKNOWN
    return result


def outcomes(form: Mapping[str, Any] | None, activity: str) -> tuple[str, ...]:
    """The outcomes that a form offers for an activity, the passing one first."""
    for component in _fields((form or {}).get("components", ())):
        if component["key"] == f"{activity}_outcome":
            return _options(component)
    return ()


def _fields(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if component.get("components"):
            yield from _fields(component["components"])
        elif component.get("key") and component.get("type") not in SILENT:
            yield component


def _locked(component: Mapping[str, Any]) -> bool:
    return bool(component.get("disabled") or component.get("readonly"))


def _fill(result: FilledIn, key: str, component: Mapping[str, Any], answer: Any) -> None:
    rules = component.get("validate") or {}
    if answer is None or answer in ("", [], ()):
        if rules.get("required"):
            result.errors[key] = REQUIRED
        elif answer is not None:
            result.values[key] = None  # it was emptied on purpose
        return
    try:
        value = READERS.get(component["type"], _text)(component, answer)
        _check(value, component, rules)
    except _WrongError as wrong:
        result.errors[key] = str(wrong)
    else:
        result.values[key] = value


class _WrongError(ValueError):
    """Why one field is wrong."""


def _text(component: Mapping[str, Any], answer: Any) -> str:
    if not isinstance(answer, str):
        raise _WrongError(NO_TEXT)
    return answer


def _number(component: Mapping[str, Any], answer: Any) -> Decimal:
    try:
        if isinstance(answer, bool) or not isinstance(answer, str | int | Decimal):
            raise _WrongError(NO_NUMBER)
        value = Decimal(answer.replace(",", "").strip() if isinstance(answer, str) else answer)
    except InvalidOperation:
        raise _WrongError(NO_NUMBER) from None
    if not value.is_finite():
        raise _WrongError(NO_NUMBER)
    digits = component.get("decimalDigits")
    if digits is not None and value != round(value, int(digits)):
        raise _WrongError(TOO_FINE)
    return value


def _date(component: Mapping[str, Any], answer: Any) -> date | datetime:
    try:
        if component.get("subtype") == "date":
            return _day(answer)
        moment = answer if isinstance(answer, datetime) else datetime.fromisoformat(answer)
    except (TypeError, ValueError):
        raise _WrongError(NO_DATE) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _day(answer: Any) -> date:
    if isinstance(answer, datetime):
        return answer.astimezone(ZONE).date() if answer.tzinfo else answer.date()
    return answer if isinstance(answer, date) else date.fromisoformat(answer)


def _ticked(component: Mapping[str, Any], answer: Any) -> bool:
    return answer if isinstance(answer, bool) else str(answer).lower() in ("true", "on", "1", "yes")


def _chosen(component: Mapping[str, Any], answer: Any) -> str:
    if str(answer) not in _options(component):
        raise _WrongError(NO_OPTION)
    return str(answer)


def _several(component: Mapping[str, Any], answer: Any) -> list[str]:
    given = [answer] if isinstance(answer, str) else list(answer)
    return [_chosen(component, item) for item in given]


def _options(component: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(option["value"]) for option in component.get("values", ()))


READERS = {
    "number": _number,
    "datetime": _date,
    "checkbox": _ticked,
    **dict.fromkeys(CHOICES, _chosen),
    **dict.fromkeys(MANY, _several),
}


def _check(value: Any, component: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
    if isinstance(value, Decimal):
        _check_between(value, rules)
    elif isinstance(value, str) and component["type"] not in CHOICES:
        _check_text(value, rules)


def _check_between(value: Decimal, rules: Mapping[str, Any]) -> None:
    if rules.get("min") is not None and value < Decimal(str(rules["min"])):
        raise _WrongError(TOO_SMALL)
    if rules.get("max") is not None and value > Decimal(str(rules["max"])):
        raise _WrongError(TOO_LARGE)


def _check_text(value: str, rules: Mapping[str, Any]) -> None:
    if rules.get("maxLength") is not None and len(value) > int(rules["maxLength"]):
        raise _WrongError(TOO_LONG)
    if rules.get("minLength") is not None and len(value) < int(rules["minLength"]):
        raise _WrongError(TOO_SHORT)
    if rules.get("pattern") and not re.search(rules["pattern"], value):
        raise _WrongError(WRONG_FORM)
