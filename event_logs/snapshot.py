"""Recorded events out of the database into Parquet: only what is new is read, the rest is shared with the snapshot before."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, Text, func, select, text, type_coerce

from event_logs.parquet import connection
from event_logs.reading.facts import BLOCK, EVENTS_SCHEMA
from event_logs.store import RecordedEvent, metadata

_EVENTS = metadata.tables[RecordedEvent.__tablename__]
_MANY_PARTS = 20


def take(engine: Engine, procedure: str, folder: Path, earlier: Mapping[int, Path], *, upto: int | None = None) -> int:
    """Fill `folder` with the parts and cases of a snapshot; answers its number, the last position that it holds."""
    with engine.connect() as session:
        number = _last(session, procedure, upto)
        if number in earlier:
            return number
        base = max((n for n in earlier if n < number), default=0)
        parts = folder / "events"
        parts.mkdir()
        shared = _share(earlier[base] / "events", parts) if base else 0
        rows = _rows(session, procedure, after=base if shared else 0, upto=number)
        _write(rows, parts / f"{number:020}.parquet")
    _write_cases(folder)
    return number


def _last(session: Connection, procedure: str, upto: int | None) -> int:
    """The last position that is certain: on PostgreSQL a writer may commit a lower one later, so writers are waited for."""
    if session.dialect.name == "postgresql":
        session.execute(text("LOCK TABLE events IN SHARE MODE"))
    query = select(func.max(_EVENTS.c.position)).where(_EVENTS.c.procedure == procedure)
    if upto is not None:
        query = query.where(_EVENTS.c.position <= upto)
    number = session.execute(query).scalar() or 0
    session.commit()
    return int(number)


def _share(parts: Path, into: Path) -> int:
    """Hard links, since parts never change; 0 where there are so many that writing them anew is better."""
    files = sorted(parts.glob("*.parquet"))
    if len(files) >= _MANY_PARTS:
        return 0
    for file in files:
        os.link(file, into / file.name)
    return len(files)


def _rows(session: Connection, procedure: str, *, after: int, upto: int) -> Iterator[pa.Table]:
    columns = [c if c.name != "attributes" else type_coerce(c, Text).label("attributes") for c in _EVENTS.c]
    query = (
        select(*[column for column in columns if column.name != "procedure"])
        .where(_EVENTS.c.procedure == procedure, _EVENTS.c.position > after, _EVENTS.c.position <= upto)
        .order_by(_EVENTS.c.position)
        .execution_options(yield_per=BLOCK)
    )
    for block in session.execute(query).mappings().partitions():
        yield pa.table({name: [row[name] for row in block] for name in EVENTS_SCHEMA.names}, EVENTS_SCHEMA)


def _write(tables: Iterator[pa.Table], path: Path) -> None:
    with pq.ParquetWriter(path, EVENTS_SCHEMA, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)


def _write_cases(folder: Path) -> None:
    """The attributes of a case are those of its first event; it is closed when an event says that it ended."""
    database: Any = connection().con
    database.execute(
        f"""
        COPY (
          SELECT case_id,
                 bool_or({_CLOSES}) AS closed,
                 arg_min(attributes, position) AS attributes
          FROM read_parquet('{_quoted(folder / "events" / "*.parquet")}')
          GROUP BY case_id ORDER BY min(position)
        ) TO '{_quoted(folder / "cases.parquet")}' (FORMAT parquet, COMPRESSION zstd)
        """
    )


# The engine says on the last event of a case in which state it ended; other recorders may mark it with `end`.
_CLOSES = "coalesce(json_exists(attributes, '$.case_state') OR json_extract(attributes, '$.end') = 'true', false)"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
