"""Object-centric logs are written as OCEL 2.0, read back the same, and opened by another tool."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs import typed_json
from event_logs.errors import UnwritableLog
from event_logs.objects import TABLES, ObjectLog
from event_logs.objects.casework import objects_of
from event_logs.objects.opening import objects_from, open_objects
from event_logs.reading import read_log
from event_logs.writing.objects import ENDINGS, write_objects
from tests.event_logs.builders import happened, log_of, minute
from tests.event_logs.test_writing import name, text

every_form = pytest.mark.parametrize("form", ENDINGS)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
KINDS: list[st.SearchStrategy[Any]] = [  # an attribute has values of one type
    text.filter(bool),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False),
    instants.map(lambda at: at.astimezone(timezone(timedelta(hours=8)))),
]
names = st.lists(name, min_size=1, max_size=3, unique_by=str.casefold)  # SQLite tells no A from a


@st.composite
def object_logs(draw: st.DrawFn) -> dict[str, list[tuple[Any, ...]]]:
    kinds = {key: draw(st.sampled_from(KINDS)) for key in draw(names)}

    def attributes() -> dict[str, Any]:
        return {key: draw(kind) for key, kind in kinds.items() if draw(st.booleans())}

    types, activities, ids = draw(names), draw(names), draw(st.lists(name, min_size=1, max_size=4, unique=True))
    objects = [(one, draw(st.sampled_from(types))) for one in ids]
    since = st.none() | instants
    values = {
        (one, key, at): typed_json.dumps(value)
        for one in ids
        for at in draw(st.lists(since, max_size=2, unique=True))
        for key, value in attributes().items()
    }
    events = [
        (one, n, draw(st.sampled_from(activities)), draw(instants), typed_json.dumps(attributes()))
        for n, one in enumerate(draw(st.lists(name, min_size=1, max_size=4, unique=True)))
    ]
    one_of_them, event = st.sampled_from(ids), st.sampled_from([row[0] for row in events])
    return {
        "events": events,
        "objects": objects,
        "values": [(*key, value) for key, value in values.items()],
        "concerns": [(events[0][0], ids[0], ""), *draw(st.lists(st.tuples(event, one_of_them, text), max_size=5))],
        "related": draw(st.lists(st.tuples(one_of_them, one_of_them, text), max_size=3)),
    }


def told(log: ObjectLog) -> dict[str, list[str]]:
    """The rows of each table, but for their order, in which only events are recorded."""
    rows = {table: getattr(log, table).to_pyarrow().to_pylist() for table in TABLES}
    rows["events"].sort(key=lambda row: row["position"])
    for row in rows["events"]:
        row["attributes"] = sorted(typed_json.loads(row["attributes"]).items())
    found = {table: [str(row) for row in told] for table, told in rows.items()}
    return {table: told if table == "events" else sorted(set(told)) for table, told in found.items()}


def read_back(path: Path, folder: Path, case: str) -> ObjectLog:
    folder.mkdir()
    read_log(path, folder, {"case_id": case})
    return open_objects(folder, name="small")


@pytest.mark.slow
@every_form
@settings(max_examples=40)
@given(rows=object_logs())
def test_what_is_written_is_read_back_the_same(form: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    log = objects_from(rows, name="small")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"log{ENDINGS[form]}"
        write_objects(log, path)
        assert told(read_back(path, Path(place) / "back", rows["objects"][0][1])) == told(log)


def window() -> ObjectLog:
    """Two cases of one taxpayer at one office; the first names a letter twice."""
    letter = typed_json.dumps({"letter": "税通〔2026〕1号", "amount": 10.5})
    log = log_of(
        [
            happened("受理", "start", 0, "李", office="一所", zone="Asia/Shanghai"),
            happened("受理", "complete", 2, "李", office="一所", attributes=letter),
            happened("发文", "complete", 5, "王", office="一所", attributes=letter),
            {**happened("受理", "complete", 9, "王", office="一所"), "case_id": "2"},
        ],
        [
            {"case_id": one, "closed": True, "attributes": typed_json.dumps({"taxpayer_id": "9131", "urgent": True})}
            for one in ("1", "2")
        ],
    )
    return objects_of(log, ["letter"])


def test_casework_becomes_objects() -> None:
    log = window()
    assert log.types() == {"case": 2, "document": 1, "office": 1, "officer": 2, "taxpayer": 1}
    rows = {table: getattr(log, table).to_pyarrow().to_pylist() for table in TABLES}
    of_second = {row["object_id"]: row["qualifier"] for row in rows["concerns"] if row["event_id"] == "event:1"}
    assert of_second == {
        "case:1": "in",
        "taxpayer:9131": "of",
        "officer:李": "by",
        "office:一所": "at",
        "document:税通〔2026〕1号": "letter",
    }
    assert {(row["source_id"], row["target_id"]) for row in rows["related"]} == {
        ("case:1", "taxpayer:9131"),
        ("case:2", "taxpayer:9131"),
        ("case:1", "document:税通〔2026〕1号"),
    }
    first = next(row for row in rows["events"] if row["position"] == 0)
    assert first["at"] == minute(0)
    assert json.loads(first["attributes"]) == {"lifecycle": "start", "zone": "Asia/Shanghai"}
    assert {row["value"] for row in rows["values"] if row["name"] == "urgent"} == {"true"}


OPEN = """
import json, sys
sys.modules["r4pm"] = sys.modules["rustxes"] = None  # its own readers; those of r4pm want polars
import pm4py
log = getattr(pm4py, sys.argv[1])(sys.argv[2])
print(json.dumps([len(log.events), len(log.objects), len(log.relations), len(log.o2o), len(log.object_changes)]))
"""


@pytest.mark.slow
@every_form
def test_pm4py_opens_it_with_the_same_counts(form: str, tmp_path: Path) -> None:
    pytest.importorskip("pm4py")
    log, path = window(), tmp_path / f"log{ENDINGS[form]}"
    write_objects(log, path)
    call = [sys.executable, "-c", OPEN, f"read_ocel2_{form.removeprefix('ocel-')}", str(path)]
    said = subprocess.run(call, capture_output=True, text=True, check=True, timeout=120).stdout
    counts = [int(getattr(log, table).count().execute()) for table in ("events", "objects", "concerns", "related")]
    assert json.loads(said.strip().splitlines()[-1]) == [*counts, 0]


@every_form
def test_public_logs_go_out_and_in(form: str, shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "logs" / "ocel2_invoice_example.sqlite.gz"
    log = read_back(source, tmp_path / "first", "Purchase Order")
    path = tmp_path / f"log{ENDINGS[form]}"
    write_objects(log, path)
    assert told(read_back(path, tmp_path / "second", "Purchase Order")) == told(log)


def test_values_without_a_type_in_ocel_become_text(tmp_path: Path) -> None:
    values = {"mixed": 1, "mixed ": math.inf, "list": [1, "a"], "half": "\ud800"}
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    rows["objects"] = [("1", "case")]
    rows["events"] = [
        ("a", 0, "pay", minute(0), typed_json.dumps(values)),
        ("b", 1, "pay", minute(0), typed_json.dumps({"mixed": "x"})),
    ]
    rows["concerns"] = [("a", "1", "")]
    write_objects(objects_from(rows, name="small"), tmp_path / "log.json")
    first, _ = (
        read_back(tmp_path / "log.json", tmp_path / "back", "case").events.order_by("position").to_pyarrow().to_pylist()
    )
    assert typed_json.loads(first["attributes"]) == {**values, "mixed": "1", "list": '[1,"a"]'}


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnwritableLog, match=r"end in \.json"):
        write_objects(window(), tmp_path / "log.docx")
