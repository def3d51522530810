"""Performed work: every activity instance with what came before and after it in its case, how long it waited and took."""

from __future__ import annotations

from typing import Any

import ibis
from ibis import _

from event_logs.activity_instances import ACTIVITY_INSTANCES, activity_instances
from event_logs.log import EventLog
from event_logs.spans import microseconds

PERFORMED = ibis.schema(
    {
        "case_no": "int64",  # a number of the case within this log, from 0
        "ordinal": "int64",  # 0, 1, … among the completed work of the case, by completion; null for what is not completed
        **ACTIVITY_INSTANCES,
        "previous_activity": "string",  # of the completed work right before; null at the first
        "next_activity": "string",
        "previous_officer": "string",
        "next_officer": "string",
        "times": "int64",  # how often the case has completed this activity
        "enabled_by": "string",  # the last activity completed when this was enabled; null at the first
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
    not asked here. What was scheduled for nobody and never begun (a message, a timer) waited until it was completed. `ordinal`, `previous_…`, `next_…` and `elapsed_us` follow the order of completion, recorded order where times tie.
    """
    kept = log.kept_performed()
    return computed(log) if kept is None else kept


def computed(log: EventLog) -> ibis.Table:
    """The same, always from the events."""
    numbers = log.events.select("case_id").distinct()
    numbers = numbers.mutate(case_no=ibis.row_number().over(order_by="case_id"))
    return sequenced(activity_instances(log).join(numbers, "case_id"))


def sequenced(instances: ibis.Table, *, only_completions: bool = False) -> ibis.Table:
    """Activity instances that have a `case_no` already, with all other columns of PERFORMED.

    Where it is known that the log tells `only_completions`, nothing is looked for that was scheduled or begun.
    """
    done = instances.completed.notnull() & ~instances.withdrawn
    ordered = _in_order(instances.filter(done))
    if only_completions:
        never = ibis.null("timestamp('UTC', 6)")
        told = ordered.mutate(known=ibis.literal(False), enabling=ibis.null("string"), enabled=never)
    else:
        told = _enabled(ordered)
    parts = (_timed(told), _beside(instances.filter(~done)))
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
        begun=ibis.coalesce(_.started, ibis.ifelse(_.scheduled.notnull() & _.officer.isnull(), _.completed, _.started)),
    )
    return rows.mutate(times=_.count().over(ibis.window(group_by=[*_OF_CASE, "activity"])))


def _enabled(rows: ibis.Table) -> ibis.Table:
    told = _enablement(rows.filter(_.begun.notnull() | _.scheduled.notnull()), rows)
    return rows.left_join(told, ["case_no", "position"]).drop("case_no_right", "position_right")


def _timed(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(
        enabled_by=ibis.ifelse(_.known.fill_null(False), _.enabling, _.previous_activity),
        elapsed_us=microseconds(_.before, _.completed),
        waiting_us=_never_negative(microseconds(_.enabled, _.begun)),
        processing_us=_never_negative(microseconds(_.started, _.completed) - _.suspended_us),
    )


def _enablement(begun: ibis.Table, rows: ibis.Table) -> ibis.Table:
    """When and by what each of these was enabled: as recorded, else with the last completion of its case until it was begun.

    Beginnings and completions of a case are put on one line of time; the last completion so far is what a beginning looks back on.
    """
    never = ibis.null("timestamp('UTC', 6)")
    ends = rows.select(
        "case_no", "position", at="completed", end="completed", activity="activity", begins=False, scheduled=never
    )
    starts = begun.select(
        "case_no",
        "position",
        at=ibis.least(ibis.coalesce(_.scheduled, _.begun), ibis.coalesce(_.begun, _.scheduled)),
        end=never,
        activity=ibis.null("string"),
        begins=True,
        scheduled="scheduled",
    )
    # A row's own completion never enables it: where both happen at one instant its start comes first.
    so_far = ibis.cumulative_window(group_by=_OF_CASE, order_by=["at", "position", ibis.desc("begins")])
    line = ends.union(starts).mutate(latest=_.end.max().over(so_far), number=_.end.count().over(so_far))
    # Under each number there is one completion, and the beginnings until the next one.
    line = line.mutate(enabling=_.activity.max().over(ibis.window(group_by=[*_OF_CASE, "number"])))
    found = line.filter(_.begins)
    return found.select(
        "case_no", "position", "enabling", known=ibis.literal(True), enabled=ibis.coalesce(_.scheduled, _.latest)
    )


def _beside(rest: ibis.Table) -> ibis.Table:
    """Work that is open or was withdrawn stands in no order; how long it waited is known where it was begun."""
    text, number = ibis.null("string"), ibis.null("int64")
    return rest.mutate(
        ordinal=number,
        previous_activity=text,
        next_activity=text,
        previous_officer=text,
        next_officer=text,
        times=number,
        enabled_by=text,
        elapsed_us=number,
        processing_us=number,
        waiting_us=_never_negative(microseconds(_.scheduled, _.started)),
    )


def _never_negative(span: Any) -> Any:
    """(`greatest` would make 0 of what is not known.)"""
    return ibis.ifelse(span < 0, 0, span)
