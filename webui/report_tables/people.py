"""Time limits, rework and returns, and who worked how much and handed over to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.findings import as_number, eligible_cell, of_findings, table_of, where
from webui.report_tables.shapes import Cell, Section, Writer
from webui.report_texts import percent


def timeliness(diagnosis: Diagnosis, writer: Writer) -> Section:
    columns = ("limit", "late", "kept", "overrun", "open_overdue", "where")
    return of_findings(diagnosis, writer, "timeliness", (Kind.LATE,), _limit_row, columns)


def _limit_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    unit = writer.say(str(evidence["limit_unit"]))
    name = writer.say(f"l_{finding.measure}", days=evidence["limit_days"], unit=unit)
    if finding.subject:
        name = f"{writer.activity(finding)}: {name}"
    if not evidence["confirmed"]:
        name += writer.say("to_be_confirmed")
    kept = as_number(evidence["kept"])
    return (
        Cell(name, number=False),
        Cell(f"{finding.cases:,} / {evidence['eligible']:,}"),
        Cell(percent(kept), bar=kept),
        Cell(writer.time(evidence["median_overrun"])),
        Cell(f"{evidence['open_overdue']:,}" if "open_overdue" in evidence else "–"),
        Cell(where(finding), number=False),
    )


def rework(diagnosis: Diagnosis, writer: Writer) -> Section:
    repeats = (
        "activity",
        "repeats",
        "at_once",
        "cases",
        "share",
        "came_back_from",
        "extra_waiting",
        "extra_processing",
    )
    tables = (
        table_of(diagnosis, writer, "", (Kind.REWORK,), _rework_row, repeats),
        table_of(
            diagnosis,
            writer,
            writer.say("returns"),
            (Kind.RETURNED,),
            _return_row,
            ("activity", "returns", "cases", "of_outcomes"),
        ),
    )
    return Section("rework", writer.say("rework"), (), tuple(table for table in tables if table.rows))


def _rework_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    before = evidence["came_back_from"]
    names = (
        [writer.labels(str(b["activity"])) for b in before if isinstance(b, Mapping)]
        if isinstance(before, Sequence)
        else []
    )
    return (
        Cell(writer.subject(finding), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{evidence['at_once']:,}"),
        Cell(f"{finding.cases:,}"),
        eligible_cell(finding, writer),
        Cell(", ".join(names), number=False),
        Cell(writer.time(evidence["extra_waiting"])),
        Cell(writer.time(evidence["extra_processing"])),
    )


def _return_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.subject(finding), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{finding.cases:,}"),
        eligible_cell(finding, writer),
    )


def organisation(diagnosis: Diagnosis, writer: Writer) -> Section:
    columns = ("who", "pieces", "share", "cases", "officers", "utilisation", "median_waiting", "median_processing")
    work = [
        table_of(diagnosis, writer, "", (Kind.WORKLOAD,), _workload_row, columns, measure)
        for measure in ("post", "officer")
    ]
    passing = [
        table_of(
            diagnosis,
            writer,
            writer.say("handovers"),
            (Kind.HANDOVER,),
            _handover_row,
            ("handover", "times_done", "back", "share", "median_waiting"),
            m,
        )
        for m in ("office", "post", "officer")
    ]
    filled = tuple(table for table in (*work, *passing[:2], *passing[2:]) if table.rows)
    return Section("organisation", writer.say("organisation"), (), filled)


def _workload_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    return (
        Cell(finding.subject[0], number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(percent(finding.share), bar=finding.share),
        Cell(f"{finding.cases:,}"),
        Cell(f"{evidence['officers']:,}"),
        Cell(percent(as_number(evidence["utilisation"]))),
        Cell(writer.time(evidence["median_waiting"])),
        Cell(writer.time(evidence["median_processing"])),
    )


def _handover_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(" → ".join(finding.subject), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{finding.evidence['back']:,}"),
        Cell(percent(finding.share), bar=finding.share),
        Cell(writer.time(finding.evidence["median_waiting"])),
    )
