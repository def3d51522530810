"""The line of every object: its events in order, each with the one before and after."""

from __future__ import annotations

from typing import Any

import ibis

from event_logs.objects import ObjectLog


def lines(log: ObjectLog) -> ibis.Table:
    """event_id, position, activity, at, object_id, type, before_activity, before_at, next_activity; a row an event and object.

    An event that concerns an object in several ways is one row; recorded order where times tie. Concerns about objects or events
    that the log does not have are left out.
    """
    events = log.events.select("event_id", "position", "activity", "at")
    told = log.concerns.select("event_id", "object_id").distinct()
    rows = told.inner_join(events, "event_id").inner_join(log.objects, "object_id")
    rows = rows.select("event_id", "position", "activity", "at", "object_id", "type")
    by = ibis.window(group_by="object_id", order_by=["at", "position"])
    return rows.mutate(
        before_activity=rows.activity.lag().over(by),
        before_at=rows["at"].lag().over(by),
        next_activity=rows.activity.lead().over(by),
    )


def rows_of(table: ibis.Table) -> list[dict[str, Any]]:
    """Each row as a dictionary by column, computed once: what the dataclasses of this folder are made from."""
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
