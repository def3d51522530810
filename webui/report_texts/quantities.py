"""Durations and shares as a report writes them."""

from __future__ import annotations

from collections.abc import Mapping

WORKING_DAY = 7 * 3_600  # office hours 09:00-12:00 and 13:30-17:30

UNITS: Mapping[str, tuple[str, str]] = {
    "d": ("天", "d"),
    "h": ("小时", "h"),
    "min": ("分", "min"),
    "s": ("秒", "s"),
}


def duration(seconds: float | None, language: str) -> str:
    """Two units at most (`3 d 4 h`), days alone from 100 days on; `–` where unknown."""
    if seconds is None:
        return "–"
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    if rest >= 100 * 86_400:
        return f"{sign}{_counted(round(rest / 86_400), 'd', language)}"
    if rest < 60:
        whole = round(rest) if rest >= 10 or rest == int(rest) else round(rest, 1)
        return f"{sign}{_counted(whole, 's', language)}"
    minutes = round(rest / 60)
    days, minutes = divmod(minutes, 1_440)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next(at for at, (count, _) in enumerate(parts) if count)
    return sign + " ".join(_counted(count, unit, language) for count, unit in parts[first : first + 2] if count)


def working_duration(seconds: float | None, language: str) -> str:
    """Working days of seven office hours with one decimal, hours and minutes below one day; `–` where unknown."""
    if seconds is None or abs(seconds) < WORKING_DAY:
        return duration(seconds, language)
    return f"{seconds / WORKING_DAY:,.1f} {'working d' if language == 'en' else '个工作日'}"


def _counted(count: float, unit: str, language: str) -> str:
    return f"{count:,} {UNITS[unit][0 if language != 'en' else 1]}"


def percent(share: float | None) -> str:
    """`54.3 %`; `–` where unknown."""
    return "–" if share is None else f"{share * 100:.1f} %"
