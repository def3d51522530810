"""The paths that cases took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mining.diagnosis import Diagnosis
from mining.variants import Variant
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def variants(diagnosis: Diagnosis, writer: Writer) -> Section:
    analysis = diagnosis.analyses.get("paths")
    figures: Mapping[str, Any] = analysis.figures if analysis else {}
    ended = {tuple(outcome["path"]): outcome for outcome in figures.get("outcomes", ())}
    rows = tuple(_variant_row(v, ended.get(v.activities), writer) for v in diagnosis.variants[:MOST_ROWS])
    columns = writer.columns("path", "cases", "share", "cumulative", "median_lead", "ended")
    table = Table("", columns, rows, in_all=len(diagnosis.variants))
    return Section("variants", writer.say("variants"), tuple(_happy(figures, writer)), (table,))


def _happy(figures: Mapping[str, Any], writer: Writer) -> Iterator[str]:
    happy = figures.get("happy")
    if happy:
        path, median = _shown(happy["path"], writer), writer.time(happy["median"])
        yield writer.say("happy_path", path=path, finished=f"{happy['finished']:,}", median=median)
    elif figures:
        yield writer.say("happy_none")


def _shown(activities: Sequence[str], writer: Writer) -> str:
    names = [writer.labels(activity) for activity in activities]
    return " → ".join(names if len(names) <= 14 else [*names[:9], "…", *names[-4:]])


def _variant_row(variant: Variant, ended: Mapping[str, Any] | None, writer: Writer) -> tuple[Cell, ...]:
    told = f"{ended['finished']:,} / {ended['withdrawn']:,} / {ended['open']:,}" if ended else "–"
    return (
        Cell(_shown(variant.activities, writer), number=False),
        Cell(f"{variant.cases:,}"),
        Cell(percent(variant.share), bar=variant.share),
        Cell(percent(variant.cumulative)),
        Cell(writer.time(variant.median_lead)),
        Cell(told),
    )
