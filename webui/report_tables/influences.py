"""What goes with long, late and deviating cases, and what decides at the gateways."""

from __future__ import annotations

from typing import Any

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from mining.influences import Question
from mining.influences.traits import ACTIVITY
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def influences(diagnosis: Diagnosis, writer: Writer) -> Section:
    found = [f for f in diagnosis.findings(Kind.INFLUENCE) if f.evidence["found"]]
    analysis = diagnosis.analyses.get("influences")
    columns = writer.columns("trait", "like_with_like", "interval", "raw", "with_it", "without_it", "cases")
    tables = []
    for question in Question:
        rows = [f for f in found if f.measure == question]
        shown = tuple(_influence_row(f, writer) for f in rows[:MOST_ROWS])
        tables.append(Table(writer.say(f"q_{question}"), columns, shown, in_all=len(rows), narrow=(0, 1, 2, 6)))
    sentences = []
    if analysis is not None and analysis.figures:
        figures: Any = analysis.figures
        share = percent(figures["false_share"])
        sentences.append(writer.say("looks", looks=f"{figures['looks']:,}", found=f"{figures['found']:,}", share=share))
    return Section("influences", writer.say("influences"), tuple(sentences), tuple(t for t in tables if t.rows))


def _influence_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence: Any = finding.evidence
    low, high = finding.interval or (finding.value, finding.value)

    def told(figure: float, sign: bool = True) -> str:
        text = writer.time(figure) if finding.unit == "seconds" else percent(figure)
        return f"+{text}" if sign and figure > 0 else text

    attribute, value = finding.subject
    name = (
        f"{writer.say('trait_activity')}: {writer.labels(value)}"
        if attribute == ACTIVITY
        else _name(attribute, value, writer)
    )
    return (
        Cell(name, number=False),
        Cell(told(finding.value)),
        Cell(f"{told(low)} … {told(high)}"),
        Cell(told(evidence["raw"])),
        Cell(told(evidence["typical_with"], sign=False)),
        Cell(told(evidence["typical_without"], sign=False)),
        Cell(f"{finding.cases:,}"),
    )


def _name(attribute: str, value: str, writer: Writer) -> str:
    known = attribute.startswith("@")
    return f"{writer.say(f'trait_{attribute[1:]}') if known else attribute}: {value}"


def choices(diagnosis: Diagnosis, writer: Writer) -> Section:
    found = [f for f in diagnosis.findings(Kind.CHOICE) if f.measure == "learnt" and not f.insufficient]
    rows = tuple(_choice_row(f, writer) for f in found[:MOST_ROWS])
    columns = writer.columns("gateway", "decisions", "table_rows", "accuracy", "usual")
    return Section("choices", writer.say("choices"), (), (Table("", columns, rows, in_all=len(found)),))


def _choice_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence: Any = finding.evidence
    rules = (
        "; ".join(_rule(evidence["table"], row, writer) for row in evidence["table"]["rows"])
        if evidence["table"]
        else "–"
    )
    return (
        Cell(writer.labels(finding.subject[0]), number=False),
        Cell(f"{evidence['decisions']:,}"),
        Cell(rules, number=False),
        Cell(percent(evidence["accuracy"])),
        Cell(percent(evidence["usual"])),
    )


def _rule(table: Any, row: Any, writer: Writer) -> str:
    asked = [f"{each['name']} {cell}" for each, cell in zip(table["inputs"], row["cells"], strict=True) if cell != "-"]
    return f"{' & '.join(asked)} → {writer.labels(row['outcome'])}"
