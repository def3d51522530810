"""An object-centric log as OCEL 2.0 in an SQLite database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from itertools import count
from pathlib import Path

from event_logs.writing.objects.told import Content, Plain, Told, stamp

_TABLES = """
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
"""
_RELATIONS = {"event": "event_object", "object": "object_object"}
_OWN = {"event": ("ocel_id", "ocel_time"), "object": ("ocel_id", "ocel_time", "ocel_changed_field")}
_COLUMNS = {"string": "TEXT", "boolean": "BOOLEAN", "integer": "INTEGER", "float": "REAL", "time": "TIMESTAMP"}


def ocel_sqlite(told: Content, path: Path) -> None:
    """Into a new file; raises sqlite3.Error.

    SQLite has no NaN and does not tell names apart by case: such a value is left out, and a column whose name is taken gets a
    number behind.
    """
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_TABLES)
        for which, records, types in (
            ("event", told.events, told.event_types),
            ("object", told.objects, told.object_types),
        ):
            _records(database, which, records)
            suffixes = _distinct((re.sub(r"\W", "", name) for name in types), taken=("map_type", "object"))
            for (name, attributes), suffix in zip(types.items(), suffixes, strict=True):
                database.execute(f"INSERT INTO {which}_map_type VALUES (?, ?)", (name, suffix))
                _table(database, which, suffix, attributes, (one for one in records if one.type == name))
        database.commit()


def _records(database: sqlite3.Connection, which: str, records: Iterable[Told]) -> None:
    for one in records:
        database.execute(f"INSERT INTO {which} VALUES (?, ?)", (one.id, one.type))
        related = ((one.id, *relation) for relation in one.relations)
        database.executemany(f"INSERT INTO {_RELATIONS[which]} VALUES (?, ?, ?)", related)


def _table(
    database: sqlite3.Connection, which: str, suffix: str, attributes: Mapping[str, str], records: Iterable[Told]
) -> None:
    """The table of one type: a column for each attribute."""
    own = _OWN[which]
    columns = dict(zip(attributes, _distinct(attributes, taken=own), strict=True))
    declared = [f"{name} TEXT" for name in own]
    declared += [f"{_quoted(columns[key])} {_COLUMNS[kind]}" for key, kind in attributes.items()]
    table = _quoted(f"{which}_{suffix}")
    database.execute(f"CREATE TABLE {table} ({', '.join(declared)})")
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(declared))})"
    rows = _event_row if which == "event" else _object_rows
    database.executemany(insert, (row for one in records for row in rows(one, columns)))


Row = list[Plain]


def _event_row(one: Told, columns: Mapping[str, str]) -> Iterator[Row]:
    values = {value.name: _sql(value.value) for value in one.values}
    yield [one.id, stamp(one.at), *(values.get(name) for name in columns)]


def _object_rows(one: Told, columns: Mapping[str, str]) -> Iterator[Row]:
    """What the object had all along in one row, and each later value in a row that names what changed."""
    first = {value.name: _sql(value.value) for value in one.values if value.since is None}
    yield [one.id, stamp(None), None, *(first.get(name) for name in columns)]
    for value in one.values:
        if value.since is not None:
            cells = [_sql(value.value) if name == value.name else None for name in columns]
            yield [one.id, stamp(value.since), columns[value.name], *cells]


def _distinct(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    """The names; one that differs from another by no more than case gets a number behind."""
    known = {name.casefold() for name in taken}
    found = []
    for name in names:
        tried = (name if n == 1 else f"{name}_{n}" for n in count(1))
        fresh = next(one for one in tried if one and one.casefold() not in known)
        known.add(fresh.casefold())
        found.append(fresh)
    return found


def _sql(value: Plain) -> Plain:
    return value.isoformat() if isinstance(value, datetime) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
