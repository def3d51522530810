"""Colours: one ramp whose lightness falls evenly, and marks that stay apart for colour-blind eyes."""

from __future__ import annotations

_RAMP = ((255, 255, 255), (254, 240, 205), (253, 212, 146), (248, 166, 83), (225, 113, 38), (178, 69, 18))
INK = "#1f2933"
LINE = "#3e4c59"
EDGE = "#52606d"
FRAME = "#b8c2cc"
HEADER = "#eef2f6"
PAPER = "#ffffff"
ACCENT = "#2b5f8a"

MARKS = {"added": "#0072b2", "removed": "#d55e00", "changed": "#cc79a7", "moved": "#009e73"}  # after Okabe and Ito


def shade(value: float) -> str:
    """The colour of a value between 0 and 1, from white to deep orange; values outside are taken as the nearest end."""
    value = min(1.0, max(0.0, value)) * (len(_RAMP) - 1)
    low = min(int(value), len(_RAMP) - 2)
    part = value - low
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(_RAMP[low], _RAMP[low + 1], strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def ink_on(value: float) -> str:
    """The colour of text on that shade."""
    return PAPER if value > 0.85 else INK
