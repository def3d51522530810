"""The events of a log case by case, streamed, each with what is known of its case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
from ibis import _

from event_logs.log import EventLog

BATCH = 20_000


def by_case(log: EventLog) -> Iterator[dict[str, Any]]:
    """Rows of EVENTS and of the case (`closed`, `case_attributes`): cases as they first appear, events as they were recorded."""
    for batch in case_batches(log):
        yield from batch.to_pylist()


def case_batches(log: EventLog) -> Iterator[Any]:
    """The same as Arrow batches."""
    of_case = ibis.window(group_by="case_id")
    cases = log.cases.select("case_id", "closed", case_attributes=_.attributes)
    events = log.events.mutate(first=_.position.min().over(of_case))
    rows = (
        events.left_join(cases, "case_id").drop("case_id_right").order_by("first", "case_id", "position").drop("first")
    )
    yield from _batches(rows)


def _batches(rows: ibis.Table) -> Iterator[Any]:
    """Arrow batches. Ibis 12 asks DuckDB 2 for a method that it no longer has, so DuckDB is asked directly."""
    backend = rows.get_backend()
    if backend.name == "duckdb":
        yield from backend.con.sql(str(ibis.to_sql(rows, dialect="duckdb"))).to_arrow_reader(BATCH)
    else:
        yield from rows.to_pyarrow_batches(chunk_size=BATCH)
