"""A folder of Parquet as an event log."""

from __future__ import annotations

from pathlib import Path

from event_logs.engines import DUCKDB, connect, duckdb, read
from event_logs.log import CASES, EVENTS, EventLog
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

    With `performed.parquet` beside them, its performed work is on file.
    """
    backend = connect(engine, spill)
    one = folder / "events.parquet"
    parts = [one] if one.exists() else sorted((folder / "events").glob("*.parquet"))
    events = read(backend, parts, "events").select(*EVENTS.names).cast(EVENTS)
    cases = read(backend, [folder / "cases.parquet"], "cases").cast(CASES)
    log = EventLog(name, events, cases, source, zone)
    work = folder / "performed.parquet"
    return log if not work.exists() else log.with_performed(read(backend, [work], "performed").cast(PERFORMED))
