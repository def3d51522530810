"""The directly-follows graph: which step came right after which, how often and after how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from event_logs.log import EventLog
from mining.steps import distinct_cases, in_seconds, in_sequence, steps


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


def follows(told: EventLog | ibis.Table) -> ibis.Table:
    """source, target, count, cases, mean, median, p90, p95, total (seconds): the edges, as a lazy table over a log or `steps` rows."""
    rows = in_sequence(told)
    pairs = rows.filter(rows.previous_activity.notnull()).rename(source="previous_activity", target="activity")
    elapsed = in_seconds(pairs.elapsed_us)
    grouped = pairs.group_by("source", "target").aggregate(
        count=pairs.count(),
        cases=distinct_cases(pairs, "pairs_before"),
        quantiles=elapsed.quantile([0.5, 0.9, 0.95]),
        total=in_seconds(pairs.elapsed_us.sum()),
    )
    names = {name: grouped.quantiles[n] for n, name in enumerate(("median", "p90", "p95"))}
    return grouped.mutate(mean=grouped.total / grouped["count"], **names).drop("quantiles")


def activities(told: EventLog | ibis.Table) -> ibis.Table:
    """activity, count, cases, as a lazy table over a log or `steps` rows."""
    kept = told.kept_performed() if isinstance(told, EventLog) else None
    rows = in_sequence(told) if kept is not None else steps(told) if isinstance(told, EventLog) else told
    return rows.group_by("activity").aggregate(count=rows.count(), cases=distinct_cases(rows, "times_before"))


def directly_follows(told: EventLog | ibis.Table) -> Graph:
    """The whole graph of a log, or of a table with the columns of `steps`."""
    edges = [Edge(**record) for record in _records(follows(told))]
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for edge in edges:
        before[edge.target] += edge.count
        after[edge.source] += edge.count
    nodes = [
        Node(
            **record,
            starts=record["count"] - before[record["activity"]],
            ends=record["count"] - after[record["activity"]],
        )
        for record in _records(activities(told))
    ]
    return Graph(
        tuple(sorted(nodes, key=lambda n: (-n.count, n.activity))),
        tuple(sorted(edges, key=lambda e: (-e.count, e.source, e.target))),
    )


def _records(table: ibis.Table) -> Iterable[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]


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
