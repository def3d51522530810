"""Rows of an import that were set aside, mended and fed in again: what is good now joins the log, the rest stays aside."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from event_logs import typed_json
from event_logs.errors import NotRepairable
from event_logs.reading.aside import FILE
from event_logs.reading.facts import BLOCK, EVENTS_SCHEMA
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.paths import Paths
from event_logs.reading.repaired import AsideRow, read_aside, read_rows, write_aside
from event_logs.warehouse import Warehouse
from event_logs.warehouse.folders import building, put
from event_logs.warehouse.performed_work import write_performed_work


@dataclass(frozen=True, kw_only=True)
class RepairReport:
    """How many rows went in; `set_aside` are those that wait still, in `set_aside_file` with their reasons."""

    name: str
    added: int
    set_aside: int
    set_aside_file: Path | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"set_aside_file": None if self.set_aside_file is None else str(self.set_aside_file)}


def repair(store: Warehouse, name: str, path: Path, *, now: datetime) -> RepairReport:
    """Add the rows of a mended set-aside file to the log; a row whose line waits no more has gone in and is passed over.

    Raises UnknownLog, NotRepairable for a log that was not read from a table, and UnreadableLog.
    """
    facts, kept = store.facts(name), store.logs / name
    if facts.get("table") is None:
        raise NotRepairable(name)
    header = list(facts["table"]["kinds"])
    told = {row.line: row for row in read_aside(path, header)}
    waiting = {row.line: row for row in read_aside(kept / FILE, header)} if (kept / FILE).exists() else {}
    mended = [told[line] for line in sorted(told) if line in waiting]
    added = _add(store, facts, mended, waiting, path.name, now) if mended else 0
    aside = kept / FILE
    return RepairReport(
        name=name,
        added=added,
        set_aside=store.report(name).set_aside,
        set_aside_file=aside if aside.exists() else None,
    )


def _add(
    store: Warehouse,
    facts: dict[str, Any],
    mended: list[AsideRow],
    waiting: dict[int, AsideRow],
    file: str,
    now: datetime,
) -> int:
    kept, mapping, counts = store.logs / facts["name"], ColumnMapping(**facts["mapping"]), facts["counts"]
    header = list(facts["table"]["kinds"])
    with building(store.logs) as folder:
        fresh = folder / "fresh"
        fresh.mkdir()
        added = read_rows(mended, fresh, mapping, facts["table"], before=counts["events"]).counts
        bad = read_aside(fresh / FILE, header) if added.set_aside else []
        untouched = [row for line, row in waiting.items() if line not in {row.line for row in mended}]
        aside = write_aside(folder, header, [*untouched, *bad])
        paths = _join_events(kept, fresh, folder, mapping)
        cases = _join_cases(kept, fresh, folder)
        shutil.rmtree(fresh)
        told = {
            "cases": cases,
            "events": counts["events"] + added.events,
            "facts": counts["facts"] + added.facts,
            "activities": paths.activities,
            "variants": paths.cases_and_variants()[1],
            "set_aside": aside,
        }
        note = f"{added.events:,} rows that had been set aside went in from {file}; {aside:,} are set aside still."
        notes = [*facts["notes"], note] if added.events else facts["notes"]
        line = f"{facts['source_line']}, {added.events:,} rows repaired" if added.events else facts["source_line"]
        changed = {**facts, "counts": told, "notes": notes, "source_line": line, "repaired": now}
        (folder / "log.json").write_text(typed_json.dumps(changed) + "\n", encoding="utf-8")
        write_performed_work(folder, store.spill)
        put(folder, kept)
    return added.events


def _join_events(kept: Path, fresh: Path, folder: Path, mapping: ColumnMapping) -> Paths:
    """The events of both, one behind the other.

    The answered paths are those of the completions where a row tells a start as well, so that it counts once.
    """
    paths, position = Paths(), 0
    with pq.ParquetWriter(folder / "events.parquet", EVENTS_SCHEMA, compression="zstd") as written:
        for place in (kept, fresh):
            for batch in pq.ParquetFile(place / "events.parquet").iter_batches(BLOCK):
                if not len(batch):
                    continue
                table = pa.Table.from_batches([batch])
                at = table.schema.get_field_index("position")
                numbers = pa.array(range(position, position + len(table)), pa.int64())
                written.write_table(table.set_column(at, "position", numbers).cast(EVENTS_SCHEMA))
                position += len(table)
                seen = table.filter(pc.not_equal(table["lifecycle"], "start")) if mapping.start_timestamp else table
                if len(seen):
                    paths.see(seen["case_id"].combine_chunks(), seen["activity"].combine_chunks())
    return paths


def _join_cases(kept: Path, fresh: Path, folder: Path) -> int:
    """What is known of a case already stands; says how many cases there are."""
    known, told = (pq.read_table(place / "cases.parquet") for place in (kept, fresh))
    new = told.filter(pc.invert(pc.is_in(told["case_id"], value_set=known["case_id"])))
    both = pa.concat_tables([known, new.cast(known.schema)])
    pq.write_table(both, folder / "cases.parquet", compression="zstd")
    return len(both)
