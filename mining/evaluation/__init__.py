"""Proof: what changed, how sure that is, what the simulation had promised, and what follows from both."""

from mining.evaluation.effect import (
    MEASURES,
    CaseValues,
    Direction,
    Effect,
    arm_of,
    case_values,
    compare,
    effect_of,
    latest_of,
)
from mining.evaluation.promising import Against, Interval, Promise, promise
from mining.evaluation.verdict import SENTENCES, Advice, Verdict, judge

__all__ = [
    "MEASURES",
    "SENTENCES",
    "Advice",
    "Against",
    "CaseValues",
    "Direction",
    "Effect",
    "Interval",
    "Promise",
    "Verdict",
    "arm_of",
    "case_values",
    "compare",
    "effect_of",
    "judge",
    "latest_of",
    "promise",
]
