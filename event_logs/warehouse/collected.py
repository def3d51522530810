"""Collected events as a named log that every analysis reads; those that came late stand where their time puts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.collecting import aside
from event_logs.collecting.tables import CollectedEvent
from event_logs.errors import LogExists
from event_logs.reading import ColumnMapping, Reading
from event_logs.reading.facts import FactWriter
from event_logs.reading.repaired import write_aside
from event_logs.reading.stamps import Clock
from event_logs.warehouse import Warehouse, log_facts
from event_logs.warehouse.folders import building, put
from event_logs.warehouse.performed_work import write_performed_work

SOURCE = "collected events"
_BLOCK = 20_000
_TEXTS = ("case_id", "activity", "lifecycle", "officer", "post", "office")


def shelve(session: Session, store: Warehouse, log: str, *, now: datetime) -> bool:
    """Write the log anew, with the rows set aside beside it, if either changed since; raises LogExists where a log of that name was imported from a file."""
    [(last, count)] = session.execute(
        select(func.max(CollectedEvent.position), func.count()).where(CollectedEvent.log == log)
    ).all()
    # Counted, too: of two writers at once, the lower position may come to light after the higher one.
    mark = f"{SOURCE} up to {last}, {count} in all, {aside.mark(session, log)}"
    if log in store.names():
        kept = store.facts(log)
        if not str(kept["sha256"]).startswith(SOURCE):
            raise LogExists(log)
        if kept["sha256"] == mark:
            return False
    if not last:
        return False
    with building(store.logs) as folder:
        clock = Clock("UTC")
        with FactWriter(folder, clock.instants) as writer:
            _write(session, log, last, writer)
        counts = replace(writer.counts, set_aside=write_aside(folder, *aside.rows_aside(session, log)))
        mapping = ColumnMapping(case_id="case_id", activity="activity", timestamp="at")
        reading = Reading(source=SOURCE, sha256=mark, counts=counts, mapping=mapping, notes=(), header={})
        facts = typed_json.dumps(log_facts(log, reading, now))
        (folder / "log.json").write_text(facts + "\n", encoding="utf-8")
        write_performed_work(folder, store.spill)
        put(folder, store.logs / log)
    return True


def _write(session: Session, log: str, last: int, writer: FactWriter) -> None:
    query = (
        select(CollectedEvent)
        .where(CollectedEvent.log == log, CollectedEvent.position <= last)
        .order_by(CollectedEvent.at, CollectedEvent.position)
        .execution_options(yield_per=_BLOCK)
    )
    for rows in session.scalars(query).partitions():
        columns: dict[str, Any] = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in _TEXTS}
        columns |= {name: pa.nulls(len(rows), pa.string()) for name in ("instance", "zone")}
        columns["version"] = pa.nulls(len(rows), pa.int64())
        columns["attributes"] = pa.array([typed_json.dumps(row.attributes) for row in rows], pa.string())
        writer.add_block(columns, pa.array([row.at for row in rows], pa.timestamp("us", "UTC")))
        session.expunge_all()
