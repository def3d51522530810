"""When open cases will end, and which of them are at risk of missing their time limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mining.diagnosis import Diagnosis
from webui.report_tables.findings import as_number
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def forecast(diagnosis: Diagnosis, writer: Writer) -> Section:
    analysis = diagnosis.analyses.get("forecast")
    figures: Mapping[str, Any] = analysis.figures if analysis else {}
    listed = figures.get("most_at_risk", ())
    columns = writer.columns("case", "last_step", "half_over", "nine_in_ten", "risk")
    rows = tuple(_row(one, writer) for one in listed[:MOST_ROWS])
    sentences = (_track(figures["track"], writer),) if figures.get("track") else ()
    table = Table("", columns, rows, in_all=int(figures.get("open_cases", 0)))
    return Section("forecast", writer.say("forecast"), sentences, (table,))


def _row(one: Mapping[str, Any], writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(str(one["case"]), number=False),
        Cell(writer.labels(str(one["activity"])), number=False),
        Cell(writer.time(one["median"])),
        Cell(f"{writer.time(one['low'])} – {writer.time(one['high'])}"),
        Cell("–" if one["risk"] is None else percent(as_number(one["risk"])), bar=as_number(one["risk"])),
    )


def _track(track: Mapping[str, Any], writer: Writer) -> str:
    return writer.say(
        "forecast_track",
        n=f"{track['standings']:,}",
        covered=percent(track["coverage"]),
        claimed=percent(track["claimed"]),
        error=writer.time(track["error"]),
    )
