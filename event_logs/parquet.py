"""A folder of Parquet as an event log, through one DuckDB connection with bounds on what it may use."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import ibis

from event_logs.log import CASES, EVENTS, EventLog

MEMORY_LIMIT = "2GB"
SPILL_LIMIT = "20GB"


def connection(spill: Path | None = None) -> Any:
    """A DuckDB of its own through Ibis: in UTC, with a limit of memory, spilling into `spill` when it is reached."""
    folder = spill or Path(tempfile.gettempdir()) / f"qiangji-spill-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    backend = ibis.duckdb.connect(
        memory_limit=MEMORY_LIMIT,
        temp_directory=str(folder),
        max_temp_directory_size=SPILL_LIMIT,
        preserve_insertion_order=False,
    )
    backend.raw_sql("SET TimeZone = 'UTC'")
    return backend


def open_folder(
    folder: Path, *, name: str, source: str = "", zone: str = "Asia/Shanghai", spill: Path | None = None
) -> EventLog:
    """The log in `events.parquet` (or the parts in `events/`) and `cases.parquet` of a folder, with exactly the declared columns."""
    backend = connection(spill)
    one = folder / "events.parquet"
    parts = [one] if one.exists() else sorted((folder / "events").glob("*.parquet"))
    events = backend.read_parquet([str(part) for part in parts], table_name="events")
    cases = backend.read_parquet(str(folder / "cases.parquet"), table_name="cases")
    return EventLog(name, events.cast(EVENTS), cases.cast(CASES), source, zone)
