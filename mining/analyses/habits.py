"""What the log does as a rule, where there is no drawing, and what of it was broken lately."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.findings import ENOUGH, Evidence, Note
from mining.habits import Habit, habits
from mining.habits.spans import Drifted
from mining.reading import Reading

SHOWN = 100


def analyse(shared: Reading) -> Analysis:
    """Nothing where there is a drawing: that says what should be done."""
    if shared.models:
        return Analysis()
    found = habits(shared.cases, shared.rows)
    if found is None:
        return Analysis(notes=(Note("habits_few", {"enough": ENOUGH}),))
    figures: dict[str, Evidence] = {
        "earlier": found.earlier,
        "later": found.later,
        "in_all": len(found.pairs),
        "broken_in_all": found.broken,
        "rules": [_rule(habit, now) for habit, now in found.pairs[:SHOWN]],
        "spans": [_span(span) for span in found.spans[:SHOWN]],
    }
    return Analysis(found.findings, figures)


def _rule(habit: Habit, now: Habit) -> dict[str, Evidence]:
    return {
        "template": habit.template.value,
        "activities": list(habit.activities),
        "support": habit.support,
        "activated": habit.activated,
        "confidence": habit.confidence,
        "interval": list(habit.interval),
        "later_activated": now.activated,
        "later_confidence": now.confidence if now.activated else None,
        "later_interval": list(now.interval),
    }


def _span(found: Drifted) -> dict[str, Evidence]:
    return {
        "activities": [found.span.source, found.span.target],
        "count": found.span.count,
        "low": found.span.low,
        "median": found.span.median,
        "high": found.span.high,
        "later": found.count,
        "longer": found.longer,
        "share": found.share,
        "interval": list(found.interval),
        "slower": found.slower,
    }
