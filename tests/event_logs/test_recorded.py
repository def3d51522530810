"""Recorded events in columns: what a snapshot holds stays the same to the byte, whatever becomes of the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.courses import courses_of, times_of
from event_logs.errors import BadPrivacyRule, SnapshotGone
from event_logs.event import Event, Lifecycle
from event_logs.log import EventLog
from event_logs.performed import PERFORMED, computed, performed
from event_logs.store import append, metadata
from event_logs.warehouse import Warehouse
from event_logs.warehouse.maintained import MOST_GENERATIONS
from event_logs.warehouse.snapshots import content_digest
from event_logs.warehouse.upkeep import Policy, keep_up

JANUARY = datetime(2026, 1, 5, 2, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
AT_ONCE = Policy(grace=timedelta(0))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'office.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "home")


def fact(case: str, activity: str, at: datetime = JANUARY, procedure: str = "refund", **values: Any) -> Event:
    given = {"lifecycle": Lifecycle.COMPLETE, "officer": "li", "zone": "Asia/Shanghai", **values}
    return Event(procedure=procedure, case_id=case, activity=activity, at=at, **given)


def record(engine: Engine, *facts: Event) -> None:
    with Session(engine) as session:
        append(session, facts)
        session.commit()


def months(engine: Engine, count: int, first: int = 0) -> None:
    """Some events in each of so many months, one transaction each."""
    for n in range(first, first + count):
        at = JANUARY + timedelta(days=30 * (n % 4), minutes=n)
        record(engine, fact(f"C{n // 2}", "ab"[n % 2], at, attributes={"n": n}), fact(f"X{n}", "x", at, "other"))


def test_events_lie_by_procedure_and_month(warehouse: Warehouse, engine: Engine) -> None:
    months(engine, 4)
    warehouse.take_in(engine)
    there = sorted(
        str(path.relative_to(warehouse.lake.folder).parent) for path in warehouse.lake.folder.rglob("0*.parquet")
    )
    assert there == [
        f"events/procedure={procedure}/month=2026-{month:02}"
        for procedure in ("other", "refund")
        for month in (1, 2, 3, 4)
    ]
    assert warehouse.take_in(engine) == warehouse.take_in(engine)


def test_a_snapshot_is_the_same_to_the_byte_after_all_that_happens_to_its_files(
    warehouse: Warehouse, engine: Engine
) -> None:
    for n in range(10):
        months(engine, 1, first=n)
        warehouse.take_in(engine)
    first = warehouse.take_snapshot(engine, "refund", now=NOW)
    assert set(first.events.zone.execute()) == {"Asia/Shanghai"}
    number, wanted = int(first.source.split()[1]), content_digest(first)
    work = performed(first).order_by("case_no", "position").execute()

    def still(policy: Policy, now: datetime = NOW) -> None:
        keep_up(warehouse.lake, policy, now=now)
        again = warehouse.load_snapshot("refund", number)
        assert content_digest(again) == wanted
        assert performed(again).order_by("case_no", "position").execute().equals(work)

    months(engine, 10, first=10)
    warehouse.take_snapshot(engine, "refund", now=NOW)
    still(Policy())
    for n in range(20, 60):
        months(engine, 1, first=n)
        warehouse.take_in(engine)
    files = len(warehouse.lake.manifest().parts)
    still(Policy())
    assert len(warehouse.lake.manifest().parts) < files / 2
    still(replace(AT_ONCE, archive_months=3))
    assert {part.archived for part in warehouse.lake.manifest().parts if part.month < "2026-03"} == {True}
    assert not list(warehouse.lake.folder.glob("events/procedure=refund/month=2026-01/*.parquet"))
    record(engine, fact("C0", "late", JANUARY))  # an archived month opens again
    warehouse.take_snapshot(engine, "refund", now=NOW)
    still(replace(AT_ONCE, archive_months=3))
    before = warehouse.take_snapshot(engine, "refund", now=NOW, position=number)
    assert content_digest(before) == wanted


def test_what_is_given_up_is_gone_from_the_warehouse_and_said(warehouse: Warehouse, engine: Engine) -> None:
    months(engine, 8)
    old = warehouse.take_snapshot(engine, "refund", now=NOW)
    number = int(old.source.split()[1])
    keep_up(warehouse.lake, replace(AT_ONCE, keep_months=3), now=NOW)
    with pytest.raises(SnapshotGone, match="before 2026-03"):
        warehouse.load_snapshot("refund", number)
    record(engine, fact("C0", "late", JANUARY), fact("C9", "a", NOW))
    assert set(warehouse.take_snapshot(engine, "refund", now=NOW).events.case_id.execute()) == {"C1", "C3", "C9"}


def same(log: EventLog) -> None:
    """The maintained tables are those that the events give."""
    assert log.kept_performed() is not None
    order = ["case_id", "position", "activity"]
    ours, wanted = (table.drop("case_no").order_by(order).execute() for table in (performed(log), computed(log)))
    assert ours.equals(wanted)
    assert performed(log).case_no.nunique().execute() == performed(log).case_id.nunique().execute()
    told = times_of(log.events).join(log.cases.select("case_id", "closed"), "case_id")
    numbers = performed(log).select("case_id", "case_no").distinct()
    wanted = courses_of(told.left_join(numbers, "case_id").drop("case_id_right"), computed_with(log, numbers))
    kept = log.kept_courses()
    assert kept is not None
    ours, wanted = (table.order_by("case_id").execute() for table in (kept, wanted))
    assert ours.equals(wanted)


def computed_with(log: EventLog, numbers: ibis.Table) -> ibis.Table:
    """The performed work computed from the events, under these numbers of the cases."""
    return computed(log).drop("case_no").join(numbers, "case_id").select(*PERFORMED.names)


def test_maintained_work_is_what_all_events_give_however_they_come(warehouse: Warehouse, engine: Engine) -> None:
    for n in range(MOST_GENERATIONS + 3):
        at = JANUARY + timedelta(minutes=n)
        record(
            engine,
            fact("A", "a", at, lifecycle=Lifecycle.START, instance=str(n)),
            fact("A", "a", at + timedelta(seconds=30), instance=str(n)),
            fact(f"B{n}", "b", at, attributes={"case_state": "completed"}),
        )
        log = warehouse.take_snapshot(engine, "refund", now=NOW)
    same(log)
    assert len(warehouse.lake.manifest().maintained["refund"].generations) <= MOST_GENERATIONS
    assert dict(log.cases.execute()[["case_id", "closed"]].values)["B3"] and log.cases.count().execute() == n + 2


moves = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from("123"),
            st.sampled_from("ab"),
            st.sampled_from([Lifecycle.SCHEDULE, Lifecycle.START, Lifecycle.COMPLETE, Lifecycle.WITHDRAW]),
            st.sampled_from([None, "x"]),
            st.integers(0, 20),
        ),
        min_size=1,
        max_size=6,
    ),
    min_size=2,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=moves)
def test_maintained_work_is_computed_work_by_law(told: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("law")
    engine = create_engine(f"sqlite:///{folder / 'office.sqlite'}")
    metadata.create_all(engine)
    for batch in told:
        events = (
            fact(case, activity, JANUARY + timedelta(minutes=at), lifecycle=kind, instance=instance)
            for case, activity, kind, instance, at in batch
        )
        record(engine, *events)
        log = Warehouse(folder / "home").take_snapshot(engine, "refund", now=NOW)
    same(log)
    engine.dispose()


def test_an_imported_log_has_its_performed_work_on_file(warehouse: Warehouse, tmp_path: Path) -> None:
    table = tmp_path / "log.csv"
    rows = ["case,activity,start,time,who"]
    rows += [f"{n // 3},{'abc'[n % 3]},2026-03-02 09:{n:02}:00,2026-03-02 09:{n:02}:30,li" for n in range(50)]
    table.write_text("\n".join(rows), encoding="utf-8")
    warehouse.import_log(table, "log")
    same(warehouse.load("log"))
    (warehouse.logs / "log" / "performed.parquet").unlink()  # as logs that were imported earlier
    log = warehouse.load("log")
    assert log.kept_performed() is None and performed(log).count().execute() == 50


SECRETS = ("91330000ABC", "张三丰", "13812345678", "6222020200112233")


def test_personal_data_are_nowhere_in_the_warehouse(warehouse: Warehouse, engine: Engine) -> None:
    warehouse.home.mkdir()
    (warehouse.home / "privacy.toml").write_text(
        '[attributes]\namount = "round:1000"\nfiled = "month"\npostcode = "first:2"\n[procedures.other]\ntaxpayer_id = "keep"\n',
        encoding="utf-8",
    )
    told = {"taxpayer_id": SECRETS[0], "taxpayer_name": SECRETS[1], "phone": SECRETS[2], "bank_account": SECRETS[3]}
    told |= {"amount": Decimal("1499.99"), "filed": date(2026, 1, 17), "postcode": "310012", "n": 1}
    record(
        engine, fact("A", "a", attributes=told), fact("B", "a", attributes=told), fact("C", "a", attributes={"n": 2})
    )
    warehouse.take_snapshot(engine, "refund", now=NOW)
    keep_up(warehouse.lake, replace(AT_ONCE, archive_months=1), now=NOW)
    log = warehouse.load_snapshot("refund")
    performed(log).execute()
    kept = [typed_json.loads(text) for text in log.events.order_by("position").attributes.execute()]
    assert kept[0] == kept[1] and kept[2] == {"n": 2}
    pseudonym = kept[0].pop("taxpayer_id")
    assert pseudonym.startswith("p") and len(pseudonym) == 17 and kept[0].pop("taxpayer_name") != pseudonym
    assert kept[0] == {"amount": Decimal(1000), "filed": date(2026, 1, 1), "postcode": "31", "n": 1}
    for folder in ("recorded", "snapshots", "spill"):
        for path in (warehouse.home / folder).rglob("*"):
            if path.is_file():
                content = readable(path)
                assert not [secret for secret in SECRETS if secret.encode() in content], path
    key = warehouse.home / "keys" / "pseudonyms"
    assert key.stat().st_mode & 0o777 == 0o600
    elsewhere = Warehouse(warehouse.home.parent / "other").take_snapshot(engine, "refund", now=NOW)
    assert pseudonym not in str(elsewhere.events.attributes.execute().tolist())


def readable(path: Path) -> bytes:
    """A file's bytes; those of Parquet also without their compression."""
    import pyarrow.parquet as pq

    plain = (
        json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        if path.suffix == ".parquet"
        else ""
    )
    return path.read_bytes() + plain.encode()


@pytest.mark.parametrize("rules", ['[attributes]\nx = "hide"', '[columns]\npost = "drop"', "[rules]", "no toml"])
def test_a_privacy_rule_that_cannot_be_meant_stops_the_flow(warehouse: Warehouse, engine: Engine, rules: str) -> None:
    warehouse.home.mkdir()
    (warehouse.home / "privacy.toml").write_text(rules, encoding="utf-8")
    record(engine, fact("A", "a"))
    with pytest.raises(BadPrivacyRule):
        warehouse.take_in(engine)
    assert not warehouse.lake.folder.exists()


def test_officers_can_be_hidden_too(warehouse: Warehouse, engine: Engine) -> None:
    warehouse.home.mkdir()
    (warehouse.home / "privacy.toml").write_text('[columns]\nofficer = "pseudonym"\n', encoding="utf-8")
    record(engine, fact("A", "a"), fact("A", "b", officer=None))
    log = warehouse.take_snapshot(engine, "refund", now=NOW)
    officers = log.events.order_by("position").officer.to_pyarrow().to_pylist()
    assert officers[0].startswith("p") and officers[1] is None
