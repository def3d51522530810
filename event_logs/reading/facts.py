"""Facts on their way from a file into Parquet: blocks of bounded size, bad rows set aside, counts kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from event_logs.reading.aside import Aside
from event_logs.reading.cases import CaseWriter
from event_logs.reading.paths import Paths

BLOCK = 100_000
_INSTANT = pa.timestamp("us", "UTC")
EVENTS_SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("position", pa.int64()),
        ("activity", pa.string()),
        ("lifecycle", pa.string()),
        ("at", _INSTANT),
        ("instance", pa.string()),
        ("version", pa.int64()),
        ("officer", pa.string()),
        ("post", pa.string()),
        ("office", pa.string()),
        ("attributes", pa.string()),
        ("zone", pa.string()),
    ]
)
_REPEATED = ["case_id", "activity", "lifecycle", "officer", "post", "office", "zone"]  # worth a dictionary in Parquet
_TEXTS = ("case_id", "activity", "lifecycle", "instance", "officer", "post", "office", "attributes", "zone")


class Row(NamedTuple):
    """One event as a file tells it. `at` and `start` are the text of its times; `line` is where it stands."""

    case_id: str
    activity: str
    lifecycle: str
    at: str | None
    start: str | None
    instance: str | None
    version: int | None
    officer: str | None
    post: str | None
    office: str | None
    attributes: str
    zone: str | None
    line: int


# The header under which rows are set aside, in words that a table's mapping is proposed from.
ROW_HEADER = (
    "case_id", "activity", "lifecycle", "timestamp", "start_timestamp", "instance", "qj:version", "resource", "post", "office", "qj:attributes", "qj:zone",
)  # fmt: skip


def told(row: Sequence[Any]) -> list[str]:
    """A row as text, by ROW_HEADER."""
    return ["" if value is None else str(value) for value in row[:-1]]


Columns = Mapping[str, Any]  # arrays by the fields of Row
Instants = Callable[[Any], pa.Array]  # timestamps in UTC; null where the text is no time


@dataclass(frozen=True)
class Counts:
    """What a file held. `events` are those of the file; one that tells both start and completion became two `facts`."""

    cases: int
    events: int
    facts: int
    activities: int
    variants: int
    set_aside: int


@dataclass
class FactWriter:
    """Takes rows or blocks, writes `events.parquet`, `cases.parquet` and, when there are any, `set_aside.csv` into a folder."""

    folder: Path
    instants: Instants
    rows: list[Sequence[Any]] = field(default_factory=list)
    events: int = 0
    facts: int = 0

    def __post_init__(self) -> None:
        self.aside = Aside(self.folder)
        self.aside.header = ROW_HEADER
        self.cases = CaseWriter(self.folder)
        self._paths = Paths()
        self._waiting: list[pa.Table] = []
        self._parquet: Any = None
        self._counts: Counts | None = None

    def __enter__(self) -> FactWriter:
        self._parquet = pq.ParquetWriter(
            self.folder / "events.parquet", EVENTS_SCHEMA, compression="zstd", use_dictionary=_REPEATED
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
            self._write_out()
        self._parquet.close()
        self.aside.close()
        self.cases.close()
        if kind is None:
            cases, variants = self._paths.cases_and_variants()
            self.cases.finish(cases, in_order=not self.aside.count)
            self._counts = Counts(cases, self.events, self.facts, self._paths.activities, variants, self.aside.count)

    def add(self, row: Sequence[Any]) -> None:
        """Take one event: a Row, or its values in that order."""
        self.rows.append(row)
        if len(self.rows) >= BLOCK:
            self.flush()

    def add_all(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows.extend(rows)
        if len(self.rows) >= BLOCK:
            self.flush()

    def add_block(self, columns: Columns, at: pa.Array, start: pa.Array | None = None) -> None:
        """Take many events whose times are read already; every one has a case, an activity and at least one of the times."""
        self.flush()
        self._keep(columns, at, start)

    def describe_case(self, case_id: str, attributes: str, closed: bool | None = None) -> None:
        """Keep the attributes of a case; those that come first stand."""
        self.cases.describe([case_id], [closed], [attributes])

    @property
    def counts(self) -> Counts:
        """Known when the writer was closed."""
        assert self._counts is not None
        return self._counts

    def flush(self) -> None:
        if not self.rows:
            return
        rows, self.rows = self.rows, []
        columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        at, start = self.instants(columns["at"]), self._starts(columns["start"])
        if self._doubtful(at, start):
            rows, at, start = self._without_bad(rows, at, start)
            if not rows:
                return
            columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        arrays = {name: pa.array(columns[name], pa.string()) for name in _TEXTS}
        self._keep({**arrays, "version": pa.array(columns["version"], pa.int64())}, at, start)

    def _starts(self, texts: Sequence[str | None]) -> pa.Array | None:
        return self.instants(texts) if any(texts) else None

    def _without_bad(
        self, rows: list[Sequence[Any]], at: pa.Array, start: pa.Array | None
    ) -> tuple[list[Sequence[Any]], pa.Array, pa.Array | None]:
        known = at.is_valid().to_pylist()
        began = start.is_valid().to_pylist() if start is not None else [False] * len(rows)
        good = [self._is_good(Row(*row), a, b) for row, a, b in zip(rows, known, began, strict=True)]
        mask = pa.array(good)
        kept = [row for row, fine in zip(rows, good, strict=True) if fine]
        return kept, at.filter(mask), None if start is None else start.filter(mask)

    def _doubtful(self, at: pa.Array, start: pa.Array | None) -> bool:
        return bool(at.null_count or (start is not None and start.null_count))

    def _is_good(self, row: Row, known: bool, began: bool) -> bool:
        for text, fine in ((row.at, known), (row.start, began)):
            if text and not fine:
                self.aside.put(row.line, f"{text!r} is no time that can be read", told(row))
                return False
        if not known and not began:
            self.aside.put(row.line, "it has no time", told(row))
        return known or began

    def _keep(self, columns: Columns, at: pa.Array, start: pa.Array | None) -> None:
        self._paths.see(columns["case_id"], columns["activity"])
        self.events += len(at)
        self._waiting.append(self._table(columns, at, start))
        if sum(map(len, self._waiting)) >= BLOCK:
            self._write_out()

    def _write_out(self) -> None:
        if self._waiting:
            self._parquet.write_table(pa.concat_tables(self._waiting), row_group_size=BLOCK)
            self._waiting = []

    def _table(self, columns: Columns, at: pa.Array, start: pa.Array | None) -> pa.Table:
        table = pa.table({name: columns[name] for name in (*_TEXTS, "version")} | {"at": at})
        if start is not None:
            table = self._both(table, at, start)
        table = table.append_column("position", pa.array(np.arange(self.facts, self.facts + len(table))))
        self.facts += len(table)
        return table.select(EVENTS_SCHEMA.names).cast(EVENTS_SCHEMA)

    def _both(self, table: pa.Table, at: pa.Array, start: pa.Array) -> pa.Table:
        """Rows that tell a start become two facts, the start before the completion; the attributes are those of the completion."""
        n = len(table)
        at_column = table.schema.get_field_index("at")
        begun = table.set_column(at_column, "at", start)
        begun = begun.set_column(begun.schema.get_field_index("lifecycle"), "lifecycle", pa.array(["start"] * n))
        only_begun = at.is_null()
        bare = pc.if_else(only_begun, table["attributes"].combine_chunks(), pa.scalar("{}"))
        begun = begun.set_column(begun.schema.get_field_index("attributes"), "attributes", bare)
        both = pa.concat_tables([begun, table])
        order = np.arange(2 * n).reshape(2, n).T.ravel()
        both = both.take(pa.array(order))
        return both.filter(both["at"].is_valid())
