"""One figure looked at in two groups of cases: what it was, what it is, how sure the difference is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import stats

from mining.evaluation.effect import CaseValues, tested_ratio
from mining.findings import ENOUGH
from mining.shares import newcombe

LEVEL = 0.05


class Measure(StrEnum):
    LEAD = "lead"  # typical lead time
    WAITING = "waiting"  # typical waiting of a case before an activity, among the cases that waited there
    ELAPSED = "elapsed"  # the same between completions, where starts are unknown
    STEP = "step"  # the share of cases that did an activity
    EDGE = "edge"  # the share of cases in which one activity came right after another
    REWORK = "rework"  # the share of the cases that did an activity which did it again
    CONFORMING = "conforming"
    ON_TIME = "on_time"


@dataclass(frozen=True, kw_only=True)
class Look:
    """A figure in both groups, in seconds or as a share between 0 and 1.

    `difference` with its 95 % interval (`low`, `high`) is after less before for shares; for durations it is the relative change of
    the geometric mean, -0.2 for a fifth less. `p` is that of no difference, `corrected` the same for all looks together (Holm).
    With `insufficient` one group has fewer than 20 cases to judge by: it is no fact, and is not counted among the looks.
    """

    measure: Measure
    subject: tuple[str, ...]
    unit: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    n_before: int
    n_after: int
    p: float = 1.0
    corrected: float = 1.0
    insufficient: bool = False

    @property
    def significant(self) -> bool:
        return not self.insufficient and self.corrected < LEVEL


def durations(measure: Measure, subject: tuple[str, ...], before: CaseValues, after: CaseValues) -> Look:
    """By Welch's t-test on logarithms, open cases right-censored (`evaluation.effect`)."""
    found = tested_ratio(before, after)
    enough = min(len(before.values), len(after.values)) >= ENOUGH
    return Look(
        measure=measure,
        subject=subject,
        unit="seconds",
        before=found.before,
        after=found.after,
        difference=found.estimate,
        low=found.low,
        high=found.high,
        n_before=len(before.values) + before.open_cases,
        n_after=len(after.values) + after.open_cases,
        p=found.p if enough else 1.0,
        insufficient=not enough,
    )


def shares(measure: Measure, subject: tuple[str, ...], before: tuple[int, int], after: tuple[int, int]) -> Look:
    """Of hits and cases in each group: the interval of Newcombe (1998, method 10), the exact test of Fisher (1922)."""
    (hits, of), (hits_after, of_after) = before, after
    enough = min(of, of_after) >= ENOUGH
    low, high = newcombe(hits_after, of_after, hits, of)
    one, other = hits / of if of else float("nan"), hits_after / of_after if of_after else float("nan")
    table = [[hits, of - hits], [hits_after, of_after - hits_after]]
    return Look(
        measure=measure,
        subject=subject,
        unit="share",
        before=one,
        after=other,
        difference=other - one,
        low=low,
        high=high,
        n_before=of,
        n_after=of_after,
        p=float(stats.fisher_exact(table).pvalue) if enough else 1.0,
        insufficient=not enough,
    )


def corrected(looks: Iterable[Look]) -> tuple[Look, ...]:
    """The looks with `corrected` filled in; the surest first, insufficient ones last."""
    listed = list(looks)
    facts = [look for look in listed if not look.insufficient]
    judged = [replace(look, corrected=p) for look, p in zip(facts, holm([look.p for look in facts]), strict=True)]
    order = sorted(judged, key=lambda look: (look.corrected, look.p, -abs(look.difference), look.measure, look.subject))
    return (*order, *(look for look in listed if look.insufficient))


def holm(ps: Sequence[float]) -> list[float]:
    """The probabilities, corrected so that all together err as seldom as one alone would (Holm 1979)."""
    order = np.argsort(ps, kind="stable")
    result, highest = [1.0] * len(ps), 0.0
    for place, at in enumerate(order.tolist()):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - place)))
        result[at] = highest
    return result
