"""Small files of every kind that the product reads, whole: what the spoilt ones are made of."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    (f"c{n // 4}", f"step {n % 4}", f"2026-03-0{1 + n % 9} 0{n % 10}:00:00", f"办 {n % 3}", n * 1.5) for n in range(40)
]
HEADER = ("case", "activity", "time", "officer", "amount")


def xes() -> bytes:
    events = "".join(
        f'<trace><string key="concept:name" value="{n}"/>'
        + "".join(
            f'<event><string key="concept:name" value="a{k}"/><date key="time:timestamp" value="2026-03-0{k}T09:00:00.000+08:00"/>'
            f'<int key="n" value="{k}"/><list key="l"><string key="x" value="1"/></list></event>'
            for k in range(1, 4)
        )
        + "</trace>"
        for n in range(8)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2023">{events}</log>'.encode()


def csv_text() -> bytes:
    rows = [f'{case},{activity},{at},"{officer}",{amount}' for case, activity, at, officer, amount in ROWS]
    return ("\n".join([",".join(HEADER), *rows]) + "\n").encode()


def parquet() -> bytes:
    out = io.BytesIO()
    columns = list(zip(*ROWS, strict=True))
    pq.write_table(pa.table(dict(zip(HEADER, map(list, columns), strict=True))), out)
    return out.getvalue()


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def ocel_json() -> bytes:
    return json.dumps(
        {
            "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
            "eventTypes": [{"name": "place", "attributes": []}],
            "objects": [
                {"id": f"o{n}", "type": "order", "attributes": [{"name": "price", "time": "2026-03-01T00:00:00Z", "value": "1.5"}]}
                for n in range(5)
            ],
            "events": [
                {"id": f"e{n}", "type": "place", "time": "2026-03-02T09:00:00Z", "attributes": [],
                 "relationships": [{"objectId": f"o{n % 5}", "qualifier": "q"}]}
                for n in range(20)
            ],
        }
    ).encode()  # fmt: skip


def ocel_xml() -> bytes:
    objects = "".join(f'<object id="o{n}" type="order"><attributes/><objects/></object>' for n in range(5))
    events = "".join(
        f'<event id="e{n}" type="place" time="2026-03-02T09:00:00Z"><attributes/><objects><relationship object-id="o{n % 5}" qualifier="q"/></objects></event>'
        for n in range(20)
    )
    kinds = '<object-types><object-type name="order"><attributes/></object-type></object-types><event-types/>'
    return f"<?xml version='1.0'?><log>{kinds}<objects>{objects}</objects><events>{events}</events></log>".encode()


def ocel_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.sqlite"
        database = sqlite3.connect(path)
        database.executescript(
            """
            CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT); CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE event_place (ocel_id TEXT, ocel_time TEXT); CREATE TABLE object_order (ocel_id TEXT, ocel_time TEXT, price REAL);
            INSERT INTO event_map_type VALUES ('place', 'place'); INSERT INTO object_map_type VALUES ('order', 'order');
            """
        )
        for n in range(20):
            database.execute("INSERT INTO event VALUES (?, 'place')", [f"e{n}"])
            database.execute("INSERT INTO event_place VALUES (?, '2026-03-02 09:00:00')", [f"e{n}"])
            database.execute("INSERT INTO event_object VALUES (?, ?, 'q')", [f"e{n}", f"o{n % 5}"])
        for n in range(5):
            database.execute("INSERT INTO object VALUES (?, 'order')", [f"o{n}"])
            database.execute("INSERT INTO object_order VALUES (?, '1970-01-01', 1.5)", [f"o{n}"])
        database.commit()
        database.close()
        return path.read_bytes()


def bpmn() -> bytes:
    return (
        b'<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="p" isExecutable="true">'
        b'<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="t"/><userTask id="t" name="t"/>'
        b'<sequenceFlow id="f2" sourceRef="t" targetRef="e"/><endEvent id="e"/></process></definitions>'
    )


def first_json() -> bytes:
    """OCEL 1.0."""
    events = {
        f"e{n}": {
            "ocel:activity": "place",
            "ocel:timestamp": "2026-03-02T09:00:00Z",
            "ocel:omap": [f"o{n % 5}"],
            "ocel:vmap": {"n": n},
        }
        for n in range(20)
    }
    objects = {f"o{n}": {"ocel:type": "order", "ocel:ovmap": {"price": 1.5}} for n in range(5)}
    names = {"ocel:attribute-names": ["n", "price"], "ocel:object-types": ["order"], "ocel:version": "1.0"}
    return json.dumps({"ocel:global-log": names, "ocel:events": events, "ocel:objects": objects}).encode()


def first_xml() -> bytes:
    """OCEL 1.0."""
    events = "".join(
        f'<event><string key="id" value="e{n}"/><string key="activity" value="place"/><date key="timestamp" value="2026-03-02T09:00:00Z"/>'
        f'<list key="omap"><string key="object-id" value="o{n % 5}"/></list><list key="vmap"><int key="n" value="{n}"/></list></event>'
        for n in range(20)
    )
    objects = "".join(
        f'<object><string key="id" value="o{n}"/><string key="type" value="order"/><list key="ovmap"><float key="price" value="1.5"/></list></object>'
        for n in range(5)
    )
    said = '<global scope="log"><list key="object-types"><string key="object-type" value="order"/></list></global><global scope="object"/>'
    return f"<?xml version='1.0'?><log>{said}<events>{events}</events><objects>{objects}</objects></log>".encode()


def semicolons() -> bytes:
    """As an office in China exports it: GB18030, semicolons, carriage returns."""
    rows = [f'{case};{activity};{at};"{officer}; 科";{amount}' for case, activity, at, officer, amount in ROWS]
    return ("\r\n".join([";".join(HEADER), *rows]) + "\r\n").encode("gb18030")


def tabs() -> bytes:
    rows = ["\t".join(map(str, row)) for row in ROWS]
    return ("\n".join(["\t".join(HEADER), *rows]) + "\n").encode("utf-16")


PLAIN: Mapping[str, bytes] = {
    "XES": xes(),
    "CSV": csv_text(),
    "CSV in GB18030": semicolons(),
    "TSV in UTF-16": tabs(),
    "Parquet": parquet(),
    "Excel": workbook(),
    "OCEL JSON": ocel_json(),
    "OCEL XML": ocel_xml(),
    "OCEL SQLite": ocel_sqlite(),
    "OCEL 1.0 JSON": first_json(),
    "OCEL 1.0 XML": first_xml(),
    "BPMN": bpmn(),
}
PACKED = {f"{kind}.gz": gzip.compress(PLAIN[kind], mtime=0) for kind in ("XES", "CSV", "OCEL JSON")}
WHOLE: Mapping[str, bytes] = {**PLAIN, **PACKED}
