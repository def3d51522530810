"""The course of every case: when it began and ended, where it ran, and the path that it took."""

from __future__ import annotations

from typing import Any

import ibis
from ibis import _

from event_logs.engines import DUCKDB
from event_logs.event import Lifecycle

SEPARATOR = "\x1f"  # the ASCII unit separator: no activity's name holds it
_WIDTH = 7  # digits of the row number; a case of more than ten million steps is no case

TIMES = ibis.schema(
    {
        "case_id": "string",
        "first_at": "timestamp('UTC', 6)",
        "last_at": "timestamp('UTC', 6)",
        "first_position": "int64",
        "last_position": "int64",
        "office": "string",  # the first that was recorded
        "version": "int64",
        "withdrawn": "boolean",  # whether the last event was a withdrawal
        "events": "int64",
    }
)
COURSES = ibis.schema(
    {
        "case_no": "int64",  # as in the performed work
        **TIMES,
        "closed": "boolean",  # null where the source does not say
        "path": "string",  # its completed activities in their order, joined with SEPARATOR; null, as the next three, without any
        "length": "int64",
        "done_first_at": "timestamp('UTC', 6)",
        "done_last_at": "timestamp('UTC', 6)",
    }
)


def times_of(events: ibis.Table) -> ibis.Table:
    """The columns TIMES, one row a case, from its events."""
    cases = events.group_by("case_id").agg(
        first_at=_["at"].min(),
        last_at=_["at"].max(),
        first_position=_.position.min(),
        last_position=_.position.max(),
        office=_.office.argmin(_.position, where=_.office.notnull()),
        version=_.version.min(),
        withdrawn=_.lifecycle.argmax(_.position) == Lifecycle.WITHDRAW.value,
        events=_.count(),
    )
    return cases.select(*TIMES.names)


def paths(rows: ibis.Table) -> ibis.Table:
    """case_id, path, length, first_at, last_at: one row a case of a table with case_id, activity, at, position.

    DuckDB collects in an order; elsewhere the order is put in front of each name with a fixed width, collected, sorted and cut off
    again: Ibis has no ordered aggregate that DuckDB, PostgreSQL and Spark share.
    """
    if rows.get_backend().name == DUCKDB:
        return rows.group_by("case_id").aggregate(
            path=rows.activity.collect(order_by=[rows["at"], rows.position]).join(SEPARATOR),
            length=rows.count(),
            first_at=rows["at"].min(),
            last_at=rows["at"].max(),
        )
    window = ibis.window(group_by="case_id", order_by=["at", "position"])
    return _joined(rows.mutate(ordinal=ibis.row_number().over(window)), "case_id", rows["at"])


def courses_of(times: ibis.Table, performed: ibis.Table) -> ibis.Table:
    """The columns COURSES from those of TIMES with `case_no` and `closed`, and the performed work of the same cases."""
    done = performed.filter(performed.ordinal.notnull())
    walked = _joined(done, "case_no", done.completed).rename(done_first_at="first_at", done_last_at="last_at")
    return times.left_join(walked, "case_no").drop("case_no_right").select(*COURSES.names).cast(COURSES)


def _joined(rows: ibis.Table, case: str, at: Any) -> ibis.Table:
    marked = rows.select(case, at=at, entry=(rows.ordinal + 10**_WIDTH).cast("string") + rows.activity)
    cases = marked.group_by(case).aggregate(
        entries=marked.entry.collect(), length=marked.count(), first_at=marked["at"].min(), last_at=marked["at"].max()
    )
    names = cases.entries.sort().map(lambda entry: entry.substr(_WIDTH + 1))
    return cases.select(case, "length", "first_at", "last_at", path=names.join(SEPARATOR))
