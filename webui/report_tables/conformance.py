"""Where cases leave the drawing, and which rules were broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.findings import eligible_cell, of_findings, where
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def conformance(diagnosis: Diagnosis, writer: Writer) -> Section:
    analysis = diagnosis.analyses.get("conformance")
    heading = writer.say("conformance")
    if analysis is None or not analysis.figures:
        return Section("conformance", heading)
    rows = tuple(_deviation_row(finding, writer) for finding in analysis.findings[:MOST_ROWS])
    columns = writer.columns("deviation", "cases", "of_eligible", "where", "lead_matched", "lead_raw")
    table = Table("", columns, rows, in_all=len(analysis.findings))
    return Section("conformance", heading, tuple(_conformance_sentences(analysis.figures, writer)), (table,))


def _conformance_sentences(figures: Mapping[str, Any], writer: Writer) -> Iterator[str]:
    if figures["cases"]:
        yield writer.say(
            "conformance_rate",
            cases=f"{figures['cases']:,}",
            conforming=f"{figures['conforming']:,}",
            rate=percent(figures["rate"]),
            fitness=f"{figures['fitness']:.4f}",
            cost=f"{figures['cost']:,}",
        )
    if figures.get("accepted"):
        kinds = "; ".join(_accepted(row, writer) for row in figures["accepted"])
        yield writer.say("accepted_deviations", kinds=kinds, cases=f"{figures['accepted_cases']:,}")
    if figures.get("precision") is not None:
        yield writer.say("conformance_precision", precision=f"{figures['precision']:.4f}")
    if figures["cases"]:
        yield writer.say("lead_note")
    if figures["open_cases"] or figures["withdrawn"]:
        yield writer.say(
            "open_compared",
            open=f"{figures['open_cases']:,}",
            withdrawn=f"{figures['withdrawn']:,}",
            deviating=f"{figures['open_deviating']:,}",
        )
    if figures["unknown_activities"]:
        yield writer.say("unknown_activities", activities=", ".join(figures["unknown_activities"]))
    for key in ("undecided", "unmodelled"):
        if figures[key]:
            yield writer.say(key, **{key: f"{figures[key]:,}"})


def _accepted(row: Mapping[str, Any], writer: Writer) -> str:
    return f"{writer.say('d_' + row['word'], activity=writer.labels(row['activity']))} ({row['cases']:,})"


def _deviation_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.say(f"d_{finding.measure}", activity=writer.activity(finding)), number=False),
        Cell(f"{finding.cases:,}"),
        eligible_cell(finding, writer),
        Cell(where(finding), number=False),
        *_effects(finding.evidence, writer),
    )


def _effects(evidence: Mapping[str, Any], writer: Writer) -> Iterator[Cell]:
    """The difference of lead times like with like, and raw beside it: never raw alone."""
    matched = evidence.get("matched")
    if matched is None or matched["difference"] is None:
        known = {"n": matched["cases"], "of": matched["of"]} if matched else None
        yield Cell(writer.say("lead_unmatched", **known) if known else writer.say("no_effect_known"))
        yield Cell("–")
        return
    yield Cell(_with_interval(matched["difference"], matched["interval"], writer))
    yield Cell(_with_interval(evidence["lead_difference"], evidence["lead_interval"], writer))


def _with_interval(difference: float, interval: Sequence[float], writer: Writer) -> str:
    low, high = interval
    return f"{_signed(difference, writer)} ({_signed(low, writer)} … {_signed(high, writer)})"


def _signed(seconds: float, writer: Writer) -> str:
    return ("+" if seconds > 0 else "") + writer.time(seconds)


def _rule_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.say(f"r_{finding.measure}", activity=writer.activity(finding)), number=False),
        Cell(f"{finding.cases:,}"),
        eligible_cell(finding, writer),
        Cell(where(finding), number=False),
    )


def rules(diagnosis: Diagnosis, writer: Writer) -> Section:
    columns = ("rule", "cases", "of_eligible", "where")
    return of_findings(diagnosis, writer, "rules", (Kind.RULE_BROKEN,), _rule_row, columns)
