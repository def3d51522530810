"""What is written is read back the same, and others can read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_logs import typed_json
from event_logs.errors import UnwritableLog
from event_logs.log import EventLog
from event_logs.reading import open_log
from event_logs.typed_json import Nested
from event_logs.writing import write_csv, write_log, write_xes
from tests.event_logs.builders import log_of, minute

text = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\t\n\r &<>\"'税"), max_size=12
).filter(lambda found: "\ufffe" not in found and "\uffff" not in found)
name = text.filter(bool)
scalar = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | text
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.times()
    | st.timedeltas()
)
key = text.filter(lambda found: bool(found) and ":" not in found)
value = (
    scalar
    | st.lists(scalar, max_size=3)
    | st.dictionaries(key, scalar, min_size=2, max_size=3)
    | st.builds(
        Nested,
        scalar.filter(lambda v: isinstance(v, (str, int)) and v is not None),
        st.dictionaries(key, scalar, min_size=2, max_size=3),
    )
)
attributes = st.dictionaries(key, value, max_size=4)
events = st.fixed_dictionaries(
    {
        "case_id": st.sampled_from(["1", "办件 2", "a&b<c>\"'"]),
        "activity": name,
        "lifecycle": st.sampled_from(["schedule", "start", "complete", "In Progress"]),
        "at": st.integers(0, 10**9).map(lambda us: minute(0) + timedelta(microseconds=us)),
        "instance": st.none() | name,
        "version": st.none() | st.integers(1, 99),
        "officer": st.none() | name,
        "post": st.none() | name,
        "office": st.none() | name,
        "attributes": attributes.map(typed_json.dumps),
        "zone": st.sampled_from([None, "Asia/Shanghai", "Asia/Urumqi"]),
    }
)


def content(log: EventLog) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, Any]]:
    """The events of each case in order, and the cases, free of what a file does not keep: the numbers of positions."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in log.events.order_by("position").to_pyarrow().to_pylist():
        row.pop("position")
        case_id, told = row.pop("case_id"), row.pop("attributes")
        found.setdefault(case_id, []).append((*row.values(), typed_json.loads(told)))
    cases = {r["case_id"]: (r["closed"], typed_json.loads(r["attributes"])) for r in log.cases.to_pyarrow().to_pylist()}
    return found, cases


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(events, min_size=1, max_size=6), attributes, st.none() | st.booleans())
def test_xes_gives_back_what_was_written(
    tmp_path: Path, told: list[dict[str, Any]], case: dict[str, Any], closed: bool | None
) -> None:
    ids = dict.fromkeys(event["case_id"] for event in told)
    log = log_of(told, [{"case_id": one, "closed": closed, "attributes": typed_json.dumps(case)} for one in ids])
    path = tmp_path / "log.xes.gz"
    write_xes(log, path)
    assert content(open_log(path)) == content(log)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(events, min_size=1, max_size=6), attributes, st.none() | st.booleans())
def test_parquet_gives_back_what_was_written(
    tmp_path: Path, told: list[dict[str, Any]], case: dict[str, Any], closed: bool | None
) -> None:
    told = [
        {**event, **{k: (event[k] or "").strip() or None for k in ("instance", "officer", "post", "office")}}
        for event in told
    ]
    told = [{**event, "activity": event["activity"].strip() or "a"} for event in told]
    ids = dict.fromkeys(event["case_id"] for event in told)
    log = log_of(told, [{"case_id": one, "closed": closed, "attributes": typed_json.dumps(case)} for one in ids])
    path = tmp_path / "log.parquet"
    write_log(log, path)
    assert content(open_log(path)) == content(log)


def office_log() -> EventLog:
    told = typed_json.dumps({"amount": 12.5, "filed": "yes", "pages": 3})
    case = typed_json.dumps({"taxpayer": "甲公司"})
    common = {"case_id": "2026-1", "office": "north", "version": 3}
    return log_of(
        [
            {**common, "activity": "accept", "lifecycle": "complete", "at": minute(0), "attributes": told},
            {
                **common,
                "activity": "check",
                "lifecycle": "start",
                "at": minute(1),
                "officer": "li",
                "instance": "t1",
                "post": "window",
            },
            {
                **common,
                "activity": "check",
                "lifecycle": "complete",
                "at": minute(9),
                "officer": "li",
                "instance": "t1",
            },
        ],
        [{"case_id": "2026-1", "closed": True, "attributes": case}],
    )


def test_csv_gives_back_what_a_table_can_hold(tmp_path: Path) -> None:
    log = office_log()
    write_csv(log, tmp_path / "log.csv")
    assert content(open_log(tmp_path / "log.csv")) == content(log)
    assert (tmp_path / "log.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # spreadsheets show Chinese only then


def test_money_and_dates_come_back_as_what_they_were(tmp_path: Path) -> None:
    values = {
        "amount": Decimal("10.50"),
        "due": date(2026, 3, 9),
        "at": time(9, 30),
        "limit": timedelta(days=20),
        "n": None,
        "local": datetime(2026, 3, 2, 9),
        "documents": ["id", {"kind": "licence"}],
    }
    log = log_of(
        [
            {
                "case_id": "1",
                "activity": "a",
                "lifecycle": "complete",
                "at": minute(0),
                "attributes": typed_json.dumps(values),
            }
        ]
    )
    write_xes(log, tmp_path / "log.xes")
    (row,) = open_log(tmp_path / "log.xes").events.to_pyarrow().to_pylist()
    back = typed_json.loads(row["attributes"])
    assert back == values and str(back["amount"]) == "10.50"


def test_pm4py_opens_what_we_write(tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py")
    write_xes(office_log(), tmp_path / "log.xes")
    frame = pm4py.read_xes(str(tmp_path / "log.xes"), variant="iterparse")
    assert list(frame["concept:name"]) == ["accept", "check", "check"]
    assert list(frame["lifecycle:transition"]) == ["complete", "start", "complete"]
    assert set(frame["case:concept:name"]) == {"2026-1"} and set(frame["case:taxpayer"]) == {"甲公司"}


def test_a_real_log_survives_the_way_out_and_in(shared: Path, tmp_path: Path) -> None:
    log = open_log(shared / "data" / "logs" / "receipt_wabo_permit.xes.gz")
    for ending in ("receipt.xes", "receipt.xes.gz"):
        write_log(log, tmp_path / ending)
        assert content(open_log(tmp_path / ending)) == content(log)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnwritableLog, match=r"end in \.xes"):
        write_log(office_log(), tmp_path / "log.docx")
    with pytest.raises(UnwritableLog, match="absent"):
        write_log(office_log(), tmp_path / "absent" / "log.csv")
    assert not list(tmp_path.iterdir())
