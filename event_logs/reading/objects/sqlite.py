"""OCEL 2.0 as an SQLite database, opened for reading alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from event_logs.reading.objects.json_text import in_type
from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import Source

_NEEDED = ("event", "object", "event_object", "event_map_type", "object_map_type")
_HEADER = 100  # bytes that every SQLite file begins with
_STEPS = 200_000_000  # of SQLite's machine; a log takes some tens a row, a trap never ends


def read_sqlite(source: Source, writer: ObjectWriter) -> None:
    """Raises UnreadableLog where the database is damaged or lacks the tables of OCEL."""
    with source.plain_file() as path:
        try:
            _read(source, path, writer)
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise source.unreadable(f"the SQLite database is damaged or no OCEL ({error})") from error


def _read(source: Source, path: Path, writer: ObjectWriter) -> None:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        budget = iter(range(_STEPS // 1_000_000))
        database.set_progress_handler(lambda: next(budget, None) is None, 1_000_000)
        _refuse_damaged(source, path, database)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        missing = [name for name in _NEEDED if name not in tables]
        if missing:
            reason = f"this SQLite database is no OCEL 2.0: it lacks the tables {', '.join(missing)}"
            raise source.unreadable(reason)
        _objects(database, tables, writer)
        _events(database, tables, writer)
    finally:
        database.close()


def _refuse_damaged(source: Source, path: Path, database: sqlite3.Connection) -> None:
    """SQLite reads what it finds of a damaged file without a word, so its pages are counted and checked first."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    told = (65_536 if size == 1 else size) * pages
    if len(head) < _HEADER or path.stat().st_size < told:
        raise source.unreadable(f"the file is cut off: it says that it has {told:,} bytes")
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise source.unreadable(f"the SQLite database is damaged ({found})")


def _objects(database: sqlite3.Connection, tables: set[str], writer: ObjectWriter) -> None:
    for object_id, kind in database.execute("SELECT ocel_id, ocel_type FROM object"):
        writer.add_object(_text(object_id), _text(kind))
    for _, row in _typed_rows(database, "object", tables):
        object_id, at, changed = (row.pop(key, None) for key in ("ocel_id", "ocel_time", "ocel_changed_field"))
        for name, value in row.items():
            if value is not None and (changed is None or name == changed):
                writer.add_value(_text(object_id), name, _text(at) or None, value)
    if "object_object" in tables:
        for source_id, target_id, qualifier in database.execute(
            "SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object"
        ):
            writer.relate(_text(source_id), _text(target_id), _text(qualifier))


def _events(database: sqlite3.Connection, tables: set[str], writer: ObjectWriter) -> None:
    told = {_text(row.pop("ocel_id", None)): row for _, row in _typed_rows(database, "event", tables)}
    for raw, activity in database.execute("SELECT ocel_id, ocel_type FROM event"):
        row = told.get(_text(raw), {})
        at = _text(row.pop("ocel_time", None))
        writer.add_event(_text(raw), _text(activity), at, {name: v for name, v in row.items() if v is not None})
    for event_id, object_id, qualifier in database.execute(
        "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"
    ):
        writer.concern(_text(event_id), _text(object_id), _text(qualifier))


def _typed_rows(database: sqlite3.Connection, which: str, tables: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of each type's own table."""
    for kind, suffix in database.execute(f"SELECT ocel_type, ocel_type_map FROM {which}_map_type").fetchall():
        table = f"{which}_{suffix}"
        if table in tables:
            declared = dict(database.execute("SELECT name, upper(type) FROM pragma_table_info(?)", (table,)))
            cursor = database.execute('SELECT * FROM "{}"'.format(table.replace('"', '""')))
            names = [column[0] for column in cursor.description]
            for row in cursor:
                values = (_typed(declared.get(name), name, value) for name, value in zip(names, row, strict=True))
                yield _text(kind), dict(zip(names, values, strict=True))


def _typed(declared: str | None, name: str, value: Any) -> Any:
    """SQLite has neither truth values nor times, but columns that are declared to hold them."""
    if isinstance(value, bytes):
        return value.hex()
    if declared == "BOOLEAN" and value in (0, 1):
        return bool(value)
    if declared == "TIMESTAMP" and isinstance(value, str) and not name.startswith("ocel_"):
        return in_type("time", value)
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)
