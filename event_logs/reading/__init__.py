"""Foreign logs into our columns: XES, XES.gz and CSV of any dialect."""

from __future__ import annotations

import atexit
import gc
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from event_logs.log import EventLog
from event_logs.parquet import open_folder
from event_logs.reading.facts import Counts, FactWriter
from event_logs.reading.mapping import COLUMNS, XES, ColumnMapping, Sample, overridden, propose_mapping
from event_logs.reading.source import LIMITS, Limits, Progress, Source
from event_logs.reading.stamps import Clock
from event_logs.reading.tables import Given, TableReader
from event_logs.reading.tables.delimited import DelimitedTable
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
    "open_log",
    "propose_mapping",
    "read_log",
]

_USUALLY, _RARELY = gc.get_threshold(), 1_000_000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading a file into a folder; `notes` are sentences for the user."""

    source: str
    sha256: str
    counts: Counts
    mapping: ColumnMapping
    notes: tuple[str, ...]
    header: Mapping[str, object]  # what an XES log says of itself


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
    head = source.head(4096)
    with _rare_collections():
        if _is_xml(head):
            return _read_xes(source, folder, mapping)
        _refuse_json(source, head)
        return _read_table(source, folder, mapping)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Reading makes no cycles of objects, but so many objects that looking for cycles takes a quarter of its time."""
    gc.set_threshold(_RARELY, *_USUALLY[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUALLY)


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
    return _reading(source, writer, mapping, clock, reader.notes, reader.header.as_dict())


def _read_table(source: Source, folder: Path, given: Given) -> Reading:
    reader = TableReader(DelimitedTable(source), given)
    mapping = reader.prepare()
    with FactWriter(folder, reader.clock.instants) as writer:
        reader.read(writer)
    return _reading(source, writer, mapping, reader.clock, reader.notes, {})


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
        raise source.unreadable(f"no event could be read{reason}")
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


def _refuse_json(source: Source, head: bytes) -> None:
    if head.lstrip()[:1] in (b"{", b"["):
        what = "an object-centric log (OCEL)" if b"ocel" in head or b"objectTypes" in head else "JSON"
        raise source.unreadable(f"this is {what}, which cannot be read as cases; export its events as CSV or XES")


def file_name(path: Path) -> str:
    """What a log is called that was given no name: its file's without the endings that say what it is."""
    name = path.name
    for ending in (".gz", ".xes", ".csv", ".tsv", ".txt"):
        name = name.removesuffix(ending)
    return name or path.name
