"""Facts on their way from a file into Parquet: blocks of bounded size, bad rows set aside, counts kept."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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
    ]
)
CASES_SCHEMA = pa.schema([("case_id", pa.string()), ("closed", pa.bool_()), ("attributes", pa.string())])
_TEXTS = ("case_id", "activity", "lifecycle", "instance", "officer", "post", "office", "attributes")


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
    line: int


Columns = Mapping[str, Sequence[Any]]  # by the fields of Row
Instants = Callable[[Sequence[str | None]], pa.Array]  # timestamps in UTC; null where the text is no time


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
    """Takes rows, writes `events.parquet`, `cases.parquet` and, when there are any, `set_aside.csv` into a folder."""

    folder: Path
    instants: Instants
    rows: list[Sequence[Any]] = field(default_factory=list)
    events: int = 0
    facts: int = 0
    set_aside_rows: int = 0
    first_reason: str = ""
    _activities: set[str] = field(default_factory=set)
    _paths: dict[str, int] = field(default_factory=dict)  # a running hash of the activities of each case
    _cases: dict[str, tuple[bool | None, str]] = field(default_factory=dict)
    _parquet: Any = None
    _set_aside: TextIO | None = None

    def __enter__(self) -> FactWriter:
        self._parquet = pq.ParquetWriter(self.folder / "events.parquet", EVENTS_SCHEMA, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
            self._write_cases()
        self._parquet.close()
        if self._set_aside:
            self._set_aside.close()

    def add(self, row: Sequence[Any]) -> None:
        """Take one event: a Row, or its values in that order."""
        self.rows.append(row)
        if len(self.rows) >= BLOCK:
            self.flush()

    def add_all(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows.extend(rows)
        if len(self.rows) >= BLOCK:
            self.flush()

    def describe_case(self, case_id: str, attributes: str, closed: bool | None = None) -> bool:
        """Keep the attributes of a case; False if it was described before, and then nothing is changed."""
        return self._cases.setdefault(case_id, described := (closed, attributes)) is described

    def set_aside(self, line: int, reason: str, text: str) -> None:
        """Keep a row that cannot go in, with its line and the reason."""
        if self._set_aside is None:
            self._set_aside = (self.folder / "set_aside.csv").open("w", encoding="utf-8", newline="")
            csv.writer(self._set_aside).writerow(["line", "reason", "row"])
        csv.writer(self._set_aside).writerow([line, reason, text])
        self.set_aside_rows += 1
        self.first_reason = self.first_reason or f"line {line:,}: {reason}"

    def counts(self) -> Counts:
        return Counts(
            cases=len(self._paths),
            events=self.events,
            facts=self.facts,
            activities=len(self._activities),
            variants=len(set(self._paths.values())),
            set_aside=self.set_aside_rows,
        )

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
        self._note(columns)
        self._parquet.write_table(self._table(columns, at, start))

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
                self.set_aside(row.line, f"{text!r} is no time that can be read", self._told(row))
                return False
        if not known and not began:
            self.set_aside(row.line, "it has no time", self._told(row))
        return known or began

    def _told(self, row: Row) -> str:
        return ", ".join(str(value) for value in row[:-1] if value not in (None, "", "{}"))

    def _note(self, columns: Columns) -> None:
        paths, cases, activities = self._paths, columns["case_id"], columns["activity"]
        for case_id, activity in zip(cases, activities, strict=True):
            paths[case_id] = hash((paths.get(case_id), activity))
        self._activities.update(activities)
        self.events += len(activities)

    def _table(self, columns: Columns, at: pa.Array, start: pa.Array | None) -> pa.Table:
        arrays = {name: pa.array(columns[name], pa.string()) for name in _TEXTS}
        arrays["version"] = pa.array(columns["version"], pa.int64())
        arrays["at"] = at
        table = pa.table(arrays)
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

    def _write_cases(self) -> None:
        cases = [(case_id, *self._cases.get(case_id, (None, "{}"))) for case_id in self._paths]
        columns = list(zip(*cases, strict=True)) or [(), (), ()]
        pq.write_table(
            pa.table(list(map(list, columns)), CASES_SCHEMA), self.folder / "cases.parquet", compression="zstd"
        )
