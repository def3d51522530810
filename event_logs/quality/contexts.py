"""The company an activity keeps in a log: what comes before and after it, who does it, and how often it falls together with another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ibis

from event_logs.log import EventLog
from event_logs.performed import performed

_START, _END = "⊢", "⊣"
_HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Contexts:
    """Counts of completed work: `around` by (activity, previous, next), `people` by (activity, officer), `pairs` by (previous,
    activity), and of those pairs the ones at the very same instant in `tied`.
    """

    around: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    tied: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    neighbours: Mapping[str, Counter[tuple[int, str]]] = field(default_factory=dict)  # (0 before, 1 after; activity)
    officers: Mapping[str, Counter[str]] = field(default_factory=dict)
    coarse: bool = False  # times are told by the hour or the day, so that what falls together says nothing

    def named(self, names: Mapping[str, str]) -> Contexts:
        """The same with activities called by other names."""
        if not names:
            return self
        joined = counted(
            _renamed(self.around, names, 3),
            _renamed(self.people, names, 1),
            _renamed(self.pairs, names, 2),
            _renamed(self.tied, names, 2),
        )
        return replace(joined, coarse=self.coarse)


def contexts(log: EventLog) -> Contexts:
    """The contexts of all completed work of a log."""
    done = performed(log).filter(ibis._.completed.notnull())
    done = done.mutate(
        previous=done.previous_activity.fill_null(_START),
        next=done.next_activity.fill_null(_END),
        tie=(done.elapsed_us == 0).fill_null(False),
    )
    by_person = done.filter(ibis._.officer.notnull())
    joined = counted(
        _grouped(done, "activity", "previous", "next"),
        _grouped(by_person, "activity", "officer"),
        _grouped(done, "previous", "activity"),
        _grouped(done.filter(ibis._.tie), "previous", "activity"),
    )
    return replace(joined, coarse=_coarse(done))


def _coarse(done: ibis.Table) -> bool:
    """Are nearly all spans between two steps whole hours?"""
    spans = done.filter(ibis._.elapsed_us > 0).mutate(whole=ibis._.elapsed_us % _HOUR_US == 0)
    share = spans.whole.mean().to_pyarrow().as_py()
    return share is not None and share >= 0.9


def likeness(one: Counter[Any], other: Counter[Any]) -> float:
    """The cosine of two counts: 1 for the same proportions, 0 for nothing in common."""
    size = float(sum(n * n for n in one.values()) * sum(n * n for n in other.values())) ** 0.5
    return sum(n * other[key] for key, n in one.items()) / size if size else 0.0


def _grouped(table: ibis.Table, *keys: str) -> Counter[tuple[Any, ...]]:
    rows = table.group_by(list(keys)).aggregate(n=ibis._.count()).to_pyarrow().to_pylist()
    return Counter({tuple(row[key] for key in keys): row["n"] for row in rows})


def _renamed(counts: Counter[Any], names: Mapping[str, str], parts: int) -> Counter[tuple[Any, ...]]:
    """Counts whose keys begin with that many names of activities, summed by the new names."""
    summed: Counter[tuple[Any, ...]] = Counter()
    for key, n in counts.items():
        summed[(*(names.get(part, part) for part in key[:parts]), *key[parts:])] += n
    return summed


def counted(around: Counter[Any], people: Counter[Any], pairs: Counter[Any], tied: Counter[Any]) -> Contexts:
    counts: Counter[str] = Counter()
    neighbours: defaultdict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    officers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (activity, previous, following), n in around.items():
        counts[activity] += n
        neighbours[activity][0, previous] += n
        neighbours[activity][1, following] += n
    for (activity, officer), n in people.items():
        officers[activity][officer] += n
    return Contexts(around, people, pairs, tied, counts, dict(neighbours), dict(officers))


def in_order_of_frequency(counts: Counter[str]) -> Iterator[str]:
    """The most frequent first; by name where two are as frequent, so that the order is always the same."""
    return iter(sorted(counts, key=lambda label: (-counts[label], label)))
