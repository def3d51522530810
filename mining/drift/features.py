"""What drift is looked for in: which steps and which steps after each other a case has, and how long it waited, worked and took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import stats

from mining.findings import ENOUGH
from mining.work import UNKNOWN, Codes, Work

Values = npt.NDArray[np.float64]
MOST = 60  # features of a family; those of most cases
MATTERS = 0.001  # of all lead times: what makes up less of them is no matter, however surely it changed


class Trait(StrEnum):
    STEP = "step"  # whether the case has the activity
    EDGE = "edge"  # whether it has the one activity right after the other
    BEGINS = "begins"
    ENDS = "ends"
    WAITING = "waiting"
    PROCESSING = "processing"
    ELAPSED = "elapsed"
    LEAD = "lead"


@dataclass(frozen=True)
class Feature:
    """A trait of the cases: 0 or 1, or seconds with NaN where a case has none."""

    trait: Trait
    subject: tuple[str, ...]
    values: Values

    @property
    def is_time(self) -> bool:
        return self.trait in (Trait.WAITING, Trait.PROCESSING, Trait.ELAPSED, Trait.LEAD)


def flow_features(work: Work) -> list[Feature]:
    """Steps, steps after each other, beginnings and ends; those that at least 20 cases have and 20 have not, one of each pattern."""
    names = work.activity.names
    here, cases = work.activity.codes, len(work.cases)
    new = np.append(True, work.case[1:] != work.case[:-1])[: len(here)]
    last = np.append(new[1:], True)[: len(here)]
    pairs = np.flatnonzero(~new)
    found = [*_marks(Trait.STEP, here, work.case, cases, lambda code: (names[code],))]
    width = len(names)
    found += _marks(
        Trait.EDGE,
        here[pairs - 1] * width + here[pairs],
        work.case[pairs],
        cases,
        lambda code: (names[code // width], names[code % width]),
    )
    for trait, rows in ((Trait.BEGINS, new), (Trait.ENDS, last)):
        found += _marks(trait, here[rows], work.case[rows], cases, lambda code: (names[code],))
    return _distinct(sorted(found, key=lambda f: -min(f.values.sum(), cases - f.values.sum())))[:MOST]


def _marks(
    trait: Trait, codes: Codes, case: Codes, cases: int, name: Callable[[int], tuple[str, ...]]
) -> Iterator[Feature]:
    for code in np.unique(codes).tolist():
        values = np.zeros(cases)
        values[case[codes == code]] = 1.0
        if ENOUGH <= values.sum() <= cases - ENOUGH:
            yield Feature(trait, name(code), values)


def _distinct(features: list[Feature]) -> list[Feature]:
    """Of features that are the same of every case only the first: a step before the ways to it."""
    known: dict[bytes, Feature] = {}
    for feature in features:
        known.setdefault(feature.values.tobytes(), feature)
    return [*known.values()]


def time_features(work: Work, lead: Values) -> list[Feature]:
    """Lead time, and by activity waiting and processing, or the time between completions where no more is known; without those
    that make up less than a thousandth of all lead times."""
    found = [Feature(Trait.LEAD, (), lead)]
    least = MATTERS * float(lead.sum())
    for trait, us in (
        (Trait.WAITING, work.waiting),
        (Trait.PROCESSING, work.processing),
        (Trait.ELAPSED, work.elapsed),
    ):
        known = us != UNKNOWN
        for code, name in enumerate(work.activity.names):
            rows = np.flatnonzero(known & (work.activity.codes == code))
            present, place = np.unique(work.case[rows], return_inverse=True)
            if len(present) < 2 * ENOUGH or us[rows].sum() / 1e6 <= least:
                continue
            values = np.full(len(work.cases), np.nan)
            values[present] = np.bincount(place, weights=us[rows] / 1e6)
            found.append(Feature(trait, (name,), values))
    return found[:MOST]


def centred(feature: Feature) -> Values:
    """Marks less their mean; times as ranks around 0 (mid-ranks as in Wilcoxon, 1945), and 0 where the case has none."""
    if not feature.is_time:
        marks: Values = feature.values - feature.values.mean()
        return marks
    known = ~np.isnan(feature.values)
    result = np.zeros(len(feature.values))
    result[known] = stats.rankdata(feature.values[known]) / (known.sum() + 1) - 0.5
    return result
