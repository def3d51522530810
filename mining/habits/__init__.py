"""Habits: what a log does as a rule where no drawing says what it should do. Learnt from earlier cases, checked on later ones.

`templates.py` says what each kind of rule means, `counting.py` counts all of them at once, `learning.py` keeps the telling ones,
`spans.py` has the times. A habit is no duty: a broken one is something to look at, not a violation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import pandas as pd

from event_logs.courses import SEPARATOR
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.habits.counting import Paths
from mining.habits.learning import Habit, again, learnt
from mining.habits.spans import Drifted, drifted, eventually, profile
from mining.habits.templates import BOTH, Template, keeps
from mining.performance import is_open
from mining.shares import wilson
from mining.timeliness import by_office

__all__ = ["Habit", "Habits", "Template", "again", "drifted", "eventually", "habits", "keeps", "learnt", "profile"]

EARLIER = 2 / 3  # of the cases, by their beginning; the rest are held against what these did
LOOKED_AT = 100  # habits broken lately, those that were broken by more cases than before first
_TIMED = frozenset(
    (Template.RESPONSE, Template.PRECEDENCE, *BOTH, Template.ALTERNATE_RESPONSE, Template.CHAIN_RESPONSE)
)


@dataclass(frozen=True)
class Habits:
    """Each habit as the earlier cases had it and as the later ones kept it; `findings` are those broken lately, `spans` the
    times between the activities of ordered habits. `earlier` and `later` are numbers of cases; `broken` is how many habits were
    broken lately, of which `findings` has the first LOOKED_AT."""

    earlier: int
    later: int
    pairs: tuple[tuple[Habit, Habit], ...]
    spans: tuple[Drifted, ...]
    findings: tuple[Finding, ...]
    broken: int


def habits(cases: pd.DataFrame, rows: ibis.Table) -> Habits | None:
    """Learn from the first two thirds of the finished cases, check on the last third; None where either has fewer than 20.

    `cases` are the rows of `reading.Reading.cases`, `rows` those of `steps`.
    """
    finished = cases[~is_open(cases)].sort_values(["first_at", "case_id"])
    cut = int(len(finished) * EARLIER)
    before, after = finished.iloc[:cut], finished.iloc[cut:]
    if min(len(before), len(after)) < ENOUGH:
        return None
    found = learnt(_paths(before))
    pairs = tuple(zip(found, again(found, _paths(after)), strict=True))
    timed = {(h.activities[0], h.activities[1]) for h in found if h.template in _TIMED}
    spans = tuple(_spans(rows, before, after, timed)) if timed else ()
    broken = sorted((pair for pair in pairs if pair[1].kept < pair[1].activated), key=_weight)
    found_broken = [_broken(habit, now, after) for habit, now in broken[:LOOKED_AT]]
    slower = [_slower(span) for span in spans if span.slower]
    return Habits(len(before), len(after), pairs, spans, ranked([*found_broken, *slower]), len(broken) + len(slower))


def _weight(pair: tuple[Habit, Habit]) -> float:
    """Broken by more cases than before goes first."""
    habit, now = pair
    return -(now.activated - now.kept - (1 - habit.confidence) * now.activated)


def _paths(cases: pd.DataFrame) -> Paths:
    return [(_steps(path), count) for path, count in sorted(Counter(cases["path"]).items())]


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(SEPARATOR)) if path else ()


def _spans(
    rows: ibis.Table, before: pd.DataFrame, after: pd.DataFrame, pairs: set[tuple[str, str]]
) -> Iterator[Drifted]:
    def of(cases: pd.DataFrame) -> ibis.Table:
        ids = ibis.memtable(pd.DataFrame({"case_id": cases["case_id"].astype("object")}))
        return eventually(rows.semi_join(ids, "case_id"), pairs)

    yield from drifted(profile(of(before)), of(after))


def _broken(habit: Habit, now: Habit, after: pd.DataFrame) -> Finding:
    broken = now.activated - now.kept
    breaks = {path: not keeps(habit.template, _steps(path), *habit.activities) for path in after["path"].unique()}
    deviating = after["path"].map(breaks).to_numpy(dtype=bool)
    office = after["office"].astype(object).where(after["office"].notna(), None).to_numpy()
    evidence: dict[str, Evidence] = {
        "eligible": now.activated,
        "share_of": "eligible",
        "share_interval": list(wilson(broken, now.activated)),
        "before": 1 - habit.confidence,
        "before_interval": [1 - habit.interval[1], 1 - habit.interval[0]],
        "more_than_before": wilson(broken, now.activated)[0] > 1 - habit.interval[0],
        "offices": by_office(office, deviating, deviating | True),
        "examples": sorted(after["case_id"][deviating])[:5],
    }
    return Finding(
        kind=Kind.HABIT_BROKEN,
        subject=habit.activities,
        measure=habit.template.value,
        value=float(broken),
        unit="cases",
        share=broken / now.activated,
        cases=broken,
        insufficient=now.activated < ENOUGH,
        evidence=evidence,
    )


def _slower(found: Drifted) -> Finding:
    span = found.span
    return Finding(
        kind=Kind.HABIT_BROKEN,
        subject=(span.source, span.target),
        measure="slower",
        value=float(found.cases),
        unit="cases",
        share=found.share,
        cases=found.cases,
        evidence={
            "eligible": found.count,
            "share_of": "eligible",
            "share_interval": list(found.interval),
            "median": span.median,
            "high": span.high,
        },
    )
