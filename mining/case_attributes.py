"""What is known of each case as a whole: the attributes of its row in the log, and those of the event with which it began."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from event_logs import typed_json
from event_logs.log import EventLog

Attributes = Mapping[str, Any]


def case_attributes(log: EventLog, *, at_start: bool = False) -> dict[str, Attributes]:
    """By case; what its first event says comes before what the row of the case says.

    With `at_start` only what the first event says: a log does not say since when the attributes of a case's row are known.
    """
    events = log.events
    told = events.filter(events.attributes.notnull())
    opening = told.group_by("case_id").aggregate(own=told.attributes.argmin(told.position))
    given = log.cases.select("case_id", given=log.cases.attributes)
    rows = opening.outer_join(given, "case_id")
    named = rows.select(case_id=rows.case_id.coalesce(rows.case_id_right), own=rows.own, given=rows.given)
    table = named.order_by("case_id").to_pyarrow().to_pydict()
    return {
        str(case): {**({} if at_start else read_attributes(given)), **read_attributes(own)}
        for case, own, given in zip(table["case_id"], table["own"], table["given"], strict=True)
    }


def read_attributes(text: object) -> dict[str, Any]:
    """The attributes in the JSON text of a row; none where the text holds none."""
    if not isinstance(text, str) or text in ("", "{}"):
        return {}
    try:
        read = typed_json.loads(text)
    except json.JSONDecodeError:
        return {}
    return dict(read) if isinstance(read, dict) else {}
