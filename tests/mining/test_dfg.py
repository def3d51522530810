"""The directly-follows graph: figures of public logs, laws of counting, and its picture."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.dfg import as_plain, directly_follows, filtered, readable
from mining.dfg_drawing import draw
from mining.errors import LayoutFailed
from tests.mining.logs import Done, log_of, path

traces = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), min_size=1, max_size=6)


def test_receipt_to_the_digit(receipt: EventLog) -> None:
    graph = directly_follows(receipt)
    [edge] = [e for e in graph.edges if e.source == "Confirmation of receipt" and e.target.startswith("T02")]
    assert (len(graph.nodes), len(graph.edges)) == (27, 99)
    assert round(edge.mean, 3) == 72163.838
    assert edge.median == 35.189
    assert (edge.count, edge.cases) == (1079, 1079)


@settings(max_examples=8, deadline=None)
@given(traces)
def test_every_step_but_a_cases_last_is_followed_by_one(cases: list[list[str]]) -> None:
    graph = directly_follows(log_of(*(d for n, trace in enumerate(cases) for d in path(str(n), *trace))))
    steps = sum(node.count for node in graph.nodes)
    assert steps == sum(map(len, cases))
    assert sum(edge.count for edge in graph.edges) == steps - len(cases)
    assert sum(node.starts for node in graph.nodes) == sum(node.ends for node in graph.nodes) == len(cases)
    assert sum(edge.total for edge in graph.edges) == pytest.approx(3600 * (steps - len(cases)))


def test_ties_in_time_keep_the_recorded_order() -> None:
    graph = directly_follows(log_of(Done("1", "z", 0), Done("1", "a", 0), Done("1", "m", 0)))
    assert [(e.source, e.target) for e in graph.edges] == [("a", "m"), ("z", "a")]


def test_work_that_was_only_scheduled_or_begun_is_no_step() -> None:
    graph = directly_follows(log_of(Done("1", "a", 1, started=0.5, scheduled=0), Done("1", "b", None, started=2)))
    assert [(node.activity, node.count) for node in graph.nodes] == [("a", 1)]


def test_filters_keep_the_frequent_and_leave_nothing_hanging(receipt: EventLog) -> None:
    whole = directly_follows(receipt)
    some = filtered(whole, activities=0.9, paths=0.5)
    kept = {node.activity for node in some.nodes}
    assert sum(n.count for n in some.nodes) >= 0.9 * 8577
    assert len(some.nodes) < len(whole.nodes)
    assert {edge.target for edge in some.edges} | {edge.source for edge in some.edges} == kept
    assert filtered(whole) == whole
    assert len(readable(whole, nodes=5).nodes) == 5


def test_plain_data_has_every_figure(receipt: EventLog) -> None:
    plain = as_plain(directly_follows(receipt))
    assert plain["nodes"][0] == {
        "activity": "Confirmation of receipt", "count": 1434, "cases": 1434, "starts": 1434, "ends": 116
    }  # fmt: skip
    assert set(plain["edges"][0]) == {"source", "target", "count", "cases", "mean", "median", "p90", "p95", "total"}


def test_the_picture_names_activities_as_it_is_told_and_escapes_them() -> None:
    graph = directly_follows(log_of(*path("1", "check", 'say "no" <b>\\')))
    svg = draw(graph, label=lambda a: {"check": "资料审核"}.get(a, a), duration=lambda s: f"{s:g} s", title="A & B")
    assert svg.startswith("<svg") and svg.rstrip().endswith("</svg>")
    assert "资料审核" in svg and "3600 s" in svg and "<title>A &amp; B</title>" in svg
    assert "&lt;b&gt;" in svg and "<b>" not in svg and "script" not in svg


def test_a_picture_that_takes_too_long_is_given_up(receipt: EventLog) -> None:
    with pytest.raises(LayoutFailed, match=r"not finished after 0\.01 seconds"):
        draw(directly_follows(receipt), label=str, duration=str, timeout=0.01)
