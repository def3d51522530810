"""Foreign logs into our columns: XES, tables (CSV of any dialect, Parquet, Excel) and object-centric logs (OCEL)."""

from __future__ import annotations

import atexit
import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from event_logs.log import EventLog
from event_logs.parquet import open_folder
from event_logs.reading.aside import Aside
from event_logs.reading.facts import Counts, FactWriter
from event_logs.reading.mapping import (
    COLUMNS,
    DEFAULT_ZONE,
    XES,
    ColumnMapping,
    Sample,
    overridden,
    propose_mapping,
    typed,
)
from event_logs.reading.objects import Reader, object_reader, read_objects
from event_logs.reading.objects.flattening import flatten
from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.source import LIMITS, Limits, Progress, Source
from event_logs.reading.stamps import Clock
from event_logs.reading.statuses import foreign_transition, pair_statuses
from event_logs.reading.tables import Given, TableReader, parquet, workbook
from event_logs.reading.tables.delimited import DelimitedTable
from event_logs.reading.tables.table import Table
from event_logs.reading.xes import XesReader

__all__ = [
    "COLUMNS",
    "ColumnMapping",
    "Counts",
    "Limits",
    "Reading",
    "Sample",
    "described",
    "file_name",
    "object_types",
    "open_log",
    "opened_table",
    "propose_mapping",
    "read_log",
]

