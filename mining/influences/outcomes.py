"""What is to be explained of each case: how long it lasted, whether it was late, whether it left the drawn path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpmn.procedure import TimeLimit
from event_logs.working_time import WorkingCalendar
from mining.findings import ENOUGH
from mining.performance import is_open
from mining.survival import Survival
from mining.timeliness import due_moments

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST = 0.9  # the lead time within which that share of the cases is over: longer ones count as so long


class Question(StrEnum):
    LONG = "long"
    LATE = "late"
    DEVIATING = "deviating"


@dataclass(frozen=True)
class Outcome:
    """Of the cases that are `judged`: `value`, whose mean is compared (seconds, or 0 and 1), and `score`, which is tested.

    Of lead times `within` are the seconds at which they are cut off, and `lasted` and `over` say what they are made of.
    """

    question: Question
    value: Numbers
    score: Numbers
    judged: Flags
    within: float | None = None
    lasted: Numbers | None = None
    over: Flags | None = None

    def typical(self, has: Flags) -> float:
        """The median lead time of those cases (Kaplan and Meier, 1958) in seconds, or their share."""
        if self.lasted is None or self.over is None:
            return float(np.mean(self.value[has]))
        rows = self._by_length[has[self._by_length]]
        alive = np.cumprod(np.where(self.over[rows], 1 - 1 / (len(rows) - np.arange(len(rows))), 1.0))
        half = np.flatnonzero(alive <= 0.5 + 1e-12)
        return float(self.lasted[rows[half[0] if len(half) else -1]])

    @cached_property
    def _by_length(self) -> npt.NDArray[np.int64]:
        """The cases from the shortest to the longest, sorted once for all traits; where times tie, those that ended first."""
        if self.lasted is None or self.over is None:
            return np.empty(0, np.int64)
        return np.lexsort((~self.over, self.lasted)).astype(np.int64)


def lead_time(cases: pd.DataFrame, *, finished_only: bool = False) -> Outcome | None:
    """How long cases lasted, up to the time within which most are over; None where too few ended.

    The value of a case is its pseudo-observation of the restricted mean (Andersen, Klein and Rosthøj, 2003; Andersen, Hansen
    and Klein, 2004), by the infinitesimal jackknife of the Kaplan-Meier estimate: of a finished case among finished ones its lead
    time itself, so that open cases count as lasting at least so long and their means can be compared as if all had ended.
    Scores are those of Peto and Peto (1972), which without open cases are Wilcoxon's ranks.
    """
    over = ~is_open(cases).to_numpy()
    judged = over if finished_only else np.ones(len(cases), np.bool_)
    first, last = (cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    now = last.max()
    lasted = (np.where(over, last, now) - first).astype(np.int64) / 1e6
    if int((over & judged).sum()) < ENOUGH:
        return None
    value, score = np.full(len(cases), np.nan), np.full(len(cases), np.nan)
    within, value[judged], score[judged] = _pseudo_observations(lasted[judged], over[judged])
    return Outcome(Question.LONG, value, score, judged, within, lasted, over)


def _pseudo_observations(lasted: Numbers, over: Flags) -> tuple[float, Numbers, Numbers]:
    whole = Survival.of(np.zeros(len(lasted), np.int64), lasted, over)
    times, place = np.unique(lasted, return_inverse=True)
    ended = np.bincount(place, weights=over, minlength=len(times)).astype(np.float64)
    at_risk = len(lasted) - np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(times)))[:-1]])
    followed = times[at_risk >= min(ENOUGH, len(lasted))].max()
    within = float(min(whole.quantiles(np.array([MOST]))[0, 0], followed))
    alive: Numbers = np.cumprod(np.where(at_risk > ended, 1 - ended / at_risk, 0.0)).astype(np.float64)
    return within, _values(times, place, over, at_risk, ended, alive, within), _scores(place, over, alive)


def _values(
    times: Numbers,
    place: npt.NDArray[np.int64],
    over: Flags,
    at_risk: Numbers,
    ended: Numbers,
    alive: Numbers,
    within: float,
) -> Numbers:
    """The mean up to `within`, and for each case by how much it moves it: what it adds to those at risk and to those ended."""
    edges = np.minimum(np.append(times, np.inf), within)
    area = alive * np.diff(edges)  # under the curve from each time to the next
    beyond = np.cumsum(area[::-1])[::-1]
    mean = float(edges[0] + area.sum())
    stays = np.where(at_risk > ended, 1 / np.maximum(at_risk - ended, 1), 0.0) - 1 / at_risk
    moved = np.cumsum(beyond * stays)
    moved_before = np.concatenate([[0.0], moved[:-1]])
    leaves = beyond / at_risk
    own = np.where(over, moved_before[place] - leaves[place], moved[place])
    values: Numbers = mean + len(place) * own
    return values


def _scores(place: npt.NDArray[np.int64], over: Flags, alive: Numbers) -> Numbers:
    before = np.concatenate([[1.0], alive[:-1]])
    scores: Numbers = np.where(over, 1 - before[place] - alive[place], 1 - alive[place])
    return scores


def lateness(cases: pd.DataFrame, limits: Sequence[TimeLimit], calendar: WorkingCalendar | None) -> Outcome | None:
    """Whether the first of the time limits of the case was missed, of the cases whose limit had passed when the log ended.

    Of those it is known of the open ones too: they are late. Of the others nobody knows yet; leaving out only the open ones
    among them would make cases look later than they are.
    """
    due = due_moments(cases, limits, calendar) if limits and calendar is not None else None
    if due is None or cases.empty:
        return None
    last = cases["last_at"].to_numpy("datetime64[us]")
    judged = due <= last.max()
    late = (is_open(cases).to_numpy() | (last > due)).astype(np.float64)
    return Outcome(Question.LATE, late, late, judged) if judged.any() else None


def deviating(cases: pd.DataFrame, costs: pd.Series[int]) -> Outcome | None:
    """Whether a finished case left the drawn path; `costs` are its deviating steps by case, of those that were compared."""
    known = cases["case_id"].map(costs).to_numpy(np.float64)
    judged = ~np.isnan(known)
    left = np.where(judged, known > 0, np.nan).astype(np.float64)
    return Outcome(Question.DEVIATING, left, left, judged) if judged.any() else None
