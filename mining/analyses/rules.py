"""Which rules beside the drawn path were broken: post, four eyes, time limit of a step."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.reading import Reading
from mining.rules import broken_rules


def analyse(shared: Reading) -> Analysis:
    """Which of the rules beside the drawn path were broken (`rules.broken_rules`)."""
    return Analysis(broken_rules(shared.work, shared.models, shared.calendar))
