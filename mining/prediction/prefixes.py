"""Where cases stood after each of their steps: what a prediction knows, and what then remained."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.prediction.features import Features, described, features
from mining.work import Codes, Flags, Stamps

Numbers = npt.NDArray[np.float64]
_PARALLEL = ("case", "activity", "step", "at", "ended", "over", "last", "place", "estimates")


@dataclass(frozen=True)
class Prefixes:
    """Parallel arrays by case and step: the code of the step just done, its number from 1, its moment; when the case ended, and
    whether it did (`over`; the last moment recorded is its end so far otherwise).

    `estimates` are the seconds that remain by boosted models, a column each, none until there are some; `place` tells apart by them
    where cases with the same last step stand.
    `contexts[k]` numbers the last k + 1 steps as they were done; `features` are what a boosted model may learn from.
    """

    cases: tuple[str, ...]
    activities: tuple[str, ...]
    case: Codes
    activity: Codes
    step: Codes
    at: Stamps
    ended: Stamps
    over: Flags
    last: Flags
    place: Codes
    estimates: Numbers
    contexts: tuple[Codes, ...]
    features: Features

    def __len__(self) -> int:
        return len(self.case)

    def where(self, kept: Flags | Codes) -> Prefixes:
        """Those that are marked, or of those rows."""
        rows = {name: getattr(self, name)[kept] for name in _PARALLEL}
        contexts = tuple(codes[kept] for codes in self.contexts)
        return Prefixes(self.cases, self.activities, **rows, contexts=contexts, features=self.features.where(kept))

    @property
    def remaining(self) -> Numbers:
        """Seconds from each step to the end of its case, or to what is known of it."""
        return seconds(self.at, self.ended)

    @property
    def follower(self) -> Codes:
        """The code of the next step; -1 where the case ended, -2 where nobody knows."""
        following = np.append(self.activity[1:], -1)
        return np.where(self.last, np.where(self.over, -1, -2), following)


def seconds(begin: Stamps, end: Stamps | np.datetime64) -> Numbers:
    """From begin to end, with fractions."""
    length: Numbers = (end - begin).astype("timedelta64[us]").astype(np.int64) / 1e6
    return length


def prefixes(rows: ibis.Table, cases: pd.DataFrame, attributes: pd.DataFrame | None = None) -> Prefixes:
    """From the rows of `steps`, those of `performance.case_times` with `closed`, and what is known of the cases when they begin
    (`case_id` and a column each); a case of which nothing is said counts as over."""
    table = features(rows)
    case, names = pd.factorize(table["case_id"])
    activity, activities = pd.factorize(table["activity"], sort=True)
    case, activity = case.astype(np.int64), activity.astype(np.int64)
    at = table["at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    known = cases.set_index("case_id").loc[list(names)]
    over = known["closed"].astype("boolean").fillna(True).to_numpy(np.bool_)
    last = np.searchsorted(case, case, side="right") - 1 == np.arange(len(case))
    return Prefixes(
        cases=tuple(names),
        activities=tuple(activities),
        case=case,
        activity=activity,
        step=table["step"].to_numpy(np.int64),
        at=at,
        ended=known["last_at"].to_numpy("datetime64[us]")[case],
        over=over[case],
        last=last,
        place=activity,
        estimates=np.empty((len(case), 0)),
        contexts=_contexts(activity, table["step"].to_numpy(np.int64)),
        features=described(table, case, names, attributes),
    )


def _contexts(activity: Codes, step: Codes, longest: int = 5) -> tuple[Codes, ...]:
    """Numbers of the last 1, 2, … steps; what came before the first step is one step more, the same for all."""
    width, found = int(activity.max(initial=0)) + 2, [activity]
    for _ in range(1, longest):
        before = np.where(step == 1, -1, np.append(-1, found[-1][:-1])) + 1
        found.append(np.unique(before * width + activity, return_inverse=True)[1].astype(np.int64))
    return tuple(found)
