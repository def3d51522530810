"""Public logs are read with the counts that are known of them; what is no log says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from event_logs.errors import UnreadableLog
from event_logs.reading import Reading, read_log

BIG = 100_000  # events; above it a test is slow


def counted(readme: str) -> dict[str, tuple[int, int, int, int]]:
    """Cases, events, activities and variants by file, from the table of the collection."""
    rows = re.findall(r"^\| (\S+) \| (\d+) / (\d+) / (\d+) / (\d+) \|", readme, re.MULTILINE)
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}  # type: ignore[misc]


def counts(reading: Reading) -> tuple[int, int, int, int]:
    c = reading.counts
    return c.cases, c.events, c.activities, c.variants


def check(shared: Path, tmp_path: Path, *, big: bool) -> None:
    known = counted((shared / "data" / "README.md").read_text(encoding="utf-8"))
    chosen = {name: numbers for name, numbers in known.items() if (numbers[1] > BIG) == big}
    assert chosen
    found = {}
    for name in chosen:
        reading = read_log(shared / "data" / "logs" / name, tmp_path)
        found[name] = counts(reading)
        assert reading.counts.set_aside == 0, (name, reading.notes)
    assert found == chosen


@pytest.mark.slow
def test_every_small_log_has_its_known_counts(shared: Path, tmp_path: Path) -> None:
    check(shared, tmp_path, big=False)


@pytest.mark.slow
def test_every_big_log_has_its_known_counts(shared: Path, tmp_path: Path) -> None:
    check(shared, tmp_path, big=True)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("running_example.xes.gz", (6, 42, 8, 6)),
        ("receipt_wabo_permit.xes.gz", (1434, 8577, 27, 116)),
        ("academic_credentials_startend.csv.gz", (954, 4928, 16, 87)),
    ],
)
def test_some_logs_have_their_known_counts(
    shared: Path, tmp_path: Path, name: str, numbers: tuple[int, int, int, int]
) -> None:
    assert counts(read_log(shared / "data" / "logs" / name, tmp_path)) == numbers


def test_cr_line_ends_and_day_first_dates(shared: Path, tmp_path: Path) -> None:
    reading = read_log(shared / "data" / "logs" / "callcenter_CR_lineends.csv.gz", tmp_path)
    assert counts(reading)[:3] == (3885, 7548, 6) and reading.counts.set_aside == 0
    assert any("day first" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ocel2_invoice_example.sqlite.gz", "SQLite database"),
        ("ocel2_order_management_early.sqlite.gz", "SQLite database"),
        ("ocel2_invoice_example.json.gz", "object-centric"),
        ("ocel2_invoice_example.xml.gz", "outermost element is <log>|no event|OCEL"),
        ("ocel1_recruiting.jsonocel.gz", "object-centric"),
        ("ocel1_order_process_nonstd.jsonocel.gz", "object-centric"),
        ("ocel1_p2p_normal_nonstd.jsonocel.gz", "object-centric"),
        ("ocel1_order_simulated.csv.gz", "object-centric.*case_id="),
    ],
)
def test_what_is_no_log_of_cases_says_why(shared: Path, tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UnreadableLog, match=reason):
        read_log(shared / "data" / "logs" / name, tmp_path)


def test_an_object_centric_table_is_read_by_the_case_that_one_chooses(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "logs" / "ocel1_order_simulated.csv.gz"
    reading = read_log(
        path, tmp_path, {"case_id": "ocel:type:orders", "activity": "ocel:activity", "timestamp": "ocel:timestamp"}
    )
    assert reading.counts.events > 0