_HEAD = 64 * 1024
_BINARY_TABLES: Mapping[bytes, Callable[[Source, Path], Table]] = {
    parquet.MAGIC: parquet.ParquetTable,
    workbook.MAGIC: workbook.WorkbookTable,
}
_ENDINGS = (
    ".gz",
    ".xes",
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".xlsx",
    ".jsonocel",
    ".xmlocel",
    ".json",
    ".xml",
    ".sqlite",
)
_USUALLY, _RARELY = gc.get_threshold(), 1_000_000
_GIVEN_BACK = 31 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading a file into a folder; `notes` are sentences for the user."""

    source: str
    sha256: str
    counts: Counts
    mapping: ColumnMapping
    notes: tuple[str, ...]
    header: Mapping[str, object]  # what an XES log says of itself
    table: Mapping[str, object] | None = (
        None  # how the cells of a table were read: day_first, kinds, exact; None for others
    )


def open_log(path: Path | str, mapping: Given = None, *, zone: str | None = None) -> EventLog:
    """A file as a log, without keeping it: its Parquet lies in a temporary folder until the process ends.

    Raises UnreadableLog. Rows that cannot go in are left out and counted in `source`.
    """
    folder = Path(tempfile.mkdtemp(prefix="qiangji-log-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    reading = read_log(Path(path), folder, _with_zone(mapping, zone))
    return open_folder(folder, name=file_name(Path(path)), source=described(reading), zone=reading.mapping.zone)


def read_log(
    path: Path, folder: Path, mapping: Given = None, *, progress: Progress | None = None, limits: Limits = LIMITS
) -> Reading:
    """Read a file into `events.parquet`, `cases.parquet`, and `set_aside.csv` if rows were; raises UnreadableLog.

    `progress` is called with the share of the file that was read. What is in the folder after an error is worthless.
    """
    source = Source(path, limits=limits, progress=progress)
    head = source.head(_HEAD)
    _keep_freed_memory()
    with _rare_collections():
        objects = object_reader(source, head)
        if objects:
            return _read_objects(source, objects, folder, mapping)
        if _is_xml(head):
            return _read_xes(source, folder, mapping)
        with opened_table(source) as table:
            return _read_table(table, folder, mapping)


def object_types(source: Source) -> dict[str, int]:
    """The types of objects of an object-centric log with how many there are of each, the most first; empty for any other file."""
    read = object_reader(source, source.head(_HEAD))
    if read is None:
        return {}
    with tempfile.TemporaryDirectory(prefix="qiangji-objects-") as place:
        writer = ObjectWriter(Path(place), Clock(DEFAULT_ZONE), Aside(Path(place)))
        read(source, writer)
        writer.write()
        writer.aside.close()
    return dict(writer.types.most_common())


@contextmanager
def opened_table(source: Source) -> Iterator[Table]:
    """The table that a file of any tabular kind is; raises UnreadableLog."""
    head = source.head(8)
    kind = next((kind for magic, kind in _BINARY_TABLES.items() if head.startswith(magic)), None)
    if kind is None:
        yield DelimitedTable(source)
        return
    with source.plain_file() as path:
        yield kind(source, path)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Reading makes no cycles of objects, but so many objects that looking for cycles takes a quarter of its time."""
    gc.set_threshold(_RARELY, *_USUALLY[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUALLY)


def _keep_freed_memory() -> None:
    """A block of memory taken and given back untouched.

    glibc then keeps up to twice as much of what is freed, instead of asking the system for the same pages, cleared anew, some
    hundred times a file: a quarter of the processor time. Other allocators take no notice.
    """
    np.empty(_GIVEN_BACK, np.uint8)


def described(reading: Reading) -> str:
    """One line that says from what a log was read."""
    aside = f", {reading.counts.set_aside:,} rows set aside" if reading.counts.set_aside else ""
    return f"{reading.source} (SHA-256 {reading.sha256}{aside})"


def _read_xes(source: Source, folder: Path, given: Given) -> Reading:
    mapping = given if isinstance(given, ColumnMapping) else overridden(XES, given or {})
    clock = Clock(mapping.zone, mapping.day_first is not False, mapping.timestamp_format)
    with FactWriter(folder, clock.instants) as writer:
        reader = XesReader(source, writer, mapping, clock)
        reader.read()
    return _paired(_reading(source, writer, mapping, clock, reader.notes, reader.header.as_dict()), folder)


def _read_table(table: Table, folder: Path, given: Given) -> Reading:
    reader = TableReader(table, given)
    mapping = reader.prepare()
    with FactWriter(folder, reader.clock.instants) as writer:
        reader.read(writer)
    reading = _reading(table.source, writer, mapping, reader.clock, reader.notes, {})
    return _paired(replace(reading, table=None if mapping.statuses else reader.decided), folder)


def _paired(reading: Reading, folder: Path) -> Reading:
    """With statuses told as transitions where that is wanted, and a note where it may be."""
    if reading.mapping.statuses:
        added = pair_statuses(folder)
        counts = replace(reading.counts, facts=reading.counts.facts + added)
        note = f"Statuses were read as transitions; {added:,} facts were added where a case left a group of them, or another officer went on."
        return replace(reading, counts=counts, notes=(*reading.notes, note))
    odd = foreign_transition(folder / "events.parquet")
    if odd is None:
        return reading
    note = f"Transitions such as {odd!r} are none of the standard and count as completions; if they are statuses, say statuses=yes."
    return replace(reading, notes=(*reading.notes, note))


def _read_objects(source: Source, read: Reader, folder: Path, given: Given) -> Reading:
    """The tables of objects, and from them the log of the type that `case_id` names."""
    options = {k: v for k, v in (asdict(given) if isinstance(given, ColumnMapping) else given or {}).items() if v}
    case = options.pop("case_id", "")
    mapping = typed(
        {
            "case_id": str(case),
            "activity": "activity",
            "timestamp": "time",
            **{name: str(value) for name, value in options.items() if name not in ("activity", "timestamp")},
        }
    )
    clock = Clock(mapping.zone)
    with FactWriter(folder, clock.instants) as writer:
        objects = read_objects(source, read, folder, clock, writer.aside)
        kinds = objects.types
        if case not in kinds:
            named = ", ".join(f"{kind} ({n:,})" for kind, n in kinds.most_common(30))
            raise source.unreadable(
                f"this is an object-centric log (OCEL); say which objects are its cases, with case_id=…: {named}"
            )
        flatten(folder, mapping, writer)
    return _reading(source, writer, mapping, clock, objects.notes, {"object_types": dict(kinds)})


def _reading(
    source: Source,
    writer: FactWriter,
    mapping: ColumnMapping,
    clock: Clock,
    notes: list[str],
    header: dict[str, object],
) -> Reading:
    counts, aside = writer.counts, writer.aside
    if not counts.events:
        reason = f"; the first that was set aside: {aside.first_reason}" if aside.first_reason else ""
        noted = f". {' '.join(notes)}" if notes else ""
        raise source.unreadable(f"no event could be read{reason}{noted}")
    if clock.naive:
        notes.append(f"{clock.naive:,} times have no zone and were read as those of {clock.zone}.")
    if counts.facts > counts.events:
        notes.append(f"{counts.facts - counts.events:,} events tell start and completion, and became two facts each.")
    if counts.set_aside:
        notes.append(f"{counts.set_aside:,} rows were set aside (the first: {aside.first_reason}).")
    return Reading(
        source=source.name, sha256=source.sha256, counts=counts, mapping=mapping, notes=tuple(notes), header=header
    )


def _with_zone(mapping: Given, zone: str | None) -> Given:
    if zone is None:
        return mapping
    if isinstance(mapping, ColumnMapping):
        return overridden(mapping, {"zone": zone})
    return {**(mapping or {}), "zone": zone}


def _is_xml(head: bytes) -> bool:
    text = head.decode("utf-16", "replace") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    return text.removeprefix("\xef\xbb\xbf").lstrip("\ufeff \t\r\n").startswith("<")


def file_name(path: Path) -> str:
    """What a log is called that was given no name: its file's without the endings that say what it is."""
    name = path.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name or path.name
