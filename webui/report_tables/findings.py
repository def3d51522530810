"""Tables of findings, and the cells that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def eligible_cell(finding: Finding, writer: Writer) -> Cell:
    if finding.insufficient:
        return Cell(writer.say("insufficient"))
    return Cell(percent(finding.share), bar=finding.share)


def where(finding: Finding) -> str:
    offices = finding.evidence.get("offices")
    shown = offices[:3] if isinstance(offices, Sequence) else ()
    return ", ".join(
        f"{office['office']} {office['cases']}/{office['eligible']}{'⚑' if office.get('funnel') == 'above' else ''}"
        for office in shown
        if isinstance(office, Mapping)
    )


def of_findings(
    diagnosis: Diagnosis,
    writer: Writer,
    key: str,
    kinds: tuple[Kind, ...],
    row: Callable[[Finding, Writer], tuple[Cell, ...]],
    columns: tuple[str, ...],
) -> Section:
    table = table_of(diagnosis, writer, "", kinds, row, columns)
    return Section(key, writer.say(key), (), (table,))


def table_of(
    diagnosis: Diagnosis,
    writer: Writer,
    heading: str,
    kinds: tuple[Kind, ...],
    row: Callable[[Finding, Writer], tuple[Cell, ...]],
    columns: tuple[str, ...],
    measure: str | None = None,
) -> Table:
    found = [finding for finding in diagnosis.findings(*kinds) if measure in (None, finding.measure)]
    rows = tuple(row(finding, writer) for finding in found[:MOST_ROWS])
    return Table(heading, writer.columns(*columns), rows, in_all=len(found))


def as_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
