"""Performed work and courses written into files: sorted by case, some cases at a time.

The expressions are compiled to SQL once in a process: over tables of fixed names, since composing them takes longer than asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from event_logs.activity_instances import TOLD, instances_of
from event_logs.courses import COURSES, TIMES, courses_of, times_of
from event_logs.engines import duckdb, read
from event_logs.log import EVENTS, as_events
from event_logs.performed import PERFORMED, sequenced
from event_logs.warehouse.folders import sync

MEMORY_LIMIT = "500MB"  # an import must not need more memory because its file is large
AT_ONCE = 400_000  # events whose work is computed together: what bounds the memory
ROW_GROUP = 200_000
_NUMBERED = """
CREATE TEMP TABLE numbers AS
SELECT times.*, closed, row_number() OVER (ORDER BY first_position) - 1 AS case_no FROM times LEFT JOIN cases USING (case_id)"""
_NEEDED = {name: kind for name, kind in EVENTS.items() if name not in ("attributes", "zone")}
_COLUMNS = ", ".join(f'"{name}"' for name in _NEEDED)


def write_performed_work(folder: Path, spill: Path) -> None:
    """Add `performed.parquet` and `courses.parquet` to a folder with the events of a log; cases are numbered in their order there."""
    backend = duckdb(spill, memory=MEMORY_LIMIT)
    events = as_events(read(backend, [folder / "events.parquet"], "events"))
    read(backend, [folder / "cases.parquet"], "cases")
    backend.create_table("times", times_of(events), temp=True)
    backend.con.execute(_NUMBERED)
    write_performed(backend, "events", folder / "performed.parquet")
    read(backend, [folder / "performed.parquet"], "performed")
    write(backend, _courses(backend.con), folder / "courses.parquet", COURSES)


def write_performed(backend: Any, source: str, target: Path) -> int:
    """Performed work of the cases in the table `numbers` (case_id, case_no, first_position, last_position) from the events in
    the relation `source`; says how many rows.
    """
    return write(backend, _chunks(backend.con, source), target, PERFORMED)


def _chosen(connection: Any, source: str) -> Iterator[str]:
    """Some cases at a time: they are laid into `chosen`; says the condition on `case_no` that chooses them."""
    [(first, last)] = connection.execute("SELECT min(case_no), max(case_no) FROM numbers").fetchall()
    if first is None:
        return
    [(rows,)] = connection.execute(f"SELECT count(*) FROM {source}").fetchall()
    step = max(1, -(-(last + 1 - first) * AT_ONCE // max(rows, AT_ONCE)))
    for low in range(first, last + 1, step):
        bounds = f"case_no >= {low} AND case_no < {low + step}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS FROM numbers WHERE {bounds}")
        yield bounds


def _courses(connection: Any) -> Iterator[str]:
    for bounds in _chosen(connection, "performed"):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW walked AS FROM performed WHERE {bounds}")
        yield courses_sql("chosen", "walked")


def _chunks(connection: Any, source: str) -> Iterator[str]:
    """For some cases at a time: their events are laid into `chunk`, and the query of their performed work."""
    for _bounds in _chosen(connection, source):
        [span] = connection.execute("SELECT min(first_position), max(last_position) FROM chosen").fetchall()
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE chunk AS SELECT {_COLUMNS} FROM {source}"
            " WHERE position BETWEEN ? AND ? AND case_id IN (SELECT case_id FROM chosen)",
            span,
        )
        words = connection.execute("SELECT DISTINCT lifecycle FROM chunk").fetchall()
        [(named,)] = connection.execute("SELECT bool_or(instance IS NOT NULL) FROM chunk").fetchall()
        yield performed_sql(frozenset(word for (word,) in words) & TOLD, bool(named))


@cache
def performed_sql(transitions: frozenset[str], instances: bool) -> str:
    """The performed work of the events in `chunk`, of the cases that `chosen` numbers."""
    numbers = ibis.table({"case_id": "string", "case_no": "int64"}, name="chosen")
    events = ibis.table(_NEEDED, name="chunk")
    found = instances_of(events, transitions, instances=instances)
    only_completions = not transitions & {"schedule", "start"}
    table = sequenced(found.join(numbers.select("case_id", "case_no"), "case_id"), only_completions=only_completions)
    return _compiled(table.order_by("case_no", ibis.asc("ordinal", nulls_first=False), "position"), PERFORMED)


@cache
def courses_sql(numbers: str = "numbers", work: str = "performed") -> str:
    """The courses of the cases in the table `numbers`, which has their times too, and of their performed work."""
    times = ibis.table({"case_no": "int64", **TIMES, "closed": "boolean"}, name=numbers)
    return _compiled(courses_of(times, ibis.table(PERFORMED, name=work)).order_by("case_no"), COURSES)


def _compiled(table: ibis.Table, schema: ibis.Schema) -> str:
    return str(ibis.to_sql(table.select(*schema.names), dialect="duckdb"))


def write(backend: Any, queries: Iterable[str], target: Path, schema: ibis.Schema) -> int:
    """The rows of these queries in one file with the columns of the schema, streamed; says how many."""
    part, wanted, rows = target.with_name(f".{target.name}.part"), schema.to_pyarrow(), 0
    with pq.ParquetWriter(part, wanted, compression="zstd") as writer:
        for query in queries:
            for batch in backend.con.sql(query).to_arrow_reader(ROW_GROUP):
                # DuckDB adds integers up to wider ones, which Ibis does not know of: the cast is done here.
                writer.write_table(pa.Table.from_batches([batch]).cast(wanted))
                rows += batch.num_rows
    sync(part)
    part.replace(target)
    return rows
