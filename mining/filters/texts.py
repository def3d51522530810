"""How the arguments of filters are written, and read again strictly."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite

from mining.errors import UnreadableFilter


def moment_text(at: datetime | None) -> str:
    """In UTC, without seconds where they are zero; nothing for None."""
    if at is None:
        return ""
    text = at.astimezone(UTC).replace(tzinfo=None)
    exact = text.microsecond or text.second
    return text.isoformat(timespec="auto" if exact else "minutes") + "Z"


def number_text(number: float | None) -> str:
    """Whole numbers without a point, others in the shortest form that reads back as the same; nothing for None."""
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else repr(number)


def moment(text: str) -> datetime | None:
    """The moment that `moment_text` wrote, in UTC; raises UnreadableFilter where it has no zone."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UnreadableFilter(f"{text!r} is no moment with its zone; write it as 2026-01-31T09:00Z")
    return at.astimezone(UTC)


def number(text: str) -> float | None:
    """The finite number of a text, None of an empty one; raises UnreadableFilter."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UnreadableFilter(f"{text!r} is no number")
    return value


def whole(text: str, least: int) -> int:
    """The whole number of a text in plain digits, at least `least`; raises UnreadableFilter."""
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise UnreadableFilter(f"{text!r} is no whole number from {least} on")
    return int(text)
