"""The paths that cases took."""

from __future__ import annotations

from mining.diagnosis import Diagnosis
from mining.variants import Variant
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent


def variants(diagnosis: Diagnosis, writer: Writer) -> Section:
    rows = tuple(_variant_row(variant, writer) for variant in diagnosis.variants[:MOST_ROWS])
    columns = writer.columns("path", "cases", "share", "cumulative", "median_lead")
    return Section("variants", writer.say("variants"), (), (Table("", columns, rows, in_all=len(diagnosis.variants)),))


def _variant_row(variant: Variant, writer: Writer) -> tuple[Cell, ...]:
    names = [writer.labels(activity) for activity in variant.activities]
    shown = names if len(names) <= 14 else [*names[:9], "…", *names[-4:]]
    return (
        Cell(" → ".join(shown), number=False),
        Cell(f"{variant.cases:,}"),
        Cell(percent(variant.share), bar=variant.share),
        Cell(percent(variant.cumulative)),
        Cell(writer.time(variant.median_lead)),
    )
