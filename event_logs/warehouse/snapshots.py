"""Snapshots: a procedure's events up to a position, for ever the same rows, whichever files hold them meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.csv as pa_csv
from ibis import _

from event_logs import typed_json
from event_logs.courses import COURSES
from event_logs.engines import DUCKDB, connect, duckdb, read
from event_logs.errors import SnapshotGone
from event_logs.log import CASES, EVENTS, EventLog, as_events
from event_logs.parquet import holds
from event_logs.performed import PERFORMED
from event_logs.warehouse.folders import put_text
from event_logs.warehouse.lake import LAYOUT, Generation, Lake, Maintained, Manifest
from event_logs.warehouse.maintained import cases_of, maintain, tables


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What is on file of it. `parts` are the files and rows that it was taken from; later readers may find the rows in others."""

    procedure: str
    number: int
    taken: datetime | None
    zone: str
    rows: int
    parts: tuple[tuple[str, int], ...]
    generations: tuple[Generation, ...] | None  # of the maintained tables, where they were those of this very position

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        put_text(folder / "log.json", typed_json.dumps(asdict(self)) + "\n")


def snapshot_of(told: Mapping[str, Any]) -> Snapshot:
    generations = told["generations"]
    return Snapshot(
        procedure=told["procedure"],
        number=told["number"],
        taken=told["taken"],
        zone=told["zone"],
        rows=told["rows"],
        parts=tuple((file, rows) for file, rows in told["parts"]),
        generations=None if generations is None else tuple(Generation(**one) for one in generations),
    )


def take(
    lake: Lake, procedure: str, *, now: datetime | None, zone: str, upto: int | None = None, spill: Path | None = None
) -> Snapshot:
    """The snapshot at the last position of the procedure, or the last one up to there; its maintained tables are made current."""
    parts = lake.manifest().of(procedure)
    newest = max((part.last for part in parts), default=0)
    number = newest if upto is None or newest <= upto else _last(lake, parts, upto, spill)
    current = maintained(lake, procedure, now, spill) if number == newest else None
    manifest = lake.manifest()
    held = [(part.file, _rows_until(lake, part, number, spill)) for part in manifest.of(procedure, upto=number)]
    return Snapshot(
        procedure=procedure,
        number=number,
        taken=now,
        zone=zone,
        rows=sum(rows for _, rows in held),
        parts=tuple(held),
        generations=current.generations if current else None,
    )


def maintained(lake: Lake, procedure: str, now: datetime | None, spill: Path | None) -> Maintained:
    """The maintained tables of a procedure, brought up to what is in the lake."""
    known = lake.manifest()
    current = known.maintained.get(procedure, Maintained())
    if current.through == known.through and current.layout == LAYOUT:
        return current
    with lake.changing():
        manifest = lake.manifest()
        before = manifest.maintained.get(procedure, Maintained())
        after = maintain(lake, duckdb(spill), manifest, procedure)
        old = {file for one in before.generations for file in one.files}
        fresh = {file for one in after.generations for file in one.files}
        manifest = replace(manifest, maintained={**manifest.maintained, procedure: after})
        lake.commit(manifest.without(old - fresh, now) if now else manifest)
        return after


def open_snapshot(
    lake: Lake, snapshot: Snapshot, *, source: str, engine: str = DUCKDB, spill: Path | None = None
) -> EventLog:
    """The log of a snapshot, lazily; raises SnapshotGone."""
    manifest = lake.manifest()
    _refuse_gone(manifest, snapshot)
    backend = connect(engine, spill)
    events = _events(lake, manifest, snapshot, backend)
    generations = snapshot.generations or ()
    if not _on_file(lake, generations):
        cases = cases_of(events).order_by("first_position")
        return EventLog(snapshot.procedure, events, cases.select(*CASES.names).cast(CASES), source, snapshot.zone)
    performed, cases = tables(lake, backend, generations, "maintained")
    courses = cases.select(*COURSES.names).cast(COURSES)
    cases = cases.order_by("case_no").select(*CASES.names).cast(CASES)
    log = EventLog(snapshot.procedure, events, cases, source, snapshot.zone)
    return log.with_performed(performed.cast(PERFORMED), courses)


def _on_file(lake: Lake, generations: Sequence[Generation]) -> bool:
    """Whether they are all there, with the columns of this version of the product."""
    return bool(generations) and all(
        holds(lake.folder / one.performed, PERFORMED)
        and holds(lake.folder / one.cases, COURSES)
        and (one.gone is None or (lake.folder / one.gone).exists())
        for one in generations
    )


def content_digest(log: EventLog) -> str:
    """SHA-256 over all rows of a log, events by position and cases by name: equal where and only where the rows are."""
    found = hashlib.sha256()
    for table in (log.events.order_by("position"), log.cases.order_by("case_id")):
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(table.to_pyarrow(), sink)
        found.update(sink.getvalue())
    return found.hexdigest()


def _events(lake: Lake, manifest: Manifest, snapshot: Snapshot, backend: Any) -> ibis.Table:
    parts = manifest.of(snapshot.procedure, upto=snapshot.number)
    if not parts:
        return ibis.memtable(pa.Table.from_pylist([], EVENTS.to_pyarrow()))
    events = as_events(read(backend, lake.paths(parts), "events"))
    return events.filter(_.position <= snapshot.number) if any(p.last > snapshot.number for p in parts) else events


def _refuse_gone(manifest: Manifest, snapshot: Snapshot) -> None:
    parts = manifest.of(snapshot.procedure, upto=snapshot.number)
    if manifest.gone_before and sum(part.rows for part in parts) < snapshot.rows:
        raise SnapshotGone(snapshot.procedure, snapshot.number, manifest.gone_before)


def _last(lake: Lake, parts: list[Any], upto: int, spill: Path | None) -> int:
    files = lake.paths(part for part in parts if part.first <= upto)
    if not files:
        return 0
    positions = read(duckdb(spill), files, "events")
    return int(positions.filter(_.position <= upto).position.max().execute())


def _rows_until(lake: Lake, part: Any, number: int, spill: Path | None) -> int:
    if part.last <= number:
        return int(part.rows)
    rows = read(duckdb(spill), lake.paths([part]), "events")
    return int(rows.filter(_.position <= number).count().execute())
