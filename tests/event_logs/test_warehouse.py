"""The warehouse: what is kept is whole, named and repeatable."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from event_logs.errors import BadLogName, LogExists, NotEnoughMemory, UnknownLog, UnreadableLog
from event_logs.event import Event, Lifecycle
from event_logs.log import CASES, EVENTS
from event_logs.store import append, metadata
from event_logs.warehouse import Warehouse, performed_work

TABLE = "case,activity,time,who\n1,a,2026-03-02 09:00,li\n1,b,2026-03-02 10:00,li\n2,a,2026-03-03 09:00,wang\n"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "home")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "my log.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def engine(any_database_url: str) -> Iterator[Engine]:
    engine = create_engine(any_database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def left_overs(warehouse: Warehouse) -> list[Path]:
    return list(warehouse.home.rglob(".building-*"))


def test_an_imported_log_is_there_by_name(warehouse: Warehouse, table: Path) -> None:
    shares: list[float] = []
    report = warehouse.import_log(table, progress=shares.append)
    assert (report.name, report.cases, report.events, report.activities, report.variants) == ("my-log", 2, 3, 2, 2)
    assert warehouse.names() == ["my-log"] and shares[-1] == 1
    log = warehouse.load("my-log")
    assert log.events.schema() == EVENTS and log.cases.schema() == CASES
    assert log.events.count().execute() == 3 and "SHA-256" in log.source and log.zone == "Asia/Shanghai"
    assert not left_overs(warehouse)


def test_a_log_that_an_older_version_imported_opens_without_zones(warehouse: Warehouse, table: Path) -> None:
    warehouse.import_log(table, "log")
    file = warehouse.logs / "log" / "events.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["zone"]), file)
    rows = warehouse.load("log").events.to_pyarrow().to_pylist()
    assert len(rows) == 3 and {row["zone"] for row in rows} == {None}


def test_importing_twice_changes_nothing_and_another_file_is_refused(warehouse: Warehouse, table: Path) -> None:
    first = warehouse.import_log(table, "log")
    assert warehouse.import_log(table, "log") == first
    table.write_text(TABLE + "3,a,2026-03-03 09:00,wang\n", encoding="utf-8")
    with pytest.raises(LogExists, match="'log'"):
        warehouse.import_log(table, "log")
    assert warehouse.import_log(table, "log", replace=True).cases == 3
    assert not left_overs(warehouse)


def test_a_log_that_cannot_be_read_leaves_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xes"
    broken.write_text("<log><trace><event>", encoding="utf-8")
    with pytest.raises(UnreadableLog):
        warehouse.import_log(broken)
    assert warehouse.names() == [] and not left_overs(warehouse)


def test_an_import_without_enough_memory_says_so_and_leaves_nothing(
    warehouse: Warehouse, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as little:
        little.setattr(performed_work, "MEMORY_LIMIT", "1KB")
        with pytest.raises(NotEnoughMemory, match=r"^my log\.csv needs more memory"):
            warehouse.import_log(table)
    assert not warehouse.names() and not left_overs(warehouse)
    assert warehouse.import_log(table).events == 3


def test_an_import_that_is_killed_leaves_no_log_and_does_not_hinder_the_next(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    big = tmp_path / "big.csv"
    big.write_text("case,activity,time\n" + "1,a,2026-03-02 09:00:00\n" * 300_000, encoding="utf-8")
    code = "import sys; from pathlib import Path; from event_logs.warehouse import Warehouse; Warehouse(Path(sys.argv[1])).import_log(sys.argv[2])"
    process = subprocess.Popen([sys.executable, "-c", code, str(warehouse.home), str(big)])
    while process.poll() is None and not left_overs(warehouse):
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert warehouse.names() == [] and left_overs(warehouse)
    big.write_text(TABLE, encoding="utf-8")
    assert warehouse.import_log(big).events == 3 and warehouse.names() == ["big"]


def test_rows_set_aside_lie_beside_the_log(warehouse: Warehouse, table: Path) -> None:
    table.write_text(TABLE + "3,a,whenever,wang\n", encoding="utf-8")
    report = warehouse.import_log(table)
    assert report.set_aside == 1 and report.set_aside_file and "whenever" in report.set_aside_file.read_text("utf-8")


def test_names_that_lead_elsewhere_are_refused(warehouse: Warehouse, table: Path) -> None:
    for name in ("../x", "a/b", ".hidden", ""):
        with pytest.raises((BadLogName, UnknownLog)):
            warehouse.load(name)
        if name:
            with pytest.raises(BadLogName):
                warehouse.import_log(table, name)
    with pytest.raises(UnknownLog, match="qiangji log list"):
        warehouse.remove("absent")


def test_a_removed_log_is_gone(warehouse: Warehouse, table: Path) -> None:
    warehouse.import_log(table, "log")
    warehouse.remove("log")
    assert warehouse.names() == [] and not left_overs(warehouse)


def fact(case_id: str, activity: str, procedure: str = "refund", **attributes: object) -> Event:
    return Event(
        procedure=procedure,
        case_id=case_id,
        activity=activity,
        lifecycle=Lifecycle.COMPLETE,
        at=NOON,
        attributes=attributes,  # type: ignore[arg-type]
    )


def record(engine: Engine, *facts: Event) -> None:
    with Session(engine) as session:
        append(session, facts)
        session.commit()


def test_snapshots_are_numbered_and_never_change(warehouse: Warehouse, engine: Engine) -> None:
    record(engine, fact("1", "start", amount=7), fact("x", "start", "other"), fact("1", "done", end=True))
    first = warehouse.take_snapshot(engine, "refund", now=NOON)
    record(engine, fact("2", "start", amount=8), fact("3", "start", case_state="withdrawn"))
    second = warehouse.take_snapshot(engine, "refund", now=NOON)
    again = warehouse.take_snapshot(engine, "refund", now=NOON)
    assert (
        first.source == "snapshot 3 of the recorded events"
        and second.source == again.source == "snapshot 5 of the recorded events"
    )
    assert first.events.count().execute() == 2
    assert second.events.order_by("position").position.to_pyarrow().to_pylist() == [1, 3, 4, 5]
    assert second.cases.to_pyarrow().to_pylist() == [
        {"case_id": "1", "closed": True, "attributes": '{"amount":7}'},
        {"case_id": "2", "closed": False, "attributes": '{"amount":8}'},
        {"case_id": "3", "closed": True, "attributes": '{"case_state":"withdrawn"}'},
    ]
    assert warehouse.load_snapshot("refund", 3).events.to_pyarrow() == first.events.to_pyarrow()
    assert warehouse.take_snapshot(engine, "refund", position=3).events.count().execute() == 2


def test_a_procedure_without_events_has_an_empty_snapshot(warehouse: Warehouse, engine: Engine) -> None:
    assert warehouse.take_snapshot(engine, "refund").events.count().execute() == 0
    with pytest.raises(UnknownLog):
        warehouse.load_snapshot("refund", 9)
