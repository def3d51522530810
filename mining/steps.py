"""The steps of every case in their order: one row for each piece of work that was done."""

from __future__ import annotations

import ibis

from event_logs.event import Lifecycle
from event_logs.log import EventLog
from event_logs.spans import microseconds

COLUMNS = ("case_id", "activity", "at", "position", "officer", "post", "office", "version")
NOT_DONE = (
    *(word.value for word in Lifecycle if word is not Lifecycle.COMPLETE),
    *("ate_abort", "pi_abort", "autoskip", "manualskip"),
)


def steps(log: EventLog) -> ibis.Table:
    """case_id, activity, at, position, officer, post, office, version: the completions of the log.

    Transitions that are none of ours (the statuses of a ticket, for example) count as completions, as they do for activity
    instances; so does an event that names no transition.
    """
    word = log.events.lifecycle.fill_null("complete").lower()
    return log.events.filter(~word.isin(NOT_DONE)).select(*COLUMNS)


def every_event(log: EventLog) -> ibis.Table:
    """The columns of `steps`, of all events whatever their lifecycle."""
    return log.events.select(*COLUMNS)


def in_sequence(told: EventLog | ibis.Table) -> ibis.Table:
    """case_id, activity, officer, at least, with previous_activity, previous_officer and elapsed_us, of a log or of `steps` rows.

    Read from the performed work where the log has it on file; recorded order where times tie.
    """
    kept = told.kept_performed() if isinstance(told, EventLog) else None
    if kept is not None:
        return kept.filter(kept.ordinal.notnull())
    rows = steps(told) if isinstance(told, EventLog) else told
    window = ibis.window(group_by="case_id", order_by=["at", "position"])
    return rows.mutate(
        previous_activity=rows.activity.lag().over(window),
        previous_officer=rows.officer.lag().over(window),
        elapsed_us=microseconds(rows["at"].lag().over(window), rows["at"]),
    )


def distinct_cases(rows: ibis.Table, before: str) -> ibis.Value:
    """How many cases have such a row; where `before` says how often there was one earlier in the case, the first ones are counted."""
    return rows.count(where=rows[before] == 0) if before in rows.columns else rows.case_id.nunique()


def in_seconds(microseconds: ibis.Value) -> ibis.Value:
    """Microseconds as seconds; cast first, because dividing a bigint is exact decimal on Spark and slow."""
    return microseconds.cast("float64") / 1e6
