"""The tables of an object-centric log through DuckDB: those in a folder, or rows at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

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


def objects_from(
    rows: Mapping[str, Sequence[tuple[Any, ...]]], *, name: str, source: str = "", zone: str = "Asia/Shanghai"
) -> ObjectLog:
    """The log of rows at hand, by the names of the tables, each as its schema has it."""
    backend = connection()
    tables = {}
    for table, schema in TABLES.items():
        columns = list(zip(*rows[table], strict=True)) or [()] * len(schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema.to_pyarrow(), strict=True)]
        tables[table] = backend.create_table(table, ibis.memtable(pa.table(arrays, names=list(schema.names)))).cast(
            schema
        )
    return ObjectLog(name, source=source, zone=zone, **tables)
