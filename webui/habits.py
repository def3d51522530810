"""Habits as rows that a page shows: the rule in words, how it was kept before and lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mining.findings import Kind
from webui.analyses import Analysed
from webui.language import current_language
from webui.report_tables.habits import habit_sentence

SHOWN = 30


def shown_habits(found: Analysed) -> dict[str, Any] | None:
    """What the page says of habits; None where there is a drawing, or too few cases."""
    analysis = found.diagnosis.analyses.get("habits")
    if analysis is None or not analysis.figures:
        return None
    figures: Mapping[str, Any] = analysis.figures
    broken = [
        {
            "rule": _words(found, finding.measure, finding.subject),
            "cases": finding.cases,
            "share": finding.share,
            "insufficient": finding.insufficient,
            "evidence": finding.evidence,
        }
        for finding in found.diagnosis.findings(Kind.HABIT_BROKEN)[:SHOWN]
    ]
    rules = [{**rule, "rule": _words(found, rule["template"], rule["activities"])} for rule in figures["rules"][:SHOWN]]
    return {
        **{name: figures[name] for name in ("earlier", "later", "in_all", "broken_in_all")},
        "broken": broken,
        "rules": rules,
    }


def _words(found: Analysed, template: str, activities: Any) -> str:
    return habit_sentence(template, [found.label(name) for name in activities], current_language())
