"""What a person typed into one field, as a value; or the reason why it is none."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bpmn.errors import BpmnError
from bpmn.feel import regex
from bpmn.feel.errors import FeelError
from bpmn.feel.running import Run
from bpmn.feel.values import CONTEXT
from bpmn.forms.model import MULTIPLE, Clock, Field, Kind

LONGEST_ANSWER = 20_000
MOST_DIGITS = 34

MESSAGES: dict[str, str] = {
    "required": "Fill in this field.",
    "unknown": "The form has no such field.",
    "locked": "This field cannot be changed here.",
    "not_text": "Write one line of text.",
    "characters": "The text has characters that cannot be stored.",
    "number": "Write a number, such as 1250.50.",
    "whole_number": "Write a whole number.",
    "digits": "Write at most {digits} decimal places.",
    "least": "The least is {least}.",
    "most": "The most is {most}.",
    "shortest": "Write at least {shortest} characters.",
    "longest": "Write at most {longest} characters.",
    "pattern": "This does not have the expected form.",
    "option": "Choose one of the options.",
    "date": "Write a date, such as 2026-01-31.",
    "time": "Write a time, such as 09:30.",
    "datetime": "Write a date and a time, such as 2026-01-31 09:30.",
    "no_such_time": "This time does not exist on that day, because the clocks change.",
    "yes_or_no": "Choose yes or no.",
    "one_file": "Choose one file.",
    "not_a_list": "This is a list of entries.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """Why an answer is refused: a key of MESSAGES for translation, and the parameters of its sentence."""

    key: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return MESSAGES[self.key].format(**self.parameters)


class Refused(BpmnError):
    """One answer that a field cannot take."""

    def __init__(self, key: str, **parameters: Any) -> None:
        self.reason = Message(key, parameters)
        super().__init__(str(self.reason))


def answer(field: Field, given: Any, zone: dt.tzinfo | None) -> Any:
    """The value of an answer; None where nothing was filled in. Raises Refused.

    `zone` is where a date and time without an offset was written; the value is in UTC.
    """
    if field.kind in MULTIPLE:
        return _several(field, given)
    if field.kind is Kind.FILES:
        return _files(field, given)
    text = _text(given)
    if field.kind is Kind.CHECKBOX:
        return _yes(text)
    if not text:
        return None
    return _READERS[field.kind](field, text, zone)


def _text(given: Any) -> str:
    """The text without blanks around it; line ends as Unix has them."""
    if given is None:
        return ""
    if isinstance(given, str):
        return _cleaned(given)
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dt.date | dt.time):
        return given.isoformat()
    if isinstance(given, Decimal) and given.is_finite() and abs(given.adjusted()) < MOST_DIGITS:
        return f"{given:f}"
    if isinstance(given, Decimal | int):
        return str(given) if not isinstance(given, int) or abs(given) < 10**MOST_DIGITS else "?"
    raise Refused("not_text")


def _cleaned(given: str) -> str:
    if len(given) > LONGEST_ANSWER:
        raise Refused("longest", longest=LONGEST_ANSWER)
    text = given.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text.isprintable() and any(_is_unstorable(sign) for sign in text):
        raise Refused("characters")
    return text


def _is_unstorable(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t"


def _yes(text: str) -> bool:
    said = {
        "true": True,
        "on": True,
        "1": True,
        "yes": True,
        "": False,
        "false": False,
        "off": False,
        "0": False,
        "no": False,
    }
    if text.lower() not in said:
        raise Refused("yes_or_no")
    return said[text.lower()]


def _several(field: Field, given: Any) -> list[Any]:
    items = [given] if isinstance(given, str) and given else given or ()
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise Refused("option")
    chosen = [_option(field, _text(item), None) for item in items]
    return [option.value for option in field.options if option.value in chosen]


def _files(field: Field, given: Any) -> list[str]:
    """References to files that are stored elsewhere."""
    items = [given] if isinstance(given, str) and given else given or ()
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise Refused("not_text")
    found = [text for text in map(_text, items) if text]
    if len(found) > 1 and not field.several:
        raise Refused("one_file")
    return found


def _line(field: Field, text: str, zone: dt.tzinfo | None) -> str:
    if field.kind is Kind.TEXT_FIELD and "\n" in text:
        raise Refused("not_text")
    if field.shortest is not None and len(text) < field.shortest:
        raise Refused("shortest", shortest=field.shortest)
    if field.longest is not None and len(text) > field.longest:
        raise Refused("longest", longest=field.longest)
    if field.pattern is not None and not _has_form(field.pattern, text):
        raise Refused("pattern")
    return text


def _has_form(pattern: str, text: str) -> bool:
    """Does the whole text match, as in the `pattern` of an HTML input?"""
    try:
        return next(regex.find(Run(), regex.compile(f"^(?:{pattern})$", ""), text), None) is not None
    except FeelError:  # it took too long
        return False


_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?", re.ASCII)


def _number(field: Field, text: str, zone: dt.tzinfo | None) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("\u2212", "-")
    if not _NUMBER.fullmatch(plain) or not any(sign.isdigit() for sign in plain) or len(plain) > 60:
        raise Refused("number")
    value = Decimal(plain.replace(",", ""))
    if len(value.as_tuple().digits) > MOST_DIGITS:
        raise Refused("number")
    _check_size(field, value)
    return value


def _check_size(field: Field, value: Decimal) -> None:
    if field.digits is not None and -int(CONTEXT.normalize(value).as_tuple().exponent) > field.digits:
        raise Refused("digits", digits=field.digits) if field.digits else Refused("whole_number")
    if field.minimum is not None and value < field.minimum:
        raise Refused("least", least=field.minimum)
    if field.maximum is not None and value > field.maximum:
        raise Refused("most", most=field.maximum)


def _option(field: Field, text: str, zone: dt.tzinfo | None) -> Any:
    for option in field.options:
        if _spelled(option.value) == text:
            return option.value
    raise Refused("option")


def _spelled(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _clock(field: Field, text: str, zone: dt.tzinfo | None) -> Any:
    plain = unicodedata.normalize("NFKC", text).replace("/", "-")
    try:
        if field.clock is Clock.DATE:
            return dt.date.fromisoformat(plain)
        if field.clock is Clock.TIME:
            return dt.time.fromisoformat(plain)
        moment = dt.datetime.fromisoformat(plain)
    except ValueError as error:
        raise Refused(field.clock.value) from error
    return _in_utc(moment, zone)


def _in_utc(moment: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    local = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone or dt.UTC)
    try:
        in_utc = local.astimezone(dt.UTC)
    except OverflowError as error:
        raise Refused("datetime") from error
    if in_utc.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused("no_such_time")
    return in_utc


_READERS: dict[Kind, Callable[[Field, str, dt.tzinfo | None], Any]] = {
    Kind.TEXT_FIELD: _line,
    Kind.TEXT_AREA: _line,
    Kind.NUMBER: _number,
    Kind.SELECT: _option,
    Kind.RADIO: _option,
    Kind.DATE_TIME: _clock,
}
