"""Values as a person writes them to repair a case: FEEL, as in the drawing, so that an amount stays an amount."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bpmn import feel
from bpmn.errors import BpmnError
from webui.errors import Refused

_MICROSECONDS = timedelta(microseconds=1)


def literal(value: Any) -> str:
    """The FEEL text that means this value."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return _temporal(value) or _quoted(str(value))


def _temporal(value: Any) -> str | None:
    if isinstance(value, datetime):
        return f'date and time("{value.isoformat()}")'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, time):
        return f'time("{value.isoformat()}")'
    if isinstance(value, timedelta):
        seconds = Decimal(value // _MICROSECONDS) / 1_000_000
        return f'duration("{"-" if seconds < 0 else ""}PT{abs(seconds):f}S")'
    return None


def _quoted(text: str) -> str:
    """FEEL knows fewer escapes than JSON: control characters are written by their number."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(sign):04x}" if ord(sign) < 0x20 else sign for sign in plain) + '"'


def changed(texts: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    """The variables whose text means something else than what is known; raises Refused with the name of one that means nothing."""
    rewritten = {
        name: text for name, text in texts.items() if name not in known or text.strip() != literal(known[name])
    }
    values = {name: _value(name, text) for name, text in rewritten.items()}
    return {name: value for name, value in values.items() if name not in known or value != known[name]}


def _value(name: str, text: str) -> Any:
    try:
        if feel.names(text):
            raise Refused(
                f'{name}: {text!r} is no value. Text stands in quotes ("…"); 12.50, true, null, date("2026-03-02") do not.'
            )
        return feel.evaluate(text, {})
    except BpmnError as error:
        raise Refused(f"{name}: {error}") from error
