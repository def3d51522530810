"""The steps of every case in their order: one row for each piece of work that was done."""

from __future__ import annotations

import ibis

from event_logs.event import Lifecycle
from event_logs.log import EventLog

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


def in_seconds(microseconds: ibis.Value) -> ibis.Value:
    """Microseconds as seconds; cast first, because dividing a bigint is exact decimal on Spark and slow."""
    return microseconds.cast("float64") / 1e6
