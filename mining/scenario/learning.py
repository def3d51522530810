"""What the replayed cases and the pieces of work say: shares of branches, times, staff, arrivals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import log2
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from event_logs.working_time import WorkingCalendar
from mining.simulation.conditions import ATTRIBUTE, NON_WORKING, Arrivals, Choice, Officer, Sample, part_of_month

ENOUGH = 30  # observations before a share is told apart from the pooled one
TELLING = 0.05  # bits of a choice that an earlier choice or attribute must explain
MOST_VALUES = 8  # of an attribute that is looked at
MOST_VISITS = 3
A_YEAR = 330  # days of a log from which on its months are told apart
SHRINKAGE = 10.0  # cases that a season must outweigh

ReplayedCase = tuple[tuple[tuple[str, str], ...], Mapping[str, str]]  # choices in order, attributes by `@name`


# --- branches --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """One choice that a case made: the outcome, at which visit, and what had been chosen before."""

    outcome: str
    visit: int
    before: Mapping[str, str]


def choices(cases: Sequence[ReplayedCase]) -> dict[str, Choice]:
    """The shares at every branching node, conditional on the one earlier choice or case attribute that tells most,
    or else on how often the case has come by."""
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for made, attributes in cases:
        so_far, visits = dict(attributes), Counter[str]()
        for node, outcome in made:
            visits[node] += 1
            decisions[node].append(Decision(outcome, visits[node], dict(so_far)))
            so_far[node] = outcome
    return {node: _choice(node, found) for node, found in sorted(decisions.items())}


def _choice(node: str, decisions: list[Decision]) -> Choice:
    pooled = _weights(decisions)
    by_visit = _by_visit(decisions) if not {"again", "skip"} & set(pooled) else ()
    given, by_outcome = _given(node, decisions)
    return Choice(pooled if given or not by_visit else _weights(_visit(decisions, 1)), by_visit, given, by_outcome)


def _weights(decisions: Sequence[Decision]) -> dict[str, float]:
    counts = Counter(decision.outcome for decision in decisions)
    return {outcome: float(counts[outcome]) for outcome in sorted(counts)}


def _visit(decisions: Sequence[Decision], visit: int) -> list[Decision]:
    return [d for d in decisions if d.visit == visit or (visit == MOST_VISITS and d.visit > visit)]


def _by_visit(decisions: list[Decision]) -> tuple[dict[str, float], ...]:
    """The weights at the second and third visit, as long as there are enough to tell."""
    later: list[dict[str, float]] = []
    for visit in range(2, MOST_VISITS + 1):
        here = _visit(decisions, visit)
        if len(here) < ENOUGH:
            break
        later.append(_weights(here))
    return tuple(later)


def _given(node: str, decisions: list[Decision]) -> tuple[str | None, dict[str, dict[str, float]]]:
    """The earlier choice with the largest mutual information, corrected for chance (Miller and Madow, 1955)."""
    if len(decisions) < ENOUGH or len({d.outcome for d in decisions}) < 2:
        return None, {}
    names = sorted({name for d in decisions for name in d.before} - {node})
    gains = [(_gain(decisions, name), name) for name in names]
    best, name = max(gains, default=(0.0, ""), key=lambda pair: pair[0])
    if best < TELLING:
        return None, {}
    groups = _grouped(decisions, name)
    return name, {value: _weights(group) for value, group in groups.items() if len(group) >= ENOUGH}


def _grouped(decisions: list[Decision], name: str) -> dict[str, list[Decision]]:
    groups: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        groups[decision.before.get(name, "")].append(decision)
    return dict(sorted(groups.items()))


def _gain(decisions: list[Decision], name: str) -> float:
    groups = _grouped(decisions, name)
    total = len(decisions)
    rest = sum(len(group) / total * _entropy(group) for group in groups.values())
    by_chance = (len(groups) - 1) * (len({d.outcome for d in decisions}) - 1) / (2 * total * np.log(2))
    return _entropy(decisions) - rest - float(by_chance)


def _entropy(decisions: Sequence[Decision]) -> float:
    counts = Counter(decision.outcome for decision in decisions)
    return -sum(n / len(decisions) * log2(n / len(decisions)) for n in counts.values())


def telling_attributes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Attributes of few values, that a choice may depend on."""
    values: dict[str, set[str]] = defaultdict(set)
    measures: set[str] = set()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, (str, bool)):
                values[name].add(f"{value}")
            else:
                measures.add(name)
    return sorted(name for name, found in values.items() if name not in measures and 1 < len(found) <= MOST_VALUES)


