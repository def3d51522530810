"""Rows that were set aside are mended by a person and fed in again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from event_logs.errors import NotRepairable, UnreadableLog
from event_logs.warehouse import Warehouse
from event_logs.warehouse.repairing import repair

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HEADER = "case,activity,begun,time,fee\n"
GOOD = "1,a,13/01/2026 08:00,13/01/2026 09:00,5\n1,b,13/01/2026 09:00,13/01/2026 10:00,5\n"
BAD = "1,c,13/01/2026 10:00,whenever,5\n,a,02/03/2026 08:00,02/03/2026 09:00,5\n2,b,02/03/2026 09:00\n"
MENDED = "1,c,13/01/2026 10:00,14/01/2026 11:00,5\n2,a,02/03/2026 08:00,02/03/2026 09:00,5\n2,b,02/03/2026 09:00,02/03/2026 10:00,7\n"
MAPPING = {"case_id": "case", "activity": "activity", "start_timestamp": "begun", "timestamp": "time"}


@pytest.fixture
def store(tmp_path: Path) -> Warehouse:
    store = Warehouse(tmp_path / "home")
    (tmp_path / "log.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    assert store.import_log(tmp_path / "log.csv", mapping=MAPPING).set_aside == 3
    return store


def corrected(store: Warehouse, folder: Path, *changes: tuple[str, str]) -> Path:
    text = (store.logs / "log" / "set_aside.csv").read_text("utf-8-sig")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "corrected.csv").write_text(text, encoding="gb18030")
    return folder / "corrected.csv"


def rows(store: Warehouse, name: str) -> list[dict[str, object]]:
    return store.load(name).events.order_by("position").to_pyarrow().to_pylist()  # type: ignore[no-any-return]


TIME = ("whenever", "14/01/2026 11:00")
CASE = (",a,02/03", "2,a,02/03")
WHOLE = ('"2,b,02/03/2026 09:00"', '"2,b,02/03/2026 09:00,02/03/2026 10:00,7"')


def test_a_mended_log_reads_as_if_its_file_had_been_right(store: Warehouse, tmp_path: Path) -> None:
    done = repair(store, "log", corrected(store, tmp_path, TIME, CASE, WHOLE), now=NOW)
    assert (done.added, done.set_aside, done.set_aside_file) == (3, 0, None)
    (tmp_path / "right.csv").write_text(HEADER + GOOD + MENDED, encoding="utf-8")
    right = store.import_log(tmp_path / "right.csv", mapping=MAPPING)
    assert rows(store, "log") == rows(store, "right")
    found = store.report("log")
    for count in ("cases", "events", "activities", "variants"):
        assert getattr(found, count) == getattr(right, count), count
    assert store.load("log").kept_performed().count().execute() == 5  # type: ignore[union-attr]


def test_what_is_bad_still_stays_aside_and_nothing_goes_in_twice(store: Warehouse, tmp_path: Path) -> None:
    file = corrected(store, tmp_path, TIME, ("02/03/2026 08:00", "some day"))
    assert (repair(store, "log", file, now=NOW).added, len(rows(store, "log"))) == (1, 6)
    again = repair(store, "log", file, now=NOW)
    assert (again.added, again.set_aside, len(rows(store, "log"))) == (0, 2, 6)
    aside = (store.logs / "log" / "set_aside.csv").read_text("utf-8-sig")
    assert "it has no case" in aside and "2,b,02/03/2026 09:00" in aside and "14/01" not in aside
    last = repair(store, "log", corrected(store, tmp_path, ("some day", "02/03/2026 08:00"), CASE), now=NOW)
    assert (last.added, last.set_aside, len(rows(store, "log"))) == (1, 1, 8)


def test_a_file_that_is_none_of_this_log_is_refused(store: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match=r"correct its set_aside\.csv"):
        repair(store, "log", tmp_path / "log.csv", now=NOW)
    file = corrected(store, tmp_path)
    file.write_text(file.read_text("gb18030") + "4,,1,c,13/01/2026 10:00,14/01/2026 10:00,5,\n", encoding="utf-8")
    with pytest.raises(UnreadableLog, match="line 4 stands there twice"):
        repair(store, "log", file, now=NOW)
    assert len(rows(store, "log")) == 4


def test_a_log_that_was_no_table_says_that_it_cannot(store: Warehouse, tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-03-02T09:00:00Z"/></event>'
    )
    trace = f'<trace><string key="concept:name" value="1"/>{event}<event/></trace>'
    (tmp_path / "traces.xes").write_text(f"<log>{trace}</log>", encoding="utf-8")
    assert store.import_log(tmp_path / "traces.xes").set_aside == 1
    with pytest.raises(NotRepairable, match="not read from a table"):
        repair(store, "traces", store.logs / "traces" / "set_aside.csv", now=NOW)
