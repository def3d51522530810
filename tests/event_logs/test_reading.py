"""Logs as people hand them in: every encoding, dialect and date, and files that mean harm."""

from __future__ import annotations

import csv
import gzip
import os
import random
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from event_logs import typed_json
from event_logs.errors import EventLogError, UnreadableLog
from event_logs.reading import ColumnMapping, Reading, open_log, read_log
from event_logs.reading.source import Limits
from tests.event_logs.fuzz.whole import ocel_sqlite

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="origin" value="办税服务厅"/>
  <trace>
    <string key="concept:name" value="1"/>
    <float key="amount" value="10.5"/>
    {events}
  </trace>
</log>
"""
EVENT = '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-03-02T09:00:00+08:00"/>{more}</event>'


def xes(*events: str) -> str:
    return XES.replace("{events}", "\n".join(events or [EVENT.replace("{more}", "")]))


def told(path: Path, **mapping: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = open_log(path, mapping or None).events.order_by("position").to_pyarrow().to_pylist()
    return rows


def written(tmp_path: Path, content: str | bytes, name: str = "log.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(tmp_path: Path, content: str | bytes, name: str = "log.csv", **mapping: str) -> Reading:
    folder = tmp_path / "read"
    folder.mkdir(exist_ok=True)
    return read_log(written(tmp_path, content, name), folder, mapping or None)


TABLE = "办件编号,环节,完成时间,办理人员\n1,受理,2026-03-02 09:00:00,李\n1,审核,2026-03-02 10:30:00,王\n2,受理,2026-03-03 09:00:00,李\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_table_is_told_by_itself(tmp_path: Path, encoding: str, ending: str, mark: str) -> None:
    reading = read(tmp_path, TABLE.replace("\n", ending).replace(",", mark).encode(encoding))
    counts = reading.counts
    assert (counts.cases, counts.events, counts.activities, counts.variants, counts.set_aside) == (2, 3, 2, 2, 0)
    assert reading.mapping.resource == "办理人员"
    assert any("Asia/Shanghai" in note for note in reading.notes)


def test_western_letters_are_not_taken_for_chinese(tmp_path: Path) -> None:
    table = "case,activity,time\n1,Prüfen für Zölle,2026-03-02 09:00\n1,Genehmigen öffentlich,2026-03-02 10:00\n"
    assert told(written(tmp_path, table.encode("latin-1")))[0]["activity"] == "Prüfen für Zölle"


def test_chinese_behind_a_megabyte_of_digits_is_found(tmp_path: Path) -> None:
    rows = "".join(f"{n},check,2026-03-02 09:00:00,\n" for n in range(50_000))
    table = "case,activity,time,note\n" + rows + "7,审核,2026-03-02 10:00:00,王\n"
    assert told(written(tmp_path, table.encode("gb18030")))[-1]["activity"] == "审核"


def test_naive_times_are_those_of_the_zone_and_the_report_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "case,activity,time\n1,a,2026-03-02 09:00\n1,b,2026-07-02 09:00\n")
    assert [row["at"] for row in told(path)] == [
        datetime(2026, 3, 2, 1, tzinfo=UTC),
        datetime(2026, 7, 2, 1, tzinfo=UTC),
    ]
    berlin = [row["at"] for row in told(path, zone="Europe/Berlin")]
    assert berlin == [datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["3.4.2026 8:05", "30.4.2026 8:05"], datetime(2026, 4, 3, 8, 5)),
        (["3/4/2026 08:05", "4/30/2026 08:05"], datetime(2026, 3, 4, 8, 5)),
        (["3/4/2026 08:05", "30/4/2026 08:05"], datetime(2026, 4, 3, 8, 5)),
        (["9.3.10 8:05", "11.3.10 10:30"], datetime(2010, 3, 9, 8, 5)),
        (["3/4/2026 8:05 PM", "4/30/2026 8:05 PM"], datetime(2026, 3, 4, 20, 5)),
        (["2026年3月4日 08时05分", "2026年3月5日 08时05分"], datetime(2026, 3, 4, 8, 5)),
        (["2026/3/4 8:05:06.5", "2026/3/5 8:05"], datetime(2026, 3, 4, 8, 5, 6, 500000)),
        (["04-Mar-2026 08:05", "05-Mar-2026 08:05"], datetime(2026, 3, 4, 8, 5)),
        (["20260304", "20260305"], datetime(2026, 3, 4)),
        (["1772611500", "1772611501"], datetime(2026, 3, 4, 8, 5)),
        (["2026-03-04T08:05:00Z", "2026-03-04 08:05:00+08:00"], datetime(2026, 3, 4, 8, 5)),
        (["2026-03-04 08:05:00 UTC", "2026-03-04 08:06:00 UTC"], datetime(2026, 3, 4, 8, 5)),
    ],
)
def test_times_as_people_write_them(tmp_path: Path, cells: list[str], first: datetime) -> None:
    table = "case,activity,time\n" + "".join(f'1,a,"{cell}"\n' for cell in cells)
    rows = told(written(tmp_path, table), zone="UTC")
    assert len(rows) == 2 and rows[0]["at"] == first.replace(tzinfo=UTC)


def test_day_first_is_decided_over_the_whole_column(tmp_path: Path) -> None:
    ambiguous = "".join(f"{n},a,03/04/2026 08:05\n" for n in range(5000))
    table = "case,activity,time\n" + ambiguous + "1,b,30/04/2026 08:05\n"
    assert told(written(tmp_path, table), zone="UTC")[0]["at"] == datetime(2026, 4, 3, 8, 5, tzinfo=UTC)


def test_bad_rows_are_set_aside_and_the_rest_goes_in(tmp_path: Path) -> None:
    table = 'case,activity,time,note\n1,a,2026-03-02 09:00,x\n1,b,soon,x\n1,,2026-03-02 09:00,x\n1,c\n1,"d"e,2026-03-02 09:00,x\n2,f,2026-03-02 09:00,"two\nlines"\n'
    reading = read(tmp_path, table)
    assert (reading.counts.events, reading.counts.set_aside) == (2, 4)
    with (tmp_path / "read" / "set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        aside = {row["qj:line"]: row["qj:reason"] for row in csv.DictReader(file)}
    assert set(aside) == {"3", "4", "5", "6"}
    assert "'soon' is no time" in aside["3"] and "no activity" in aside["4"] and "2 cells" in aside["5"]


def test_an_open_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    table = 'case,activity,time\n1,"a,2026-03-02 09:00\n1,b,2026-03-02 10:00\n2,c,2026-03-02 11:00\n'
    reading = read(tmp_path, table)
    assert (reading.counts.events, reading.counts.set_aside) == (2, 1)


def test_start_and_end_in_one_row_become_two_facts_of_one_instance(tmp_path: Path) -> None:
    table = (
        "case,activity,start,end\n1,a,2026-03-02 09:00,2026-03-02 10:00\n1,b,2026-03-02 11:00,\n1,c,,2026-03-02 12:00\n"
    )
    path = written(tmp_path, table)
    rows = told(path)
    assert [(row["activity"], row["lifecycle"]) for row in rows] == [
        ("a", "start"),
        ("a", "complete"),
        ("b", "start"),
        ("c", "complete"),
    ]
    assert rows[0]["instance"] == rows[1]["instance"] is not None
    assert read(tmp_path, table).counts.events == 3


def test_numbers_are_numbers_only_where_they_are_written_as_such(tmp_path: Path) -> None:
    table = "case,activity,time,pages,rate,tax no,case:office\n1,a,2026-03-02 09:00,3,0.5,007,north\n1,b,2026-03-02 10:00,4,1,008,north\n"
    log = open_log(written(tmp_path, table))
    first = typed_json.loads(log.events.order_by("position").to_pyarrow().to_pylist()[0]["attributes"])
    assert first == {"pages": 3, "rate": 0.5, "tax no": "007"}
    assert typed_json.loads(log.cases.to_pyarrow().to_pylist()[0]["attributes"]) == {"office": "north"}


def test_the_user_overrides_what_was_proposed(tmp_path: Path) -> None:
    table = "id,case,activity,status,time\n9,1,a,received,2026-03-02 09:00\n9,2,a,done,2026-03-02 10:00\n"
    assert read(tmp_path, table).mapping.case_id == "case"
    reading = read(tmp_path, table, case_id="id", activity="status")
    assert (reading.counts.cases, reading.counts.activities) == (1, 2)
    whole = ColumnMapping(case_id="id", activity="status", timestamp="time", zone="UTC")
    assert read_log(tmp_path / "log.csv", tmp_path / "read", whole).mapping.case_id == "id"
    for wrong, reason in (
        ({"case_id": "absent"}, "no column 'absent'.*'id'"),
        ({"caseid": "id"}, "nothing that a column can mean"),
        ({"zone": "Mars"}, "no time zone"),
    ):
        with pytest.raises(UnreadableLog, match=reason):
            read(tmp_path, table, **wrong)


def test_xes_of_every_type_and_depth(tmp_path: Path) -> None:
    more = """<int key="n" value="3"/><float key="f" value="1.5"/><boolean key="b" value="true"/><id key="identity:id" value="u1"/>
      <date key="due" value="2026-03-09T00:00:00Z"/><list key="l"><values><string key="x" value="1"/><int key="x" value="2"/></values></list>
      <container key="c"><string key="y" value="z"/></container><string key="outer" value="o"><int key="inner" value="1"/></string>
      <int key="bad" value="many"/><string key="lifecycle:transition" value="START"/><string key="org:resource" value="李"/>"""
    path = written(tmp_path, xes(EVENT.replace("{more}", more)), "log.xes")
    (row,) = told(path)
    assert (row["activity"], row["lifecycle"], row["officer"], row["at"]) == (
        "a",
        "start",
        "李",
        datetime(2026, 3, 2, 1, tzinfo=UTC),
    )
    assert typed_json.loads(str(row["attributes"])) == {
        "n": 3,
        "f": 1.5,
        "b": True,
        "identity:id": "u1",
        "due": datetime(2026, 3, 9, tzinfo=UTC),
        "l": [{"x": "1"}, {"x": 2}],
        "c": {"y": "z"},
        "outer": typed_json.Nested("o", {"inner": 1}),
        "bad": "many",
    }
    reading = read(tmp_path, xes(), "log.xes")
    assert reading.header["attributes"] == {"origin": "办税服务厅"} and reading.header["globals"] == {
        "event": {"concept:name": "UNKNOWN"}
    }
    assert open_log(path).cases.to_pyarrow().to_pylist() == [
        {"case_id": "1", "closed": None, "attributes": '{"amount":10.5}'}
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_xes_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    value = "税务" if encoding in ("UTF-8", "GB18030", "UTF-16") else "Prüfung"
    body = xes(EVENT.replace("{more}", f'<string key="org:resource" value="{value}"/>')).replace("办税服务厅", "x")
    path = written(tmp_path, body.replace("UTF-8", encoding).encode(encoding), "log.xes")
    assert told(path)[0]["officer"] == value


def test_xes_events_without_time_or_name_are_set_aside(tmp_path: Path) -> None:
    good = EVENT.replace("{more}", "")
    reading = read(
        tmp_path,
        xes(
            good,
            '<event><string key="concept:name" value="b"/></event>',
            '<event><date key="time:timestamp" value="x"/></event>',
        ),
        "a.xes",
    )
    assert (reading.counts.events, reading.counts.set_aside) == (1, 2)
    with pytest.raises(UnreadableLog, match="no event could be read"):
        read(tmp_path, xes('<event><string key="concept:name" value="b"/></event>'), "a.xes")


BOMB = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><log><string key="k" value="&b;"/></log>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><string key="k" value="x"/></log>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><log/>'
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "entity bomb": (BOMB, "entity 'a'.*refused"),
    "external entity": (OUTSIDE, "entity 'x'.*refused"),
    "parameter entity": (PARAMETER, "entity 'x'.*refused"),
    "deep nesting": (XES.replace("{events}", '<string key="a" value="b">' * 5000), "nested more than"),
    "truncated XES": (xes(*[EVENT.replace("{more}", "")] * 9)[:-60], r"line \d+.*cut off \(8 events were complete\)"),
    "broken XES": (xes().replace("</event>", "</evnt>"), r"line \d+.*no XML \(mismatched tag\)"),
    "another XML": ("<html><body/></html>", "outermost element is <html>"),
    "undeclared encoding": (b'<?xml version="1.0" encoding="klingon"?><log/>', "encoding 'klingon'"),
    "a version that there is not": (b'<?xml version="1.1e-400"?><log/>', "no XML of version '1.1e-400'"),
    "an encoding that unpacks": (b'<?xml version="1.0" encoding="zlib"?><log/>', "encoding 'zlib'"),
    "UTF-16 without its mark": (b'<?xml version="1.0" encoding="utf_16"?><log></log>', "not in the encoding"),
    "wrong bytes": (b'<?xml version="1.0" encoding="UTF-8"?><log><string key="a" value="\xff\xfe"/></log>', "no XML"),
    "no events": ("<log></log>", "no event could be read"),
    "truncated gzip": (gzip.compress(xes(*[EVENT] * 500).encode())[:-20], "cut off"),
    "damaged gzip": (gzip.compress(TABLE.encode())[:20] + b"\xff" * 40, "damaged|cut off"),
    "empty": (b"", "empty"),
    "empty gzip": (gzip.compress(b""), "empty"),
    "rubbish": (random.Random(1).randbytes(50_000), "no text"),
    "a header alone": ("case,activity,time\n", "no row below"),
    "one column": ("a\nb\nc\n", "needs a case"),
    "no times": ("case,activity,who\n1,a,li\n1,b,li\n", "the timestamp"),
    "no row with a time": ("case,activity,time\n1,a,soon\n1,b,later\n", "no event could be read.*timestamp|timestamp"),
    "no event with a time": (
        xes(EVENT.replace("{more}", "").replace("2026-03-02", "soon")),
        "no event could be read.*no time",
    ),
    "a broken workbook": (b"PK\x03\x04" + b"\0" * 100, "Excel workbook is damaged"),
    "a broken Parquet file": (b"PAR1" + b"\0" * 100, "Parquet file is damaged"),
    "a broken database": (b"SQLite format 3\0" + b"\0" * 100, "SQLite database is damaged"),
    "a database cut off": (ocel_sqlite()[:-4096], "the file is cut off"),
    "a trace within a trace": (
        "<log><trace><trace>" + EVENT.replace("{more}", "") + "</trace></trace></log>",
        "within another",
    ),
    "JSON": (b'{"a": 1}', "JSON"),
    "JSON cut off": (b'{"ocel:events": {"1": {"ocel:activ', "cut off"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_files_get_one_clear_sentence(tmp_path: Path, name: str) -> None:
    content, reason = HOSTILE[name]
    with pytest.raises(UnreadableLog, match=reason) as refusal:
        read(tmp_path, content, "handed in.dat")
    assert str(refusal.value).startswith("handed in.dat")


def test_a_decompression_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(100)) + packer.flush()
    with pytest.raises(UnreadableLog, match="decompression bomb"):
        read(tmp_path, packed, "log.xes.gz")
    path = written(tmp_path, gzip.compress(TABLE.encode() * 1000), "log.csv.gz")
    with pytest.raises(UnreadableLog, match="more than 1,000 bytes"):
        read_log(path, tmp_path / "read", limits=Limits(size=1000))


def test_an_endless_element_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="longer than"):
        read(tmp_path, '<log><string key="a" value="' + "x" * (40 * 2**20), "log.xes")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match=r"gone\.xes.*cannot be opened"):
        open_log(tmp_path / "gone.xes")
    with pytest.raises(UnreadableLog, match="cannot be opened"):
        open_log(tmp_path)


@pytest.mark.parametrize("seed", range(60))
def test_mutated_files_are_read_or_refused_and_nothing_else(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = bytearray(chance.choice([xes(*[EVENT.replace("{more}", "")] * 5), TABLE * 3]).encode())
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(whole))
        whole[at : at + chance.randint(0, 3)] = os.urandom(0) + chance.randbytes(chance.randint(0, 3))
    try:
        assert read(tmp_path, bytes(whole)).counts.events > 0
    except EventLogError as refusal:
        assert str(refusal)
