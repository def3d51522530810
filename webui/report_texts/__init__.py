"""The sentences of a report, in Chinese and English: a file for each part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webui.report_texts import (
    at_a_glance,
    bottlenecks,
    causes,
    change,
    columns,
    conformance,
    drift,
    forecast,
    habits,
    influences,
    notes,
    objects,
    people,
    variants,
)
from webui.report_texts.quantities import duration, percent, working_duration

__all__ = ["LANGUAGES", "SENTENCES", "duration", "percent", "say", "working_duration"]
LANGUAGES = ("zh", "en")
PARTS = (
    at_a_glance,
    bottlenecks,
    causes,
    change,
    columns,
    conformance,
    drift,
    forecast,
    habits,
    influences,
    notes,
    objects,
    people,
    variants,
)
SENTENCES: Mapping[str, tuple[str, str]] = {key: texts for part in PARTS for key, texts in part.SENTENCES.items()}


def say(language: str, key: str, **values: Any) -> str:
    """The sentence of that key, filled; Chinese for any language that is not `en`."""
    return SENTENCES[key][LANGUAGES.index(language) if language in LANGUAGES else 0].format(**values)
