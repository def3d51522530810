"""The same expressions on PostgreSQL as on DuckDB: the same graph, variants and case times."""

from __future__ import annotations

from dataclasses import replace

import ibis
import pytest
import sqlalchemy as sa

from event_logs.log import CASES, EVENTS, EventLog
from mining.dfg import directly_follows
from mining.performance import case_times
from mining.rework import returns
from mining.variants import variants


def _on_postgres(log: EventLog, url: str) -> EventLog:
    at = sa.make_url(url)
    backend = ibis.postgres.connect(
        host=at.host, port=at.port, user=at.username, password=at.password, database=at.database
    )
    backend.raw_sql("set timezone to 'UTC'").close()
    events = backend.create_table("events", log.events.to_pyarrow(), schema=EVENTS)
    cases = backend.create_table("cases", log.cases.to_pyarrow(), schema=CASES)
    return replace(log, events=events, cases=cases)


@pytest.mark.slow
def test_postgresql_answers_as_duckdb_does(receipt: EventLog, postgres_url: str) -> None:
    pytest.importorskip("psycopg", reason="Ibis speaks to PostgreSQL through psycopg")
    there = _on_postgres(receipt, postgres_url)
    here_graph, there_graph = directly_follows(receipt), directly_follows(there)
    assert here_graph.nodes == there_graph.nodes
    for ours, theirs in zip(here_graph.edges, there_graph.edges, strict=True):
        assert (ours.source, ours.target, ours.count, ours.cases) == (
            theirs.source,
            theirs.target,
            theirs.count,
            theirs.cases,
        )
        assert (ours.mean, ours.median, ours.p90) == pytest.approx((theirs.mean, theirs.median, theirs.p90), rel=1e-12)
    assert [(v.activities, v.cases) for v in variants(receipt)] == [(v.activities, v.cases) for v in variants(there)]
    columns = ["case_id", "first_at", "last_at", "office", "withdrawn", "events"]
    tables = [case_times(log).order_by("case_id").to_pandas()[columns] for log in (receipt, there)]
    assert tables[0].astype(str).equals(tables[1].astype(str))
    assert returns(receipt) == returns(there) == ()
