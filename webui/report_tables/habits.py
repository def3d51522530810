"""What a log without a drawing does as a rule, and what of it was broken lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.findings import eligible_cell, where
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent, say


def habit_sentence(template: str, names: Sequence[str], language: str) -> str:
    """A rule in words; `names` are those of its activities."""
    return say(language, f"h_{template}", a=names[0], b=names[-1])


def habits(diagnosis: Diagnosis, writer: Writer) -> Section:
    heading = writer.say("habits")
    analysis = diagnosis.analyses.get("habits")
    if analysis is None or not analysis.figures:
        return Section("habits", heading)
    figures: Mapping[str, Any] = analysis.figures
    broken = diagnosis.findings(Kind.HABIT_BROKEN)
    tables = (
        Table(
            writer.say("habits_broken"),
            writer.columns("habit", "cases", "share_lately", "share_before", "where"),
            tuple(_broken(finding, writer) for finding in broken[:MOST_ROWS]),
            in_all=figures["broken_in_all"],
        ),
        Table(
            writer.say("habits_kept"),
            writer.columns("habit", "cases", "kept_before", "kept_lately"),
            tuple(_kept(rule, writer) for rule in figures["rules"][:MOST_ROWS]),
            in_all=figures["in_all"],
        ),
    )
    told = writer.say("habits_told", earlier=f"{figures['earlier']:,}", later=f"{figures['later']:,}")
    return Section("habits", heading, (told,), tables)


def _broken(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    before = finding.evidence.get("before")
    names = [writer.labels(name) for name in finding.subject]
    return (
        Cell(habit_sentence(finding.measure, names, writer.language), number=False),
        Cell(f"{finding.cases:,}"),
        eligible_cell(finding, writer),
        Cell(percent(before if isinstance(before, float) else 0.05)),
        Cell(where(finding), number=False),
    )


def _kept(rule: Mapping[str, Any], writer: Writer) -> tuple[Cell, ...]:
    names = [writer.labels(name) for name in rule["activities"]]
    lately = rule["later_confidence"]
    return (
        Cell(habit_sentence(rule["template"], names, writer.language), number=False),
        Cell(f"{rule['activated']:,}"),
        Cell(percent(rule["confidence"])),
        Cell("–" if lately is None else percent(lately)),
    )
