"""Figures of an analysis as shades and badges of a diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webui.analyses import Analysed
from webui.formats import duration, number, percent
from webui.language import gettext as _

MEASURES = ("waiting", "processing", "frequency")
SHADES = 5
TEXTS: Mapping[str, Callable[[float], str]] = {"waiting": percent, "processing": duration, "frequency": number}


@dataclass(frozen=True, slots=True)
class Shades:
    """Element id → class of its colour and text of its badge, with what the legend says."""

    colours: Mapping[str, str]
    badges: Mapping[str, str]
    low: str
    high: str
    meaning: str


def shade(found: Analysed, measure: str) -> Shades:
    """Shades of that measure by activity; the darkest is the largest."""
    values = found.waiting_shares() if measure == "waiting" else found.by_activity(measure)
    largest = max(values.values(), default=0.0)
    text = TEXTS[measure]
    return Shades(
        colours={id: f"shade-{step(v, largest)}" for id, v in values.items()},
        badges={id: text(v) for id, v in values.items() if v > largest / 100},
        low="0",
        high=text(largest),
        meaning={
            "waiting": _("Share of all waiting that lies before the activity."),
            "processing": _("Median processing time of the activity."),
            "frequency": _("How often the activity was done."),
        }[measure],
    )


def step(value: float, largest: float) -> int:
    """0 for nothing, else 1 to 5 by its part of the largest."""
    if value <= 0 or largest <= 0:
        return 0
    return min(SHADES, 1 + int(value / largest * SHADES))
