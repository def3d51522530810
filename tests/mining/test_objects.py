"""The object-centric view, against counts read from the file by other means, and against pm4py."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.objects import TABLES, ObjectLog
from event_logs.objects.casework import objects_of
from event_logs.objects.opening import objects_from
from event_logs.warehouse import Warehouse
from mining.errors import EmptyLog
from mining.objects import ObjectView, object_view, story
from mining.objects.drawing import dot
from tests.mining.logs import Done, log_of

ORDERS = "ocel2_order_management_early.sqlite.gz"


def minute(n: float) -> datetime:
    return datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(minutes=n)


def told(events: list[tuple[str, float, list[str]]]) -> ObjectLog:
    """A log of events (activity, minute, objects); an object is called by its type and a number, `order1`."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    rows["events"] = [(f"e{n}", n, what, minute(at), "{}") for n, (what, at, _objects) in enumerate(events)]
    names = dict.fromkeys(name for _what, _at, objects in events for name in objects)
    rows["objects"] = [(name, name.rstrip("0123456789")) for name in names]
    rows["concerns"] = [(f"e{n}", name, "") for n, (_w, _a, objects) in enumerate(events) for name in objects]
    return objects_from(rows, name="told")


STORY = told(
    [
        ("place", 0, ["order1"]),
        ("place", 5, ["order2"]),
        ("pick", 10, ["item1", "order1"]),
        ("pick", 20, ["item2", "order1"]),
        ("pick", 50, ["item3", "order2"]),
        ("send", 60, ["item1", "item2", "item3", "order1", "order2"]),
    ]
)


def test_events_of_several_objects_are_one_node_with_arrows_of_every_type() -> None:
    view = object_view(STORY)
    edges = {(e.type, e.source, e.target): (e.count, e.objects, e.median) for e in view.graph.edges}
    assert edges == {
        ("item", "pick", "send"): (3, 3, 40 * 60),
        ("order", "place", "pick"): (2, 2, 27.5 * 60),
        ("order", "pick", "pick"): (1, 1, 10 * 60),
        ("order", "pick", "send"): (2, 2, 25 * 60),
    }
    send = next(node for node in view.graph.nodes if node.activity == "send")
    assert (send.events, send.objects, send.ends) == (1, (("item", 3), ("order", 2)), (("item", 3), ("order", 2)))
    assert "item 3" in dot(view.graph, label=str, duration=str)


def test_convergence_and_divergence_are_counted() -> None:
    order, item = ({t.type: t for t in object_view(STORY).types}[kind] for kind in ("order", "item"))
    assert (item.objects, item.events, item.told, item.converging, item.diverging) == (3, 4, 6, 1, 0)
    assert (order.objects, order.events, order.told, order.converging, order.diverging) == (2, 6, 7, 1, 1)
    assert (order.longest, order.life) == (4, 57.5 * 60)


def test_who_waits_for_whom() -> None:
    view = object_view(STORY)
    send = next(m for m in view.meetings if m.activity == "send")
    assert (send.flow, send.synchronisation, send.insufficient) == (50 * 60, 40 * 60, True)
    late = {m.type: (m.pooling, m.lagging) for m in view.lateness if m.activity == "send"}
    assert late == {"item": (40 * 60, 30 * 60), "order": (30 * 60, 40 * 60)}


def test_a_taxpayer_has_one_story_over_several_procedures() -> None:
    def casework(case: str, activity: str, at: float) -> ObjectLog:
        return objects_of(log_of(Done(case, activity, at, officer="chen", attributes='{"taxpayer_id":"9131"}')))

    refund, invoice = casework("R1", "check", 2), casework("I7", "file", 1)
    moments = story(("refund", refund, "taxpayer:9131"), ("invoice", invoice, "taxpayer:9131"))
    assert [(m.log, m.activity) for m in moments] == [("invoice", "file"), ("refund", "check")]
    assert moments[1].others == (("case", "case:R1"), ("officer", "officer:chen"))
    assert story(("refund", refund, "taxpayer:other")) == ()


def test_a_log_in_which_nothing_concerns_an_object_is_empty() -> None:
    with pytest.raises(EmptyLog):
        object_view(told([("place", 0, [])]))


# --- read by other means ----------------------------------------------------------------------------------------------

names = st.sampled_from(["order1", "order2", "item1", "item2", "item3"])
events = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 6), st.lists(names, max_size=4, unique=True)), min_size=1
).filter(lambda told: any(objects for *_rest, objects in told))


