"""The performed work of an imported log, computed once and kept beside its events."""

from __future__ import annotations

from pathlib import Path

import ibis

from event_logs.engines import duckdb, read
from event_logs.log import EVENTS
from event_logs.warehouse.maintained import write_performed

MEMORY_LIMIT = "500MB"  # an import must not need more memory because its file is large


def write_performed_work(folder: Path, spill: Path) -> None:
    """Add `performed.parquet` to a folder with `events.parquet` and `cases.parquet`; cases are numbered in their order there."""
    backend = duckdb(spill, memory=MEMORY_LIMIT)
    events = read(backend, [folder / "events.parquet"], "events").select(*EVENTS.names).cast(EVENTS)
    firsts = events.group_by("case_id").agg(first=events.position.min())
    numbers = firsts.select("case_id", case_no=ibis.row_number().over(order_by="first"))
    write_performed(backend, events, backend.create_table("numbers", numbers, temp=True), folder / "performed.parquet")
