"""The same expressions on PostgreSQL and on a cluster of Spark as on DuckDB: the same rows, graph, variants and case times."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.engines import connect
from event_logs.errors import UnusableEngine
from event_logs.event import Event, Lifecycle
from event_logs.log import CASES, EVENTS, EventLog
from event_logs.performed import computed, performed
from event_logs.warehouse import Warehouse
from mining.dfg import directly_follows
from mining.figures import FIGURES
from mining.filters import read, taken
from mining.performance import case_times
from mining.rework import returns
from mining.variants import variants
from tests.mining.spark import cluster

_EPOCH_US = """
create function epoch_us(at timestamptz) returns bigint immutable language sql
return extract(epoch from at)::numeric * 1000000"""


def _on_postgres(log: EventLog, url: str) -> EventLog:
    at = sa.make_url(url)
    backend = ibis.postgres.connect(
        host=at.host, port=at.port, user=at.username, password=at.password, database=at.database
    )
    backend.raw_sql("set timezone to 'UTC'").close()
    backend.raw_sql(_EPOCH_US).close()
    events = backend.create_table("events", log.events.to_pyarrow(), schema=EVENTS)
    cases = backend.create_table("cases", log.cases.to_pyarrow(), schema=CASES)
    return replace(log, events=events, cases=cases)


FILTERS = (  # one of each kind, on the logs of `_recorded`
    "started(2026-03-28T22:01Z,2026-03-29T05:00Z)",
    "case(case_state,missing)",
    "event(n,range,5,)",
    "event(officer,in,o1)",
    "starts(a)",
    "directly(a,b,25200,different)",
    "eventually(b,a,60000,same)",
    "never(a,b)",
    "lead(100000,)",
    "lead_working(1,)",
    "share(0.4)",
    "path(a,b)",
    "again(a,2)",
    "and(starts(a),not(again(b,1)))",
)


def _same_cases(here: EventLog, there: EventLog) -> None:
    """Every kind of filter chooses the same cases, with their work."""
    logs = [replace(log, zone="Asia/Shanghai") for log in (here, there)]
    for text in FILTERS:  # one by one: planning them together takes Spark ten minutes
        chosen = [_rows(taken(log, read(text)).cases.select("case_id"), "case_id") for log in logs]
        assert chosen[0] == chosen[1], text
    work = [performed(taken(log, read("again(a,1)"))) for log in (here, there)]
    assert _rows(work[0], "case_no", "position") == _rows(work[1], "case_no", "position")


def _same_graph(here: EventLog, there: EventLog) -> None:
    """(Quantiles are interpolated: the last of sixteen digits may differ.)"""
    here_graph, there_graph = directly_follows(here), directly_follows(there)
    assert here_graph.nodes == there_graph.nodes
    for ours, theirs in zip(here_graph.edges, there_graph.edges, strict=True):
        assert (ours.source, ours.target, ours.count, ours.cases) == (
            theirs.source,
            theirs.target,
            theirs.count,
            theirs.cases,
        )
        assert (ours.mean, ours.median, ours.p90) == pytest.approx((theirs.mean, theirs.median, theirs.p90), rel=1e-12)


@pytest.mark.slow
def test_postgresql_answers_as_duckdb_does(receipt: EventLog, postgres_url: str) -> None:
    pytest.importorskip("psycopg", reason="Ibis speaks to PostgreSQL through psycopg")
    there = _on_postgres(receipt, postgres_url)
    _same_figures(receipt, there)
    columns = ["case_id", "first_at", "last_at", "office", "withdrawn", "events"]
    tables = [case_times(log).order_by("case_id").to_pandas()[columns] for log in (receipt, there)]
    assert tables[0].astype(str).equals(tables[1].astype(str))
    assert returns(receipt) == returns(there) == ()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A master with two workers; the session of this process on it is started once."""
    with cluster(tmp_path_factory.mktemp("spark")) as address:
        yield address
        connect(address)._session.stop()


def _recorded(home: Path, engine: sa.Engine) -> None:
    """A warehouse whose maintained tables have several generations, with cases struck from the earlier ones."""
    for n in range(6):
        events = [
            Event(
                procedure="refund",
                case_id=f"C{case}",
                activity="ab"[(n + case) % 2],
                lifecycle=lifecycle,
                at=datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(hours=7 * n, minutes=case, seconds=seconds),
                instance=f"{n}-{case}",
                officer=f"o{case % 2}",
                attributes={"n": n} | ({"case_state": "completed"} if n == 5 else {}),
            )
            for case in range(n % 3, 5)
            for lifecycle, seconds in ((Lifecycle.START, 0.25), (Lifecycle.COMPLETE, 90.5))
        ]
        with Session(engine) as session, session.begin():
            store.append(session, events)
        Warehouse(home).take_snapshot(engine, "refund", now=datetime(2026, 4, 2, tzinfo=UTC))


def _rows(table: ibis.Table, *order: str) -> list[tuple[object, ...]]:
    rows = table.order_by(*order).to_pyarrow()
    plain = rows.cast(
        pa.schema(
            [(f.name, pa.timestamp("us", "UTC") if pa.types.is_timestamp(f.type) else f.type) for f in rows.schema]
        )
    )
    return [tuple(row.values()) for row in plain.to_pylist()]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cluster_of_spark_answers_as_duckdb_does(tmp_path: Path, spark: str) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'office.sqlite'}")
    store.metadata.create_all(engine)
    _recorded(tmp_path / "home", engine)
    engine.dispose()
    table = tmp_path / "window.csv"
    table.write_text(
        "case,activity,start,end\n1,a,2026-03-29 01:30,2026-03-29 03:30\n1,b,2026-03-29 04:00,2026-03-29 05:00\n"
    )
    Warehouse(tmp_path / "home").import_log(table, "window")
    for name in ("refund", "window"):
        here, there = (
            warehouse.load(name) if name == "window" else warehouse.load_snapshot(name)
            for warehouse in (Warehouse(tmp_path / "home"), Warehouse(tmp_path / "home", spark))
        )
        assert there.events.get_backend().name == "pyspark"
        assert _rows(here.events, "position") == _rows(there.events, "position")
        assert _rows(here.cases, "case_id") == _rows(there.cases, "case_id")
        order = ("case_no", "position", "activity")
        assert here.kept_performed() is not None
        assert _rows(performed(here), *order) == _rows(performed(there), *order)
        assert _rows(computed(here), *order) == _rows(computed(there), *order)
        if name == "refund":
            _same_cases(here, there)
        times = [case_times(log).select("case_id", "first_at", "last_at", "events") for log in (here, there)]
        assert _rows(times[0], "case_id") == _rows(times[1], "case_id")
        _same_figures(here, there)
        _same_figures(_bare(here), _bare(there))


def _bare(log: EventLog) -> EventLog:
    """The log without what is on file, so that everything is computed from its events."""
    return EventLog(log.name, log.events, log.cases, log.source, log.zone)


def _same_figures(here: EventLog, there: EventLog) -> None:
    _same_graph(here, there)
    for name in ("lead times", "repeats", "handovers", "arrivals"):
        assert FIGURES[name](here) == FIGURES[name](there), name
    assert [(v.activities, v.cases) for v in variants(here)] == [(v.activities, v.cases) for v in variants(there)]


def test_an_engine_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UnusableEngine, match=r"install `qiangji\[spark\]`"):
        connect("spark://127.0.0.1:1")
