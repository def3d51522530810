"""Rows that were set aside and mended by a person, read as the table they come from was read."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from event_logs.reading.aside import LINE, REASON, WHOLE, Aside
from event_logs.reading.facts import FactWriter
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.source import Source
from event_logs.reading.stamps import Clock
from event_logs.reading.tables.cells import Cells
from event_logs.reading.tables.dialect import dialect_of

_BEGINS = re.compile(rf'"?{LINE}"?([,;\t])')
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class AsideRow:
    """A row of `set_aside.csv`; `text` is the whole row where it could not be told apart into cells."""

    line: int
    reason: str
    cells: Sequence[str]
    text: str


def read_aside(path: Path, header: Sequence[str]) -> list[AsideRow]:
    """The rows of a set-aside file of a log with this header, as we wrote it or as a spreadsheet saved it; raises UnreadableLog."""
    source = Source(path)
    encoding = dialect_of(source).encoding
    text = path.read_bytes().decode(encoding, "replace").removeprefix("\ufeff")
    begins = _BEGINS.match(text)
    wanted = [LINE, REASON, *header, WHOLE]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=begins[1])) if begins else []
    except csv.Error as error:
        raise source.unreadable(f"it breaks the rules of CSV ({error})") from error
    if not rows or rows[0] != wanted:
        raise source.unreadable(
            f"these are no rows set aside of this log; correct its set_aside.csv and leave the columns {', '.join(wanted)}"
        )
    for number, row in enumerate(rows[1:], 2):
        if any(row) and (len(row) != len(wanted) or not row[0].strip().isdecimal()):
            raise source.unreadable(
                f"row {number:,} needs {len(wanted)} cells, the first of them the number of its line"
            )
    found = [AsideRow(int(row[0]), row[1], row[2:-1], row[-1]) for row in rows[1:] if any(row)]
    times = Counter(row.line for row in found)
    if found and times.most_common(1)[0][1] > 1:
        raise source.unreadable(f"the row of line {times.most_common(1)[0][0]:,} stands there twice; leave one of them")
    return found


def write_aside(folder: Path, header: Sequence[str], rows: Iterable[AsideRow]) -> int:
    """Write these rows, by their lines, as the set-aside file of a folder; says how many."""
    aside = Aside(folder)
    aside.header = header
    for row in sorted(rows, key=lambda row: row.line):
        aside.put(row.line, row.reason, row.cells, text=row.text)
    aside.close()
    return aside.count


def read_rows(
    rows: Sequence[AsideRow], folder: Path, mapping: ColumnMapping, decided: Mapping[str, Any], *, before: int
) -> FactWriter:
    """The rows as events in a folder, those that are bad still aside; `before` is how many events the log has already."""
    header = list(decided["kinds"])
    clock = Clock(mapping.zone, decided["day_first"], mapping.timestamp_format)
    with FactWriter(folder, clock.instants) as writer:
        writer.aside.header = header
        split = [(row.line, _cells(row, len(header))) for row in rows]
        for row, (_, cells) in zip(rows, split, strict=True):
            if cells is None:
                writer.aside.put(row.line, _unsplit(row, len(header)), text=row.text)
        whole = [(line, cells) for line, cells in split if cells is not None]
        if whole:
            columns = [pa.array(column, pa.string()) for column in zip(*(cells for _, cells in whole), strict=True)]
            taker = Cells(header, mapping, decided["kinds"], clock, writer, exact=decided["exact"], before=before)
            taker.take(columns, np.array([line for line, _ in whole], np.int64))
    return writer


def _cells(row: AsideRow, width: int) -> Sequence[str] | None:
    """The cells as they were filled in, else those of the whole row; None where it has not as many as the header."""
    if any(row.cells):
        return row.cells
    for delimiter in _DELIMITERS:
        lines = list(csv.reader(io.StringIO(row.text, newline=""), delimiter=delimiter))
        if len(lines) == 1 and len(lines[0]) == width and any(lines[0]):
            return lines[0]
    return None


def _unsplit(row: AsideRow, width: int) -> str:
    return f"it cannot be split into the {width} cells of the header" if row.text else "it is empty"
