"""Events, objects and their relations on the way from a file into Parquet, in blocks; what contradicts itself is set aside."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from event_logs import typed_json
from event_logs.engines import duckdb
from event_logs.objects import BEGINNING, FOLDER, TABLES
from event_logs.reading.aside import Aside
from event_logs.reading.stamps import Clock

HEADER = ("event_id", "activity", "timestamp", "attributes", "objects")
_BLOCK = 50_000
MEMORY_LIMIT = "250MB"
_INSTANT = pa.timestamp("us", "UTC")
# What the file tells, line by line (`n`, and the `place` where it stands); of a time both its text and what it was read as.
_TOLD = {
    "events": ("event_id", "activity", "text", "attributes"),
    "objects": ("object_id", "type"),
    "values": ("object_id", "name", "text", "value"),
    "concerns": ("event_id", "object_id", "qualifier"),
    "related": ("source_id", "target_id", "qualifier"),
}


class ObjectWriter:
    """Takes what a file tells in any order, and keeps no more than a block of it in memory; `write` checks it as a whole."""

    def __init__(self, folder: Path, clock: Clock, aside: Aside) -> None:
        self.aside = aside
        aside.header = HEADER
        self.notes: list[str] = []
        self.events = 0  # that went in, known when all was written
        self.types: Counter[str] = Counter()  # of the objects, likewise
        self._place = folder / FOLDER
        self._place.mkdir(exist_ok=True)
        self._told = {name: _Told(self._place / f"told-{name}.parquet", names, clock) for name, names in _TOLD.items()}

    def add_event(
        self, event_id: str, activity: str, at: str, attributes: Mapping[str, object], *, place: int | None = None
    ) -> None:
        """`place` is where it stands among the events, if they do not come in their order."""
        told = typed_json.dumps(dict(attributes))
        number = self._told["events"].add((event_id, activity, at, told), place)
        lacking = next(
            (word for word, text in (("id", event_id), ("activity", activity), ("time", at)) if not text), None
        )
        if lacking:
            self._told["events"].take_back()
            self.aside.put(number, f"event {number:,} has no {lacking}", [event_id, activity, at, told, ""])

    def add_object(self, object_id: str, kind: str) -> None:
        self._told["objects"].add((object_id, kind))

    def add_value(self, object_id: str, name: str, at: str | None, value: object) -> None:
        since = None if at and at.replace(" ", "T").startswith(BEGINNING[:19]) else at  # in whatever zone
        self._told["values"].add((object_id, name, since, typed_json.dumps(value)))

    def concern(self, event_id: str, object_id: str, qualifier: str = "") -> None:
        self._told["concerns"].add((event_id, object_id, qualifier))

    def relate(self, source_id: str, target_id: str, qualifier: str = "") -> None:
        self._told["related"].add((source_id, target_id, qualifier))

    def write(self) -> None:
        """The five tables as Parquet into the folder below."""
        spill = self._place / "spill"
        database: Any = duckdb(spill, memory=MEMORY_LIMIT).con
        for name, told in self._told.items():
            database.execute(f"CREATE VIEW told_{name} AS FROM read_parquet('{_quoted(told.close())}')")
        database.execute(_NUMBERED)
        self._set_aside(database)
        for name, query in _WRITTEN.items():
            self._write(database, name, query)
        self._note_lost(database)
        [(self.events,)] = database.execute("SELECT count(*) FROM events").fetchall()
        self.types = Counter(dict(database.execute("SELECT type, count(*) FROM objects GROUP BY type").fetchall()))
        database.close()
        for told in self._told.values():
            told.path.unlink()
        shutil.rmtree(spill)

    def _write(self, database: Any, name: str, query: str) -> None:
        """One table, by blocks in its order, which later queries know by its name."""
        path, schema = self._place / f"{name}.parquet", TABLES[name].to_pyarrow()
        with pq.ParquetWriter(path, schema, compression="zstd") as written:
            for batch in database.sql(query).to_arrow_reader(_BLOCK):
                written.write_table(pa.table(batch.columns, names=batch.schema.names).select(schema.names).cast(schema))
        database.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{_quoted(path)}')")

    def _set_aside(self, database: Any) -> None:
        for number, event_id, activity, text, told, nth, concerned in _rows(database, _BAD):
            reason = f"there is another event {event_id!r}" if nth > 1 else f"{text!r} is no time that can be read"
            self.aside.put(number, reason, [event_id, activity, text, told, concerned or ""])

    def _note_lost(self, database: Any) -> None:
        for name, what in (("concerns", "events"), ("related", "objects")):
            columns = ", ".join(_TOLD[name])
            [(told,)] = database.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM told_{name})"
            ).fetchall()
            [(kept,)] = database.execute(f"SELECT count(*) FROM {name}").fetchall()
            if told > kept:
                self.notes.append(
                    f"{told - kept:,} relations of {what} name an event or an object that is not there; they were left out."
                )


class _Told:
    """Lines of one kind, numbered as they come, into a file of their own."""

    def __init__(self, path: Path, names: Sequence[str], clock: Clock) -> None:
        self.path, self._names, self._clock = path, names, clock
        kinds = [("n", pa.int64()), ("place", pa.int64()), *((name, pa.string()) for name in names)]
        self._schema = pa.schema([*kinds, ("at", _INSTANT)] if "text" in names else kinds)
        self._rows: list[tuple[Any, ...]] = []
        self._count = 0
        self._parquet: Any = None

    def add(self, row: tuple[Any, ...], place: int | None = None) -> int:
        if len(self._rows) >= _BLOCK:
            self._flush()
        self._count += 1
        place = self._count if place is None else place
        self._rows.append((self._count, place, *row))
        return place

    def take_back(self) -> None:
        """The line that was added last."""
        self._rows.pop()

    def close(self) -> Path:
        self._flush()
        self._parquet.close()
        return self.path

    def _flush(self) -> None:
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        columns = (
            dict(zip(("n", "place", *self._names), zip(*self._rows, strict=True), strict=True)) if self._rows else {}
        )
        if "text" in columns:
            columns["at"] = self._clock.instants(columns["text"])
        arrays = [_array(columns.get(field.name, ()), field.type) for field in self._schema]
        self._parquet.write_table(pa.table(arrays, schema=self._schema))
        self._rows = []


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Half of a surrogate pair, which JSON can spell but no text has, becomes U+FFFD."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        whole = (one and one.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for one in values)
        return pa.array(list(whole), kind)


def _rows(database: Any, query: str) -> Iterator[tuple[Any, ...]]:
    found = database.execute(query)
    while rows := found.fetchmany(_BLOCK):
        yield from rows


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


_NUMBERED = """
CREATE TEMP TABLE numbered AS
SELECT n, event_id, "at" IS NOT NULL AS timed, row_number() OVER (PARTITION BY event_id ORDER BY place, n) AS nth
FROM told_events"""
_BAD = """
WITH bad AS (SELECT * FROM numbered WHERE nth > 1 OR NOT timed),
  concerned AS (
    SELECT event_id, string_agg(object_id, ', ' ORDER BY n) AS objects FROM told_concerns
    WHERE event_id IN (SELECT event_id FROM bad WHERE nth = 1) GROUP BY event_id)
