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
_STEPS, _STEPS_A_BYTE = 200_000_000, 20  # of SQLite's machine; a log takes some tens a row, a trap never ends

_PLACED = "(SELECT row_number() OVER () AS place, ocel_id, ocel_type FROM event)"
_OF_TYPE = (
    f'SELECT e.place AS "qj:place", e.ocel_id AS "qj:id", own.* FROM {_PLACED} AS e'
    " LEFT JOIN {table} AS own ON own.ocel_id = e.ocel_id WHERE e.ocel_type IS ?"
)
_OF_NO_TYPE = f"SELECT place, ocel_id, ocel_type FROM {_PLACED} WHERE ocel_type IS NULL OR ocel_type NOT IN {{known}}"


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
        budget = iter(range((_STEPS + _STEPS_A_BYTE * path.stat().st_size) // 1_000_000))
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
    own = [table for _, table in _tables_of(database, "object") if table in tables]
    for row in (row for table in own for row in _rows(database, table, f"SELECT * FROM {_quoted(table)}")):
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
    own = [(kind, table) for kind, table in _tables_of(database, "event") if table in tables]
    for activity, table in own:
        for row in _rows(database, table, _OF_TYPE.format(table=_quoted(table)), activity):
            place, event_id, at = (row.pop(key, None) for key in ("qj:place", "qj:id", "ocel_time"))
            row.pop("ocel_id", None)
            told = {name: value for name, value in row.items() if value is not None}
            writer.add_event(_text(event_id), _text(activity), _text(at), told, place=place)
    known = f"({', '.join('?' * len(own))})"
    for place, event_id, activity in database.execute(_OF_NO_TYPE.format(known=known), [kind for kind, _ in own]):
        writer.add_event(_text(event_id), _text(activity), "", {}, place=place)
    for event_id, object_id, qualifier in database.execute(
        "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"
    ):
        writer.concern(_text(event_id), _text(object_id), _text(qualifier))


def _tables_of(database: sqlite3.Connection, which: str) -> list[tuple[Any, str]]:
    """The types, each once, with the name that its own table should have."""
    told = database.execute(f"SELECT ocel_type, ocel_type_map FROM {which}_map_type")
    return list({kind: f"{which}_{suffix}" for kind, suffix in told}.items())


def _rows(database: sqlite3.Connection, table: str, query: str, *values: Any) -> Iterator[dict[str, Any]]:
    declared = dict(database.execute("SELECT name, upper(type) FROM pragma_table_info(?)", (table,)))
    cursor = database.execute(query, values)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {name: _typed(declared.get(name), name, value) for name, value in zip(names, row, strict=True)}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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
