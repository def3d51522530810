"""The steps of a log with what came before and after each, as the filters by path need them."""

from __future__ import annotations

import ibis

from event_logs.log import EventLog
from event_logs.spans import microseconds
from mining.steps import steps


def steps_in_order(log: EventLog) -> ibis.Table:
    """case_id, activity, officer, at, row, previous_activity, previous_officer, elapsed_us, last (whether it is the last so far).

    From the maintained table of performed work where the log has it, else from its events: the rows are the same.
    """
    kept = log.kept_performed()
    if kept is not None:
        done = kept.filter(kept.ordinal.notnull())
        return done.select(
            "case_id",
            "activity",
            "officer",
            "previous_activity",
            "previous_officer",
            "elapsed_us",
            at=done.completed,
            row=done.ordinal,
            last=done.next_activity.isnull(),
        )
    by = ibis.window(group_by="case_id", order_by=["at", "position"])
    rows = steps(log)
    return rows.select(
        "case_id",
        "activity",
        "officer",
        previous_activity=rows.activity.lag().over(by),
        previous_officer=rows.officer.lag().over(by),
        elapsed_us=microseconds(rows["at"].lag().over(by), rows["at"]),
        at=rows["at"],
        row=ibis.row_number().over(by),
        last=rows.activity.lead().over(by).isnull(),
    )


def cases_of(rows: ibis.Table) -> ibis.Table:
    """The cases of some rows, each once."""
    return rows.select("case_id").distinct()
