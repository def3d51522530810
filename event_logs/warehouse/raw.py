"""The recorded events as they are, without the warehouse and its rules: for an export that has to prove itself."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from ibis import _
from sqlalchemy import Engine

from event_logs.engines import duckdb, read
from event_logs.log import CASES, EventLog, as_events
from event_logs.warehouse.flow import read as read_recorded
from event_logs.warehouse.lake import SCHEMA
from event_logs.warehouse.maintained import cases_of


def recorded_log(engine: Engine, procedure: str, folder: Path, *, upto: int, zone: str) -> EventLog:
    """The events of a procedure up to a position; they lie in `folder` as long as the log is used."""
    path = folder / "events.parquet"
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer, engine.connect() as connection:
        for table in read_recorded(connection, after=0, upto=upto, procedure=procedure):
            writer.write_table(table.select(SCHEMA.names))
    backend = duckdb(folder / "spill")
    events = as_events(read(backend, [path], "events"))
    cases = cases_of(events).order_by(_.first_position).select(*CASES.names).cast(CASES)
    return EventLog(procedure, events, cases, f"recorded events up to position {upto}", zone)
