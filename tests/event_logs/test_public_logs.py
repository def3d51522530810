"""Public logs are read with the counts that are known of them; what is no log says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from event_logs.errors import UnreadableLog
from event_logs.objects import TABLES
from event_logs.objects.opening import open_objects
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
    ("name", "case", "numbers", "objects"),
    [
        ("ocel2_order_management_early.sqlite.gz", "orders", (18211, 10031, 17838, 35857, 25336), 2000),
        ("ocel2_invoice_example.sqlite.gz", "Purchase Order", (13, 9, 12, 20, 7), 2),
        ("ocel2_invoice_example.json.gz", "Purchase Order", (13, 9, 12, 20, 7), 2),
        ("ocel2_invoice_example.xml.gz", "Purchase Order", (13, 9, 12, 20, 7), 2),
        ("ocel1_recruiting.jsonocel.gz", "applications", (6607, 1051, 0, 6877, 0), 916),
        ("ocel1_order_simulated.csv.gz", "orders", (22367, 11484, 0, 38685, 0), 2000),
        ("ocel1_order_process_nonstd.jsonocel.gz", "order", (2391, 796, 0, 4381, 0), 199),
        ("ocel1_p2p_normal_nonstd.jsonocel.gz", "PURCHORD", (720, 781, 2070, 3952, 0), 80),
    ],
)
def test_object_centric_logs_have_their_known_counts(
    shared: Path, tmp_path: Path, name: str, case: str, numbers: tuple[int, ...], objects: int
) -> None:
    path = shared / "data" / "logs" / name
    with pytest.raises(UnreadableLog, match=r"object-centric.*case_id="):
        read_log(path, tmp_path)
    reading = read_log(path, tmp_path, {"case_id": case})
    tables = open_objects(tmp_path, name=name)
    found = tuple(int(getattr(tables, table).count().execute()) for table in TABLES)
    assert found == numbers and reading.counts.cases == objects and reading.counts.set_aside == 0
    assert any("ocel:global-event" in note for note in reading.notes) == ("nonstd" in name)


def test_three_forms_of_one_object_centric_log_say_the_same(shared: Path, tmp_path: Path) -> None:
    told = []
    for form in ("sqlite", "json", "xml"):
        folder = tmp_path / form
        folder.mkdir()
        mapping = {"case_id": "Purchase Order", "zone": "Europe/Berlin"}  # two of them give local times without a zone
        read_log(shared / "data" / "logs" / f"ocel2_invoice_example.{form}.gz", folder, mapping)
        tables = open_objects(folder, name=form)
        told.append(
            {
                table: sorted(
                    map(
                        str,
                        getattr(tables, table).drop("position" if table == "events" else []).to_pyarrow().to_pylist(),
                    )
                )
                for table in ("events", "objects", "concerns", "related")
            }
        )
    assert told[0] == told[1] == told[2]
