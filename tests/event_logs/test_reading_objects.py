"""Object-centric logs of both versions, read piece by piece: what they say, in whatever order, and what contradicts itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_logs import typed_json
from event_logs.errors import UnreadableLog
from event_logs.objects import ObjectLog
from event_logs.objects.opening import open_objects
from event_logs.reading import Reading, object_types, read_log
from event_logs.reading.objects.json_members import Member, Members
from event_logs.reading.source import Source
from tests.event_logs.fuzz.whole import first_json, first_xml, ocel_json, ocel_sqlite

FIRST = {"OCEL 1.0 JSON": first_json, "OCEL 1.0 XML": first_xml}


def read(folder: Path, content: bytes | dict[str, Any]) -> tuple[Reading, ObjectLog]:
    path = folder / "log.ocel"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    reading = read_log(path, folder, {"case_id": "order"})
    return reading, open_objects(folder, name="log")


def rows(log: ObjectLog, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in getattr(log, table).to_pyarrow().to_pylist()]


@pytest.mark.parametrize("form", FIRST)
def test_the_first_version_tells_events_objects_and_what_concerns_what(tmp_path: Path, form: str) -> None:
    reading, log = read(tmp_path, FIRST[form]())
    assert (reading.counts.events, reading.counts.cases, reading.counts.set_aside) == (20, 5, 0)
    events = log.events.order_by("position").to_pyarrow().to_pylist()
    assert [(row["event_id"], row["position"]) for row in events] == [(f"e{n}", n) for n in range(20)]
    assert [typed_json.loads(row["attributes"]) for row in events] == [{"n": n} for n in range(20)]
    assert {(row["activity"], row["at"].isoformat()) for row in events} == {("place", "2026-03-02T09:00:00+00:00")}
    assert rows(log, "objects") == [(f"o{n}", "order") for n in range(5)]
    assert rows(log, "values") == [(f"o{n}", "price", None, "1.5") for n in range(5)]
    assert set(rows(log, "concerns")) == {(f"e{n}", f"o{n % 5}", "") for n in range(20)}
    assert object_types(Source(tmp_path / "log.ocel")) == {"order": 5}


def test_values_have_the_types_that_stand_behind_them_in_the_file(tmp_path: Path) -> None:
    told = json.loads(ocel_json())
    turned = {key: told[key] for key in ("events", "eventTypes", "objects", "objectTypes")}
    assert rows(read(tmp_path, turned)[1], "values")[0][3] == "1.5"


def test_what_is_told_twice_is_set_aside_once_and_a_member_told_twice_refuses_the_file(tmp_path: Path) -> None:
    told = json.loads(ocel_json())
    told["events"] += [told["events"][3], {**told["events"][4], "id": "e99", "time": "soon"}]
    reading, _log = read(tmp_path, told)
    assert reading.counts.events == 20 and reading.counts.set_aside == 2
    aside = (tmp_path / "set_aside.csv").read_text(encoding="utf-8-sig").splitlines()
    assert aside[1].startswith("21,there is another event 'e3'") and aside[2].startswith("22,'soon' is no time")
    assert aside[2].endswith(",o4,"), "what the event concerned stands beside it"
    with pytest.raises(UnreadableLog, match="`events` twice"):
        read(tmp_path, b'{"events": [], "objects": [], "events": []}')


def test_a_database_that_tells_an_event_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "twice.sqlite"
    path.write_bytes(ocel_sqlite())
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO event_place VALUES ('e3', '2026-03-02 10:00:00')")
        database.execute("INSERT INTO event VALUES ('e98', 'unknown')")
    database.close()
    reading, log = read(tmp_path, path.read_bytes())
    assert reading.counts.events == 20 and reading.counts.set_aside == 2
    assert [row[0] for row in rows(log, "events")] == [f"e{n}" for n in range(20)]


def test_half_of_a_surrogate_pair_is_no_text_and_harms_nobody(tmp_path: Path) -> None:
    content = ocel_json().replace(b'"o1"', b'"o\\ud800"').replace(b'"e1"', b'"e\\udc00"')
    reading, log = read(tmp_path, content)
    assert reading.counts.events == 20
    assert ("o\ufffd", "order") in rows(log, "objects") and rows(log, "events")[1][0] == "e\ufffd"


class Pieces(Source):
    """A file that comes in pieces of some bytes."""

    size = 1

    def chunks(self) -> Iterator[bytes]:
        for chunk in super().chunks():
            yield from (chunk[at : at + self.size] for at in range(0, len(chunk), self.size))


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(
    leaves, lambda within: st.lists(within, max_size=3) | st.dictionaries(st.text(max_size=3), within)
)
members = st.dictionaries(st.sampled_from(["a", "events", "ocel:events", "税"]), values, max_size=4)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members, st.integers(1, 9), st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le"]), st.sampled_from([None, 1]))
def test_a_text_in_pieces_says_what_it_says_as_a_whole(
    tmp_path: Path, told: dict[str, Any], size: int, encoding: str, indent: int | None
) -> None:
    path = tmp_path / "text.json"
    path.write_bytes(json.dumps(told, indent=indent, ensure_ascii=size % 2 == 0).encode(encoding, "surrogatepass"))
    source = Pieces(path)
    source.size = size
    found: dict[str, Any] = {}
    reader = Members(source, ["events", "ocel:events"])
    for one in reader:
        _put(found, one)
    for key in reader.keys - found.keys():  # divided, and nothing in it
        assert told[key] in ([], {})
        found[key] = told[key]
    assert found == told


def _put(found: dict[str, Any], one: Member) -> None:
    if one.within is None:
        found[one.key] = one.value
    elif isinstance(one.within, int):
        found.setdefault(one.key, []).append(one.value)
    else:
        found.setdefault(one.key, {})[one.within] = one.value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cut off"),
        ('{"events": [{"id": "e1"}', "cut off"),
        ('{"events": [{"id": "e1', "cut off"),
        ('{"events": [{"id": "e1"]}}', "no JSON"),
        ('{"events": [1 2]}', "no JSON"),
        ('{"events": []} {}', "behind its end"),
        ('{"events": ' + "[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "no JSON"),
    ],
)
def test_a_broken_text_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "log.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableLog, match=reason):
        list(Members(Source(path), ["events"]))
