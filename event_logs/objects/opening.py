"""The tables of an object-centric log in a folder, through DuckDB."""

from __future__ import annotations

from pathlib import Path

from event_logs.objects import FOLDER, TABLES, ObjectLog
from event_logs.parquet import connection


def open_objects(
    folder: Path, *, name: str, source: str = "", zone: str = "Asia/Shanghai", spill: Path | None = None
) -> ObjectLog:
    """The log whose five Parquet files lie in the folder `objects` of this folder."""
    backend = connection(spill)
    tables = {
        table: backend.read_parquet(str(folder / FOLDER / f"{table}.parquet"), table_name=table).cast(schema)
        for table, schema in TABLES.items()
    }
    return ObjectLog(name, source=source, zone=zone, **tables)
