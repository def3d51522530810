"""Why work waits, by activity: what its own officers did meanwhile, and what all who do it did."""

from __future__ import annotations

from mining.causes import PoolState, WaitingCause, by_activity
from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.findings import as_number
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def why(diagnosis: Diagnosis, writer: Writer) -> Section:
    by_officer = by_activity(diagnosis.findings(Kind.WAITING_CAUSE))
    by_pool = by_activity(diagnosis.findings(Kind.WAITING_POOL))
    tables = (
        _table(by_officer, writer, "why_officer", [cause.value for cause in WaitingCause], held=True),
        _table(by_pool, writer, "why_pool", [state.value for state in PoolState]),
    )
    return Section("why", writer.say("why"), (), tuple(table for table in tables if table.rows))


def _table(
    activities: list[dict[str, Finding]], writer: Writer, heading: str, causes: list[str], held: bool = False
) -> Table:
    columns = writer.columns("activity", "total", *(f"cause_{cause}" for cause in causes))
    rows = tuple(_row(found, writer, causes, held) for found in activities[:MOST_ROWS])
    last = (writer.say("held_back"),) if held else ()
    return Table(writer.say(heading), (*columns, *last), rows, in_all=len(activities))


def _row(found: dict[str, Finding], writer: Writer, causes: list[str], held: bool) -> tuple[Cell, ...]:
    one = next(iter(found.values()))
    cells = [Cell(writer.subject(one), number=False), Cell(writer.time(sum(f.value for f in found.values())))]
    for cause in causes:
        share = found[cause].share if cause in found else None
        cells.append(Cell(percent(share) if share else "–", bar=share))
    if held:
        cells.append(Cell(writer.time(as_number(one.evidence["held_back"]))))
    return tuple(cells)
