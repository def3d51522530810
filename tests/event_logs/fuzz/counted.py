"""How many events a file tells, counted by other means than the product's own; None where they cannot tell."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
from lxml import etree

Count = int | None


def events_told(kind: str, data: bytes) -> Count:
    """Of a spoilt file of this kind; what was packed is unpacked first."""
    try:
        return COUNTS[kind.removesuffix(".gz")](unpacked(data))
    except (OSError, EOFError, zlib.error):
        return 0  # a damaged package tells nothing that could be relied on


def unpacked(data: bytes) -> bytes:
    """Raises OSError, EOFError or zlib.error where a package is damaged."""
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def xes(data: bytes) -> Count:
    """Events that stand in a trace, and in no other event."""
    root = _parsed(data)
    if root is None:
        return 0
    return sum(
        1
        for one in root.iter("{*}event")
        if not any(etree.QName(above).localname == "event" for above in one.iterancestors())
    )


def table(data: bytes) -> Count:
    """Lines with something in them below the header, where no quotation mark makes two lines one."""
    for encoding in ("utf-16", "utf-8-sig", "gb18030"):
        if (encoding == "utf-16") == (data[:2] in (b"\xff\xfe", b"\xfe\xff")):
            try:
                text = data.decode(encoding)
            except UnicodeError:
                continue
            return _lines(text)
    return None


def _lines(text: str) -> Count:
    lines = text.replace("\r\n", "\n").split("\n")
    if "\r" in text.replace("\r\n", "") or any(line.count('"') not in (0, 2) for line in lines):
        return None
    told = [line for line in lines if line.strip(" ,;\t\x00\ufeff")]
    return len(told) - 1


def parquet(data: bytes) -> Count:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(data)
        file.flush()
        try:
            row = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [file.name]).fetchone()
        except duckdb.Error:
            return None
    return int(row[0]) if row else None


def workbook(data: bytes) -> Count:
    """Rows of the only sheet that have a value, without the header."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheet = _parsed(archive.read("xl/worksheets/sheet1.xml"))
    except (zipfile.BadZipFile, KeyError, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        return None
    if sheet is None:
        return 0
    rows = sheet.findall(".//{*}sheetData/{*}row")
    values = ([*row.iterfind("{*}c/{*}v"), *row.iterfind("{*}c//{*}t")] for row in rows)
    return max(0, sum(any(value.text for value in cells) for cells in values) - 1)


def ocel_json(data: bytes) -> Count:
    told = _loaded(data)
    return len(told.get("events") or ()) if isinstance(told, dict) else 0


def first_json(data: bytes) -> Count:
    """An event that is named twice is told twice, though a dictionary keeps one of the two."""
    try:
        members = json.loads(data, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return 0
    events = [value for name, value in members if name == "ocel:events"] if _are_pairs(members) else []
    return len(events[-1]) if events and _are_pairs(events[-1]) else 0


def _are_pairs(told: object) -> bool:
    return isinstance(told, list) and all(isinstance(one, tuple) for one in told)


def _loaded(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def ocel_xml(data: bytes) -> Count:
    root = _parsed(data)
    return 0 if root is None else len(root.findall("{*}events/{*}event"))


def ocel_sqlite(data: bytes) -> Count:
    """0 where the database is not sound: what is read of it may be any part of it."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(data)
        file.flush()
        database = sqlite3.connect(f"{Path(file.name).as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return int(database.execute("SELECT count(*) FROM event").fetchone()[0]) if sound else 0
        except (sqlite3.Error, UnicodeDecodeError):
            return 0
        finally:
            database.close()


def nodes(data: bytes) -> Count:
    """Of a drawn procedure: its events, tasks and gateways."""
    root = _parsed(data)
    if root is None:
        return 0
    names = (etree.QName(one).localname for one in root.iter("{*}*"))
    return sum(name in ("startEvent", "userTask", "endEvent") for name in names)


def _parsed(data: bytes) -> etree._Element | None:
    """None where the text is no XML, by another parser than the product's."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


COUNTS: Mapping[str, Callable[[bytes], Count]] = {
    "XES": xes, "CSV": table, "CSV in GB18030": table, "TSV in UTF-16": table, "Parquet": parquet, "Excel": workbook,
    "OCEL JSON": ocel_json, "OCEL XML": ocel_xml, "OCEL SQLite": ocel_sqlite, "OCEL 1.0 JSON": first_json,
    "OCEL 1.0 XML": ocel_xml, "BPMN": nodes,
}  # fmt: skip
