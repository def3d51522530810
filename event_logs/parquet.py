"""A folder of Parquet as an event log."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow.parquet as pq

from event_logs.courses import COURSES
from event_logs.engines import DUCKDB, connect, duckdb, read
from event_logs.log import CASES, EventLog, as_events
from event_logs.performed import PERFORMED

connection = duckdb


def open_folder(
    folder: Path,
    *,
    name: str,
    source: str = "",
    zone: str = "Asia/Shanghai",
    spill: Path | None = None,
    engine: str = DUCKDB,
) -> EventLog:
    """The log in `events.parquet` (or the parts in `events/`) and `cases.parquet` of a folder, with exactly the declared columns.

    With `performed.parquet` and `courses.parquet` beside them, its performed work and the courses of its cases are on file.
    """
    backend = connect(engine, spill)
    one = folder / "events.parquet"
    parts = [one] if one.exists() else sorted((folder / "events").glob("*.parquet"))
    events = as_events(read(backend, parts, "events"))
    cases = read(backend, [folder / "cases.parquet"], "cases").cast(CASES)
    log = EventLog(name, events, cases, source, zone)
    work, courses = folder / "performed.parquet", folder / "courses.parquet"
    if not (holds(work, PERFORMED) and holds(courses, COURSES)):
        return log
    return log.with_performed(
        read(backend, [work], "performed").cast(PERFORMED), read(backend, [courses], "courses").cast(COURSES)
    )


def holds(file: Path, schema: ibis.Schema) -> bool:
    """Whether the file is there with all these columns; an older version of the product may have written fewer."""
    return file.exists() and set(schema.names) <= set(pq.read_schema(file).names)
