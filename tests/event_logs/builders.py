"""Small logs for tests, told as tuples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import pandas as pd

from event_logs.log import CASES, EVENTS, EventLog

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai


def minute(n: float) -> datetime:
    return MONDAY + timedelta(minutes=n)


def log_of(events: Sequence[dict[str, Any]], cases: Sequence[dict[str, Any]] | None = None) -> EventLog:
    """Events as dictionaries of EVENTS; what they leave out is null, cases are made from them unless given."""
    plain = {
        "instance": None,
        "version": None,
        "officer": None,
        "post": None,
        "office": None,
        "attributes": "{}",
        "zone": None,
    }
    rows = [{**plain, "position": n, **event} for n, event in enumerate(events)]
    ids = dict.fromkeys(row["case_id"] for row in rows)
    known = cases if cases is not None else [{"case_id": one, "closed": None, "attributes": "{}"} for one in ids]
    backend = ibis.duckdb.connect()
    frames = (pd.DataFrame(rows, columns=list(EVENTS.names)), pd.DataFrame(known, columns=list(CASES.names)))
    frames[0]["at"] = pd.to_datetime(frames[0]["at"], utc=True).astype("datetime64[us, UTC]")
    tables = [
        backend.create_table(name, ibis.memtable(frame, schema=schema))
        for name, frame, schema in zip(("events", "cases"), frames, (EVENTS, CASES), strict=True)
    ]
    return EventLog("small", *tables)


def happened(activity: str, lifecycle: str, at: float, officer: str | None = None, **others: Any) -> dict[str, Any]:
    return {
        "case_id": "1",
        "activity": activity,
        "lifecycle": lifecycle,
        "at": minute(at),
        "officer": officer,
        **others,
    }