def marked(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """The attributes of a case under the names by which a choice may depend on them (`@name`)."""
    return {f"{ATTRIBUTE}{name}": f"{row.get(name)}" for name in names}


# --- arrivals --------------------------------------------------------------------------------------------------------


def arrivals(moments: pd.Series, calendar: WorkingCalendar) -> Arrivals:
    """Rates by kind of day and local hour, seasons within the month and the year, and how regular the stream is."""
    zone = ZoneInfo(calendar.zone)
    local = list(moments.sort_values().dt.tz_convert(zone))
    first, last = local[0].date(), local[-1].date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = {day: day.weekday() if calendar.is_working_day(day) else NON_WORKING for day in days}
    exposure = Counter(rows.values())
    counts = np.zeros((8, 24))
    for at in local:
        counts[rows[at.date()], at.hour] += 1
    rates = [[counts[row, hour] / max(exposure[row], 1) for hour in range(24)] for row in range(8)]
    table = tuple(tuple(float(rate) for rate in row) for row in _filled(rates, exposure))
    seasonal = _with_seasons(Arrivals(table), local, rows)
    return replace(seasonal, gaps=_gaps(local, seasonal, rows))


def _filled(rates: list[list[float]], exposure: Counter[int]) -> list[list[float]]:
    """A weekday that the log does not have arrives like the average working day."""
    seen = [rates[row] for row in range(7) if exposure[row]]
    average = [float(np.mean([row[hour] for row in seen])) if seen else 0.0 for hour in range(24)]
    return [rates[row] if exposure[row] or row == NON_WORKING else average for row in range(8)]


def _with_seasons(base: Arrivals, moments: list[datetime], rows: dict[date, int]) -> Arrivals:
    """Factors of observed over expected, drawn towards 1 where little was seen; months only of a log of a whole year."""
    per_day = Counter(at.date() for at in moments)
    parts = _factors(base, rows, per_day, part_of_month, 6)
    with_parts = replace(base, parts=parts)
    if len(rows) < A_YEAR:
        return with_parts
    return replace(with_parts, months=_factors(with_parts, rows, per_day, lambda day: day.month - 1, 12))


def _factors(
    base: Arrivals, rows: dict[date, int], per_day: Counter[date], kind: Callable[[date], int], kinds: int
) -> tuple[float, ...]:
    observed, expected = np.zeros(kinds), np.zeros(kinds)
    for day, row in rows.items():
        observed[kind(day)] += per_day[day]
        expected[kind(day)] += sum(base.rates[row]) * base.season(day)
    factors = (observed + SHRINKAGE) / (expected + SHRINKAGE)
    return tuple(round(float(factor), 6) for factor in factors)


def _gaps(moments: list[datetime], seasonal: Arrivals, rows: dict[date, int]) -> Sample | None:
    """Spaces between arrivals in units of the expected number of arrivals; None where there are too few to tell."""
    if len(moments) < ENOUGH:
        return None
    before: dict[date, float] = {}
    passed = 0.0
    for day, kind in rows.items():
        before[day] = passed
        passed += sum(seasonal.rates[kind]) * seasonal.season(day)
    expected = []
    for at in moments:
        row = seasonal.rates[rows[at.date()]]
        within = (at.minute * 60 + at.second + at.microsecond / 1e6) / 3600
        since = sum(row[: at.hour]) + row[at.hour] * within
        expected.append(before[at.date()] + since * seasonal.season(at.date()))
    gaps = np.diff(np.array(expected))
    return Sample.of(gaps / gaps.mean()) if gaps.mean() > 0 else None


# --- staff -----------------------------------------------------------------------------------------------------------


def officers(instances: pd.DataFrame, case_offices: Mapping[str, str]) -> tuple[Officer, ...]:
    """Everybody who did something, with the posts that they acted in and the offices whose cases they worked on."""
    found = []
    for name, rows in instances[instances.officer.notna()].groupby("officer", sort=True):
        offices = {case_offices[id] for id in rows.case_id.unique() if id in case_offices}
        posts = tuple(sorted(str(post) for post in rows.post.dropna().unique()))
        found.append(Officer(str(name), tuple(sorted(offices)), posts))
    return tuple(found)
