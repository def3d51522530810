"""The change of the mean lead time taken apart: other cases, other ways, other waiting, other processing.

The mean is a sum over kinds of cases m and activities a on the critical path: P(m) · f(m, a) · (w(m, a) + p(m, a)), where P is the
share of the kind, f how often a case of it passes a, w and p how long it then waits and is worked on. The difference of a product is
split between its factors at the mean of the others (Kitagawa 1955; the same idea in Oaxaca 1973 and Blinder 1973), from the outside
in: mix, then routing, then waiting and processing. Where one group has no such kind or activity, nothing is known of its times
there: they are taken as the other's, so that all of the difference is mix or routing.

The arithmetic is that of fractions: the parts sum to the difference exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from mining.critical_path import chains
from mining.performance import is_open
from mining.reading import Reading


class Part(StrEnum):
    MIX = "mix"  # other kinds of cases
    ROUTING = "routing"  # activities passed more or less often
    WAITING = "waiting"  # longer or shorter waiting at the activities passed
    PROCESSING = "processing"
    ELAPSED = "elapsed"  # between completions, where waiting and processing cannot be told apart
    BESIDE = "beside"  # before the first and after the last piece of work


TIMES = (Part.WAITING, Part.PROCESSING, Part.ELAPSED, Part.BESIDE)


@dataclass(frozen=True)
class Cell:
    """What the cases of a group spent at one activity: how often they passed it, and microseconds by part."""

    passed: int
    spent: tuple[int, ...]  # in the order of TIMES


@dataclass(frozen=True)
class Group:
    """Finished cases by kind, and what they spent by kind and activity."""

    cases: Mapping[str, int]
    cells: Mapping[str, Mapping[str, Cell]]

    @property
    def total(self) -> int:
        return sum(self.cases.values())


@dataclass(frozen=True)
class Decomposition:
    """Exact parts in microseconds: `by_part` sums to `after - before`, and so does `by_activity` with the mix.

    `before` and `after` are mean lead times of finished cases in microseconds, `cases` how many there are of each.
    """

    before: Fraction
    after: Fraction
    cases: tuple[int, int]
    by_part: Mapping[Part, Fraction]
    by_activity: Mapping[tuple[Part, str], Fraction]


def decomposition(before: Group, after: Group) -> Decomposition | None:
    """None where a group has no finished case."""
    if not before.total or not after.total:
        return None
    by_activity = _parts(before, after)
    by_part = dict.fromkeys(Part, Fraction(0))
    for (part, _activity), value in by_activity.items():
        by_part[part] += value
    means = [Fraction(sum(_lead(group, kind) for kind in group.cases), group.total) for group in (before, after)]
    return Decomposition(means[0], means[1], (before.total, after.total), by_part, by_activity)


def _lead(group: Group, kind: str) -> int:
    return sum(sum(cell.spent) for cell in group.cells[kind].values())


def _parts(before: Group, after: Group) -> dict[tuple[Part, str], Fraction]:
    found: dict[tuple[Part, str], Fraction] = defaultdict(Fraction)
    for kind in sorted({*before.cases, *after.cases}):
        counts = [group.cases.get(kind, 0) for group in (before, after)]
        shares = [Fraction(count, group.total) for count, group in zip(counts, (before, after), strict=True)]
        leads = [Fraction(_lead(g, kind), n) if n else None for g, n in zip((before, after), counts, strict=True)]
        one, other = (known if known is not None else leads[1 - n] for n, known in enumerate(leads))
        found[Part.MIX, kind] += (shares[1] - shares[0]) * (one + other) / 2  # type: ignore[operator]
        if all(counts):
            weight = (shares[0] + shares[1]) / 2
            for key, value in _within(before.cells[kind], after.cells[kind], counts):
                found[key] += weight * value
    return {key: value for key, value in found.items() if value}


def _within(
    before: Mapping[str, Cell], after: Mapping[str, Cell], counts: list[int]
) -> Iterator[tuple[tuple[Part, str], Fraction]]:
    for activity in sorted({*before, *after}):
        cells = [before.get(activity), after.get(activity)]
        rates = [Fraction(cell.passed, n) if cell else Fraction(0) for cell, n in zip(cells, counts, strict=True)]
        times = [tuple(Fraction(us, cell.passed) for us in cell.spent) if cell else () for cell in cells]
        one, other = times[0] or times[1], times[1] or times[0]
        yield (Part.ROUTING, activity), (rates[1] - rates[0]) * (sum(one) + sum(other)) / 2
        for part, a, b in zip(TIMES, one, other, strict=True):
            yield (part, activity), (rates[0] + rates[1]) / 2 * (b - a)


def group_of(reading: Reading, kind: str | None) -> Group:
    """The finished cases of a reading; `kind` is the column of its cases that says which kinds are told apart, None for one kind."""
    work, cases = reading.work, reading.cases
    finished = ~is_open(cases).to_numpy()
    kinds = _kinds(reading, kind)
    rows, parts = chains(work)
    spent: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * (1 + len(TIMES))))
    covered = np.zeros(len(cases), np.int64)
    waiting, processing, outside, elapsed, between = parts
    told = np.stack([waiting + outside + between, processing, elapsed], axis=1)
    np.add.at(covered, work.case[rows], told.sum(axis=1))
    names = work.activity.names
    for row, us in zip(rows.tolist(), told.tolist(), strict=True):
        case = int(work.case[row])
        if finished[case]:
            cell = spent[kinds[case]][names[int(work.activity.codes[row])]]
            cell[0] += 1
            for place, value in enumerate(us, start=1):
                cell[place] += value
    lead = (cases["last_at"] - cases["first_at"]).to_numpy("timedelta64[us]").astype(np.int64)
    for case in np.flatnonzero(finished).tolist():
        cell = spent[kinds[case]][""]
        cell[0] += 1
        cell[len(TIMES)] += int(lead[case] - covered[case])
    cells = {k: {a: Cell(cell[0], tuple(cell[1:])) for a, cell in by.items()} for k, by in spent.items()}
    return Group(Counter(kinds[case] for case in np.flatnonzero(finished).tolist()), cells)


def _kinds(reading: Reading, kind: str | None) -> list[str]:
    if kind is None:
        return [""] * len(reading.cases)
    column = reading.cases[kind]
    return ["" if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)]
