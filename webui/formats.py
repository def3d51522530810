"""How times, durations and figures look on a page, in the language of the request."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import current_app

from webui.language import current_language, gettext

WORKING_DAY = timedelta(hours=7)  # office hours 09:00–12:00 and 13:30–17:30
NOTHING = "–"


def zone() -> ZoneInfo:
    found: ZoneInfo = current_app.config["SETTINGS"].zone
    return found


def moment(at: datetime | None) -> str:
    """`2026-03-02 09:30` in the zone of the office."""
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if at else NOTHING


def day(at: datetime | date | None) -> str:
    if isinstance(at, datetime):
        at = at.astimezone(zone())
    return at.strftime("%Y-%m-%d") if at else NOTHING


def duration(length: timedelta | float | None, *, working: bool = False) -> str:
    """Two units at most: `3 d 4 h`; `working` counts days of seven office hours. A number means seconds."""
    if length is None:
        return NOTHING
    if not isinstance(length, timedelta):
        length = timedelta(seconds=float(length))
    sign = "-" if length < timedelta(0) else ""
    minutes = round(abs(length) / timedelta(minutes=1))
    return sign + _two_units(minutes, (WORKING_DAY if working else timedelta(days=1)) // timedelta(minutes=1), working)


def _two_units(minutes: int, day_minutes: int, working: bool) -> str:
    days, rest = divmod(minutes, day_minutes)
    hours, rest = divmod(rest, 60)
    day_word = gettext("%(n)s working d", n=days) if working else gettext("%(n)s d", n=days)
    parts = [(days, day_word), (hours, gettext("%(n)s h", n=hours)), (rest, gettext("%(n)s min", n=rest))]
    first = next((i for i, (n, _) in enumerate(parts) if n), 2)
    shown = [text for n, text in parts[first : first + 2] if n] or [parts[2][1]]
    return " ".join(shown)


def days(length: timedelta | float | None) -> str:
    """Days with one decimal: `12.4`."""
    if length is None:
        return NOTHING
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    return f"{seconds / 86400:,.1f}"


def number(value: float | int | Decimal | None, places: int = 0) -> str:
    return NOTHING if value is None else f"{value:,.{places}f}"


def percent(share: float | None, places: int = 0) -> str:
    return NOTHING if share is None else f"{share * 100:.{places}f}%"


def value(thing: object) -> str:
    """Any FEEL value as a reader expects it."""
    if thing is None or thing == "":
        return NOTHING
    if isinstance(thing, bool):
        return gettext("yes") if thing else gettext("no")
    if isinstance(thing, datetime):
        return moment(thing)
    if isinstance(thing, date):
        return day(thing)
    if isinstance(thing, timedelta):
        return duration(thing)
    if isinstance(thing, Decimal | int | float):
        return _plain(Decimal(str(thing)))
    if isinstance(thing, list | tuple):
        return ("、" if current_language() == "zh" else ", ").join(value(item) for item in thing) or NOTHING
    if isinstance(thing, dict):
        return "; ".join(f"{key}: {value(item)}" for key, item in thing.items()) or NOTHING
    return str(thing)


def _plain(figure: Decimal) -> str:
    return f"{figure.normalize():,f}"


FILTERS = {f.__name__: f for f in (moment, day, duration, days, number, percent, value)}
