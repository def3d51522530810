"""Object-centric logs (OCEL 2.0 and 1.0) into tables of their own, and into a log of cases by the type of object that one chooses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from event_logs.reading.aside import Aside
from event_logs.reading.objects.cells import read_cells
from event_logs.reading.objects.json_text import read_json
from event_logs.reading.objects.sqlite import read_sqlite
from event_logs.reading.objects.writer import ObjectWriter
from event_logs.reading.objects.xml_text import read_xml
from event_logs.reading.source import Source
from event_logs.reading.stamps import Clock

SQLITE = b"SQLite format 3\x00"
Reader = Callable[[Source, ObjectWriter], None]


def object_reader(source: Source, head: bytes) -> Reader | None:
    """What reads this file, if it is an object-centric log by its first bytes."""
    if head.startswith(SQLITE):
        return read_sqlite
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return read_json
    if text.startswith(b"<") and (
        b"<object-types" in text or b'<global scope="object"' in text or b"<objects>" in text
    ):
        return read_xml
    first = text.partition(b"\n")[0]
    return read_cells if b"ocel:eid" in first or b"ocel:type:" in first else None


def read_objects(source: Source, read: Reader, folder: Path, clock: Clock, aside: Aside) -> ObjectWriter:
    """Read the file into the tables below the folder; raises UnreadableLog."""
    writer = ObjectWriter(folder, clock, aside)
    read(source, writer)
    writer.write()
    if not writer.events:
        raise source.unreadable("this object-centric log has no event that could be read")
    return writer
