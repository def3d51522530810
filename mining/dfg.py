"""The directly-follows graph: which step came right after which, how often and after how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from event_logs.log import EventLog
from mining.sequences import Sequences, sequences
from mining.steps import in_seconds


@dataclass(frozen=True, slots=True)
class Node:
    """An activity: how often it was done, in how many cases, how many cases began and ended with it."""

    activity: str
    count: int
    cases: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from one activity to the next of the same case; times in seconds between the two completions.

    These are no waiting times: work of parallel branches lies between two completions, and so does the processing.
    """

    source: str
    target: str
    count: int
    cases: int
    mean: float
    median: float
    p90: float
    p95: float
    total: float


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by falling count, edges by falling count; ties by name."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def directly_follows(told: EventLog | ibis.Table | Sequences) -> Graph:
    """The whole graph of a log, or of a table with the columns of `steps`."""
    with sequences(told) as known:
        names, walks, timed = known.activities.values, known.walks, _timed(known.timed)
    in_cases = walks.follows()
    edges = [
        Edge(
            source=names[row["source"]],
            target=names[row["target"]],
            count=row["count"],
            cases=in_cases[row["source"], row["target"]].cases,
            mean=row["total"] / 1e6 / row["count"],
            **dict(zip(("median", "p90", "p95"), row["quantiles"], strict=True)),
            total=row["total"] / 1e6,
        )
        for row in timed
    ]
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for edge in edges:
        before[edge.target] += edge.count
        after[edge.source] += edge.count
    nodes = [
        Node(name, tally.times, tally.cases, starts=tally.times - before[name], ends=tally.times - after[name])
        for name, tally in walks.activities().items()
    ]
    return Graph(
        tuple(sorted(nodes, key=lambda n: (-n.count, n.activity))),
        tuple(sorted(edges, key=lambda e: (-e.count, e.source, e.target))),
    )


def _timed(rows: ibis.Table) -> list[dict[str, Any]]:
    """source, target (numbers), count, quantiles (seconds) and total (microseconds) of the edges."""
    pairs = rows.filter(rows.previous_activity.notnull()).rename(source="previous_activity", target="activity")
    grouped = pairs.group_by("source", "target").aggregate(
        count=pairs.count(),
        quantiles=in_seconds(pairs.elapsed_us).quantile([0.5, 0.9, 0.95]),
        total=pairs.elapsed_us.sum().cast("int64"),
    )
    return grouped.to_pyarrow().to_pylist()  # type: ignore[no-any-return]


def filtered(graph: Graph, *, activities: float = 1.0, paths: float = 1.0) -> Graph:
    """The most frequent activities that together make up that share of all steps, and among them the edges that make up
    that share of the rest; every kept activity keeps its most frequent way in and out, so that nothing hangs in the air."""
    kept = _covering(graph.nodes, activities, lambda n: n.count)
    names = {node.activity for node in kept}
    inside = [edge for edge in graph.edges if edge.source in names and edge.target in names]
    chosen = set(_covering(inside, paths, lambda e: e.count)) | _lifelines(inside)
    return Graph(tuple(kept), tuple(edge for edge in inside if edge in chosen))


def _covering(items: Iterable[Any], share: float, weight: Any) -> list[Any]:
    ordered = list(items)
    goal, reached = share * sum(weight(item) for item in ordered), 0
    kept: list[Any] = []
    for item in ordered:
        if reached >= goal and kept:
            break
        kept.append(item)
        reached += weight(item)
    return kept


def _lifelines(edges: Iterable[Edge]) -> set[Edge]:
    into: dict[str, Edge] = {}
    out: dict[str, Edge] = {}
    for edge in edges:  # they come by falling count, so the first is the most frequent
        if edge.source != edge.target:
            into.setdefault(edge.target, edge)
            out.setdefault(edge.source, edge)
    return {*into.values(), *out.values()}


def as_plain(graph: Graph) -> dict[str, list[Mapping[str, Any]]]:
    """The graph as lists of dicts, for a page or JSON."""
    return {
        "nodes": [{name: getattr(node, name) for name in Node.__slots__} for node in graph.nodes],
        "edges": [{name: getattr(edge, name) for name in Edge.__slots__} for edge in graph.edges],
    }


def readable(graph: Graph, *, nodes: int = 14, edges: int = 26) -> Graph:
    """At most that many of the most frequent activities and about as many of the paths between them, for a picture."""
    kept = graph.nodes[:nodes]
    names = {node.activity for node in kept}
    inside = [edge for edge in graph.edges if edge.source in names and edge.target in names]
    chosen = set(inside[:edges]) | _lifelines(inside)
    return Graph(kept, tuple(edge for edge in inside if edge in chosen))