@pytest.mark.slow
@given(events)
@settings(max_examples=25, deadline=None)
def test_the_counts_are_those_of_a_plain_reading(given_events: list[tuple[str, float, list[str]]]) -> None:
    view, lines = object_view(told(given_events)), defaultdict(list)
    for n, (what, at, objects) in sorted(enumerate(given_events), key=lambda row: (row[1][1], row[0])):
        for name in objects:
            lines[name].append((n, what, at))
    pairs = Counter((name.rstrip("123"), a[1], b[1]) for name, line in lines.items() for a, b in pairwise(line))
    assert {(e.type, e.source, e.target): e.count for e in view.graph.edges} == pairs
    assert {n.activity: n.events for n in view.graph.nodes} == Counter(w for w, _a, objects in given_events if objects)
    for each in view.types:
        own = [line for name, line in lines.items() if name.rstrip("123") == each.type]
        assert each.events_per_object == median(map(len, own)) and each.told == sum(map(len, own))
        assert each.events == len({n for line in own for n, *_rest in line})
        assert each.life == pytest.approx(60 * median(line[-1][2] - line[0][2] for line in own))
    waits = defaultdict(list)
    for n, (what, _at, objects) in enumerate(given_events):
        before = [line[at - 1][2] for name in objects for line in [lines[name]] for at in [_place(line, n)] if at]
        if len(before) > 1:
            waits[what].append(60 * (max(before) - min(before)))
    assert {m.activity: m.synchronisation for m in view.meetings} == pytest.approx(
        {what: median(values) for what, values in waits.items()}
    )


def _place(line: list[tuple[int, str, float]], event: int) -> int:
    return next(at for at, (n, *_rest) in enumerate(line) if n == event)


@pytest.fixture(scope="module")
def orders(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> ObjectView:
    home = Warehouse(tmp_path_factory.mktemp("home"))
    home.import_log(shared / "data" / "logs" / ORDERS, "orders", {"case_id": "orders"})
    return object_view(home.load_objects("orders"))


@pytest.fixture(scope="module")
def plain(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "orders.sqlite"
    path.write_bytes(gzip.decompress((shared / "data" / "logs" / ORDERS).read_bytes()))
    return path


EDGES = """
with line as (
  select distinct o.ocel_type as kind, o.ocel_id as object, e.ocel_id as event, e.ocel_type as activity, t.at, e.rowid as place
  from event_object r join object o on o.ocel_id = r.ocel_object_id join event e on e.ocel_id = r.ocel_event_id
  join times t on t.event = e.ocel_id),
pair as (
  select kind, object, activity, lag(activity) over (partition by object order by at, place) as source from line)
select kind, source, activity, count(*), count(distinct object) from pair where source is not null group by 1, 2, 3
"""


@pytest.mark.slow
def test_the_orders_are_counted_as_sqlite_counts_them(orders: ObjectView, plain: Path) -> None:
    assert (orders.events, orders.objects) == (18_211, 10_011 + 20), "20 products have no events"
    with sqlite3.connect(plain) as database:
        tables = [row[0] for row in database.execute("select ocel_type_map from event_map_type")]
        union = " union all ".join(f'select ocel_id as event, ocel_time as at from "event_{table}"' for table in tables)
        database.execute(f"create temp table times as {union}")
        counted = {(k, a, b): (n, objects) for k, a, b, n, objects in database.execute(EDGES)}
    assert {(e.type, e.source, e.target): (e.count, e.objects) for e in orders.graph.edges} == counted


ASK = """
import json, sys
sys.modules["r4pm"] = sys.modules["rustxes"] = None
import pm4py
graph = pm4py.discover_ocdfg(pm4py.read_ocel2_sqlite(sys.argv[1]))
edges = graph["edges"]["total_objects"]
print(json.dumps([[kind, a, b, len(pairs)] for kind, own in edges.items() for (a, b), pairs in own.items()]))
"""


@pytest.mark.slow
def test_pm4py_draws_the_same_arrows(orders: ObjectView, plain: Path) -> None:
    pytest.importorskip("pm4py")
    said = subprocess.run(
        [sys.executable, "-c", ASK, str(plain)], capture_output=True, text=True, check=True, timeout=280
    ).stdout
    theirs: Mapping[tuple[str, str, str], int] = {
        (kind, a, b): count for kind, a, b, count in json.loads(said.strip().splitlines()[-1])
    }
    ours = {(e.type, e.source, e.target): e.count for e in orders.graph.edges}
    # An employee has several events at one instant: pm4py does not order them as they were recorded.
    in_order = [{key: count for key, count in found.items() if key[0] != "employees"} for found in (ours, theirs)]
    assert in_order[0] == in_order[1] and len(in_order[0]) > 10
    assert sum(ours.values()) == sum(theirs.values())
