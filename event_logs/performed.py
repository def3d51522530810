"""Performed work: every activity instance with what came before and after it in its case, how long it waited and took."""

from __future__ import annotations

from typing import Any

import ibis
from ibis import _

from event_logs.activity_instances import ACTIVITY_INSTANCES, activity_instances
from event_logs.log import EventLog

PERFORMED = ibis.schema(
    {
        "case_no": "int64",  # a number of the case within this log, from 0
        "ordinal": "int64",  # 0, 1, … among the completed work of the case, by completion; null for what is not completed
        **ACTIVITY_INSTANCES,
        "previous_activity": "string",  # of the completed work right before; null at the first
        "next_activity": "string",
        "previous_officer": "string",
        "next_officer": "string",
        "elapsed_us": "int64",  # since the completion right before; null at the first
        "waiting_us": "int64",  # from enablement until it was begun; null where either is unknown
        "processing_us": "int64",  # from begun to completed, without suspension; null where the start is unknown
    }
)
_OF_CASE = ["case_no"]
_ORDER = ["completed", "position"]


def performed(log: EventLog) -> ibis.Table:
    """A lazy table with the columns PERFORMED, one row an activity instance.

    A log of the warehouse has it on file (`EventLog.performed`), any other is computed. Enablement is what was recorded
    (`scheduled`), else the last completion of the case until the work was begun; which activities of a model run side by side is
    not asked here. `ordinal`, `previous_…`, `next_…` and `elapsed_us` follow the order of completion, recorded order where times tie.
    """
    kept = log.kept_performed()
    return computed(log) if kept is None else kept


def computed(log: EventLog) -> ibis.Table:
    """The same, always from the events."""
    numbers = log.events.select("case_id").distinct()
    numbers = numbers.mutate(case_no=ibis.row_number().over(order_by="case_id"))
    return sequenced(activity_instances(log).join(numbers, "case_id"))


def sequenced(instances: ibis.Table) -> ibis.Table:
    """Activity instances that have a `case_no` already, with all other columns of PERFORMED."""
    done = instances.completed.notnull() & ~instances.withdrawn
    parts = (_in_order(instances.filter(done)), _beside(instances.filter(~done)))
    return ibis.union(*(part.select(*PERFORMED.names).cast(PERFORMED) for part in parts))


def _in_order(done: ibis.Table) -> ibis.Table:
    by = ibis.window(group_by=_OF_CASE, order_by=_ORDER)
    rows = done.mutate(
        ordinal=ibis.row_number().over(by),
        previous_activity=_.activity.lag().over(by),
        next_activity=_.activity.lead().over(by),
        previous_officer=_.officer.lag().over(by),
        next_officer=_.officer.lead().over(by),
        before=_.completed.lag().over(by),
    )
    rows = rows.left_join(_enablement(rows), ["case_no", "position"]).drop("case_no_right", "position_right")
    return rows.mutate(
        elapsed_us=_span(_.before, _.completed),
        waiting_us=_never_negative(_span(_.enabled, _.started)),
        processing_us=_never_negative(_span(_.started, _.completed) - _.suspended_us),
    )


def _enablement(rows: ibis.Table) -> ibis.Table:
    """When each row with a known start was enabled: recorded, else the last completion of its case until then.

    Starts and completions of a case are put on one line of time; the greatest completion so far is what a start looks back on.
    """
    ends = rows.select(
        "case_no", "position", at="completed", end="completed", begins=False, scheduled=ibis.null("timestamp('UTC', 6)")
    )
    starts = rows.filter(_.started.notnull()).select(
        "case_no", "position", at="started", end=ibis.null("timestamp('UTC', 6)"), begins=True, scheduled="scheduled"
    )
    # A row's own completion never enables it: where both happen at one instant its start comes first.
    so_far = ibis.cumulative_window(group_by=_OF_CASE, order_by=["at", "position", ibis.desc("begins")])
    line = ends.union(starts).mutate(latest=_.end.max().over(so_far))
    return line.filter(_.begins).select("case_no", "position", enabled=ibis.coalesce(_.scheduled, _.latest))


def _beside(rest: ibis.Table) -> ibis.Table:
    """Work that is open or was withdrawn stands in no order; how long it waited is known where it was begun."""
    text, number = ibis.null("string"), ibis.null("int64")
    return rest.mutate(
        ordinal=number,
        previous_activity=text,
        next_activity=text,
        previous_officer=text,
        next_officer=text,
        elapsed_us=number,
        processing_us=number,
        waiting_us=_never_negative(_span(_.scheduled, _.started)),
    )


def _span(begin: Any, end: Any) -> Any:
    return end.delta(begin, unit="microsecond")


def _never_negative(microseconds: Any) -> Any:
    """(`greatest` would make 0 of what is not known.)"""
    return ibis.ifelse(microseconds < 0, 0, microseconds)