SELECT place, told.event_id, activity, text, attributes, nth, CASE WHEN nth = 1 THEN objects END
FROM bad JOIN told_events AS told USING (n) LEFT JOIN concerned ON concerned.event_id = told.event_id
ORDER BY place, n"""
_RELATIONS = """
SELECT {columns} FROM (SELECT {columns}, min(n) AS n FROM told_{name} GROUP BY {columns}) AS told
SEMI JOIN {left} AS source ON source.{left_id} = told.{left_column}
SEMI JOIN objects ON objects.object_id = told.{right_column} ORDER BY n"""
_WRITTEN = {
    "events": """
SELECT told.event_id, row_number() OVER (ORDER BY place, n) - 1 AS position, activity, "at", attributes
FROM told_events AS told SEMI JOIN (FROM numbered WHERE timed AND nth = 1) AS good USING (n) ORDER BY place, n""",
    "objects": "SELECT object_id, arg_min(type, n) AS type FROM told_objects GROUP BY object_id ORDER BY min(n)",
    "values": """
SELECT object_id, name, "at", value FROM told_values SEMI JOIN objects USING (object_id) ORDER BY n""",
    "concerns": _RELATIONS.format(
        name="concerns", columns="event_id, object_id, qualifier", left="events", left_id="event_id",
        left_column="event_id", right_column="object_id",
    ),
    "related": _RELATIONS.format(
        name="related", columns="source_id, target_id, qualifier", left="objects", left_id="object_id",
        left_column="source_id", right_column="target_id",
    ),
}  # fmt: skip
