"""Excel workbooks: what a cell is (a date, a number, a formula, nothing) is what arrives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from event_logs import typed_json
from event_logs.reading import Reading, open_log, read_log

HEADER = ("case", "activity", "time", "amount", "code", "urgent", "filed", "sum", "took")
NINE = datetime(2026, 3, 2, 9, 30, 15)


def saved(tmp_path: Path, *rows: tuple[Any, ...], epoch: datetime = CALENDAR_WINDOWS_1900) -> Path:
    book = openpyxl.Workbook()
    book.epoch = epoch
    for row in (HEADER, *rows):
        book.active.append(row)
    path = tmp_path / "handed in.xlsx"
    book.save(path)
    return path


def row(n: int, **given: Any) -> tuple[Any, ...]:
    told = {
        "case": f"C{n // 2}", "activity": "check", "time": NINE + timedelta(days=n), "amount": Decimal("12.30"), "code": "007",
        "urgent": n % 2 == 0, "filed": date(2026, 3, 1), "sum": "=1+1", "took": timedelta(hours=36),
    }  # fmt: skip
    return tuple((told | given)[name] for name in HEADER)


def attributes(path: Path) -> list[dict[str, Any]]:
    events = open_log(path).events.order_by("position").to_pyarrow().to_pylist()
    return [typed_json.loads(event["attributes"]) for event in events]


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_dates_are_the_same_whatever_day_the_workbook_counts_from(tmp_path: Path, epoch: datetime) -> None:
    path = saved(tmp_path, *(row(n) for n in range(4)), epoch=epoch)
    events = open_log(path, {"zone": "Asia/Shanghai"}).events.order_by("position").to_pyarrow().to_pylist()
    assert [event["at"] for event in events] == [
        (NINE + timedelta(days=n, hours=-8)).replace(tzinfo=UTC) for n in range(4)
    ]
    assert all(one["filed"].startswith("2026-03-01") for one in attributes(path))


def test_numbers_truth_and_leading_zeros_stay_what_they_are(tmp_path: Path) -> None:
    first, second = attributes(saved(tmp_path, row(0), row(1)))
    assert first["amount"] == 12.3 and first["code"] == "007"
    assert (first["urgent"], second["urgent"]) in {(True, False), ("true", "false")}
    assert float(first["took"]) == 1.5  # days, as Excel counts them


def test_whole_numbers_have_no_point_and_large_ones_lose_no_digit(tmp_path: Path) -> None:
    first, second = attributes(saved(tmp_path, row(0, amount=5.0), row(1, amount=123456789012)))
    assert (first["amount"], second["amount"]) == (5, 123456789012)


def test_a_formula_that_was_never_computed_is_nothing(tmp_path: Path) -> None:
    assert all("sum" not in one for one in attributes(saved(tmp_path, row(0), row(1))))


def read(tmp_path: Path, *rows: tuple[Any, ...]) -> Reading:
    return read_log(saved(tmp_path, *rows), tmp_path)


def test_empty_rows_are_no_rows_and_bad_ones_bear_the_number_of_the_sheet(tmp_path: Path) -> None:
    nothing = (None,) * len(HEADER)
    reading = read(tmp_path, row(0), nothing, nothing, row(1), row(2, time="soon"), nothing)
    assert (reading.counts.events, reading.counts.set_aside) == (2, 1)
    assert any("line 6:" in note and "soon" in note for note in reading.notes)


def test_a_case_that_is_a_number_is_written_as_one(tmp_path: Path) -> None:
    path = saved(tmp_path, row(0, case=1001), row(1, case=1001.0), row(2, case="1001"))
    assert set(open_log(path).events.to_pyarrow()["case_id"].to_pylist()) == {"1001"}
