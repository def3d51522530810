"""OCEL 1.0 as a table: a column of object ids for each type of object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import Source
from event_logs.reading.tables.delimited import DelimitedTable

_TYPE = "ocel:type:"
_WORDS = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,\[\]'"]+)""")


def read_cells(source: Source, writer: ObjectWriter) -> None:
    """Raises UnreadableLog where the activity or the time has no column."""
    table = DelimitedTable(source)
    header = list(table.header)
    for column in ("ocel:activity", "ocel:timestamp"):
        if column not in header:
            raise source.unreadable(f"this object-centric table has no column {column!r}")
    free = [name for name in header if not name.startswith("ocel:")]
    for rows in table.blocks(writer.aside):
        told = {name: column.to_pylist() for name, column in zip(header, rows.columns, strict=True)}
        for n, line in enumerate(rows.lines):
            event_id = _id(told["ocel:eid"][n]) if "ocel:eid" in told else str(line)
            attributes = {name: _value(told[name][n]) for name in free if told[name][n].strip()}
            writer.add_event(event_id, told["ocel:activity"][n].strip(), told["ocel:timestamp"][n].strip(), attributes)
            for name in header:
                if name.startswith(_TYPE):
                    _relate(writer, event_id, name.removeprefix(_TYPE), told[name][n])


def _relate(writer: ObjectWriter, event_id: str, kind: str, cell: str) -> None:
    for object_id in _ids(cell):
        writer.add_object(object_id, kind)
        writer.concern(event_id, object_id)


def _ids(cell: str) -> Iterator[str]:
    """The words of a list as Python writes it, `['880001','880004']`."""
    for single, double, bare in _WORDS.findall(cell):
        yield single or double or bare


def _id(cell: str) -> str:
    return cell.strip().removesuffix(".0")


def _value(cell: str) -> object:
    try:
        number = json.loads(cell)
    except (ValueError, RecursionError):
        return cell
    return number if isinstance(number, (int, float)) else cell
