"""Spoilt files of every kind: read, or refused with a sentence, in bounded time and memory, and never anything else.

`python -m tests.event_logs.fuzz --count 10000` runs them in processes that are restarted when one dies, and prints the counts per kind.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import multiprocessing
import random
import resource
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from bpmn.errors import BpmnError
from bpmn.reading import read_bpmn
from bpmn.validation import problems
from event_logs.errors import EventLogError
from event_logs.reading import read_log

SECONDS, MEGABYTES = 20.0, 1024
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


KINDS: dict[str, Callable[[], bytes]] = {
    "XES": xes, "CSV": csv_text, "Parquet": parquet, "Excel": workbook, "OCEL JSON": ocel_json, "OCEL XML": ocel_xml,
    "OCEL SQLite": ocel_sqlite, "BPMN": bpmn,
}  # fmt: skip
WHOLE = {kind: make() for kind, make in KINDS.items()}


def spoilt(kind: str, chance: random.Random) -> bytes:
    """A file of this kind with one to four things done to it."""
    whole = bytearray(WHOLE[kind])
    for _ in range(chance.randint(1, 4)):
        chance.choice(HARMS)(whole, chance)
    if chance.random() < 0.1:
        return gzip.compress(bytes(whole))[: chance.choice([None, -9])]
    return bytes(whole)


def flip(whole: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        if whole:
            whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)


def cut(whole: bytearray, chance: random.Random) -> None:
    del whole[chance.randint(0, len(whole)) :]


def double(whole: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(whole))
    whole[at:at] = whole[at : at + chance.randint(1, 400)] * chance.randint(1, 4)


def insert(whole: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(whole))
    whole[at:at] = chance.choice(INSERTED)


def number(whole: bytearray, chance: random.Random) -> None:
    digits = [n for n, byte in enumerate(whole) if 48 <= byte < 58]
    if digits:
        at = chance.choice(digits)
        whole[at : at + 1] = chance.choice([b"9" * 400, b"-", b"1e999", b"NaN", b"0x7f"])


def repack(whole: bytearray, chance: random.Random) -> None:
    """What is within an archive is spoilt, and the archive is whole."""
    if whole[:2] != b"PK":
        return
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(whole))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            victim = chance.choice(old.namelist())
            for name in old.namelist():
                part = bytearray(old.read(name))
                if name == victim:
                    chance.choice([flip, cut, double, insert, number])(part, chance)
                new.writestr(name, bytes(part))
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        OSError,
        NotImplementedError,
        EOFError,
        KeyError,
        RuntimeError,
        UnicodeError,
    ):
        return
    whole[:] = out.getvalue()


HARMS = [flip, cut, double, insert, number, repack]
INSERTED = [
    b'<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', b"&b;", b"&#0;", b"<!--", b"]]>", b"<![CDATA[", b"<?pi ?>", b'"', b"'",
    b"<string key='x' value='y'>" * 300, b"[" * 3000, b"{" * 3000, b"\x00" * 8, b"\xff\xfe", b"\r", b",,,,,", b"\n" * 50, b"</log>", b"\xf0\x9f\x98\x80",
]  # fmt: skip


def outcome(kind: str, data: bytes, folder: Path) -> str:
    """`read`, `in part` (rows set aside, and counted), or `refused`; anything else is an error that is raised."""
    if kind == "BPMN":
        try:
            model = read_bpmn(data)
        except BpmnError as refusal:
            assert str(refusal)
            return "refused"
        problems(model)
        return "read"
    path = folder / "spoilt"
    path.write_bytes(data)
    mapping = {"case_id": "order"} if kind.startswith("OCEL") else None
    try:
        reading = read_log(path, folder, mapping)
    except EventLogError as refusal:
        assert str(refusal)
        return "refused"
    assert pq.read_metadata(folder / "events.parquet").num_rows == reading.counts.facts > 0
    return "in part" if reading.counts.set_aside else "read"


def _work(kind: str, seeds: list[int], told: Any) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for seed in seeds:
        data = spoilt(kind, random.Random(f"{kind} {seed}"))
        with tempfile.TemporaryDirectory(prefix="qiangji-fuzz-") as place:
            told.send((seed, "begins"))
            try:
                told.send((seed, outcome(kind, data, Path(place))))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the run looks for
                told.send((seed, f"raised {type(error).__name__}: {str(error)[:200]}"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.send((-1, peak))


def run(kind: str, count: int) -> tuple[Counter[str], list[str], float]:
    """Outcomes, what must not happen, and the peak of memory in megabytes."""
    outcomes, wrong, peak, left = Counter[str](), [], 0.0, list(range(count))
    while left:
        mine, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=_work, args=(kind, left, theirs))
        process.start()
        theirs.close()
        seed, began = left[0], time.monotonic()
        while True:
            if not mine.poll(SECONDS + 30 * (seed == left[0])):
                wrong.append(f"{kind} {seed}: hangs for {time.monotonic() - began:.0f} s")
                process.kill()
                break
            try:
                said, what = mine.recv()
            except EOFError:
                wrong.append(f"{kind} {seed}: the process died with {process.exitcode}")
                break
            if said < 0:
                peak, seed = max(peak, what), count
                break
            seed = said
            if what != "begins":
                outcomes[what.split(":")[0]] += 1
                wrong += [f"{kind} {seed}: {what}"] if what.startswith("raised") else []
        process.join()
        left = [n for n in left if n > seed]
    return outcomes, wrong, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kind", choices=[*KINDS], action="append")
    given = parser.parse_args()
    kinds = given.kind or [*KINDS]
    wrong = []
    for kind in kinds:
        outcomes, bad, peak = run(kind, given.count // len(kinds))
        print(f"{kind}: {dict(outcomes)}, peak {peak:.0f} MB, wrong {len(bad)}", flush=True)
        wrong += bad
    print("\n".join(wrong[:40]))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
