"""What remains of a case, as a distribution: by where it stands and by a boosted score, calibrated on the newest outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from mining.prediction.calibration import Calibration
from mining.prediction.cells import LEVELS, Cells
from mining.prediction.following import NextStep
from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.work import Codes, Flags

LEVEL = 0.9
LOW, HIGH = (1 - LEVEL) / 2, (1 + LEVEL) / 2
MOMENTS = np.linspace(0.05, 0.95, 19)  # of the prefixes by time: where earlier forecasts are looked back at
LOOKED_BACK = 8  # of these moments: long enough for a year's rhythm, short enough to follow a drift
LOOKED_AT = 1_500  # prefixes after each moment
LEARNT_FROM = 150_000  # prefixes of a table: more change no quantile
AT_ONCE = 4_096  # prefixes whose distributions are held at the same time
CERTAIN = 1 - 1e-9
MOST_STEPS = 1_000_003


@dataclass(frozen=True)
class Predicted:
    """Parallel to the prefixes, in seconds from the moment of asking: median, 90-percent interval, and the chance of missing the
    limit (NaN without one)."""

    median: Numbers
    low: Numbers
    high: Numbers
    risk: Numbers


@dataclass(frozen=True)
class Mixed:
    """A row a prefix: seconds in rising order, each with the share of the distribution up to it."""

    seconds: Numbers
    share: Numbers

    def quantile(self, level: Numbers) -> Numbers:
        place = np.minimum((self.share < level[:, None] - 1e-9).sum(axis=1), self.seconds.shape[1] - 1)
        found: Numbers = self.seconds[np.arange(len(place)), place]
        return found

    def level(self, of: Numbers, *, before: bool = False) -> Numbers:
        """The share that is over within (or before) that time."""
        under = self.seconds < of[:, None] if before else self.seconds <= of[:, None]
        place = under.sum(axis=1)
        found: Numbers = np.where(place > 0, self.share[np.arange(len(place)), np.maximum(place - 1, 0)], 0.0)
        return found


@dataclass(frozen=True)
class Model:
    """Two tables of distributions and the weight of the second: by (last step, number of steps), and by (last step, boosted score).

    Censored cases count in both. `until` is the moment from whose knowledge it comes.
    """

    until: np.datetime64
    weight: float
    by_step: Cells
    by_score: Cells | None
    calibration: Calibration
    following: NextStep

    def predict(self, of: Prefixes, *, waited: Numbers | None = None, limit: Numbers | None = None) -> Predicted:
        """What remains, `waited` seconds after the step; `limit` are seconds from the step, NaN for none."""
        waited = np.zeros(len(of)) if waited is None else waited
        limit = np.full(len(of), np.nan) if limit is None else limit
        parts = [
            self._predicted(of.where(rows), waited[rows], limit[rows])
            for rows in np.array_split(np.arange(len(of)), max(1, -(-len(of) // AT_ONCE)))
        ]
        return Predicted(*(np.concatenate([part[number] for part in parts]) for number in range(4)))

    def _predicted(self, of: Prefixes, waited: Numbers, limit: Numbers) -> tuple[Numbers, ...]:
        mixed = self.mixed(of)
        raw = np.where(waited > 0, np.minimum(mixed.level(waited), CERTAIN), 0.0)
        gone = np.where(waited > 0, np.minimum(self.calibration.share(raw, of.activity), CERTAIN), 0.0)
        median = np.maximum(mixed.quantile(raw + 0.5 * (1 - raw)) - waited, 0.0)
        low, high = (
            np.maximum(mixed.quantile(self.calibration.raw(gone + share * (1 - gone), of.activity)) - waited, 0.0)
            for share in (LOW, HIGH)
        )
        late = 1 - self.calibration.share(mixed.level(np.maximum(limit, waited)), of.activity)
        risk = np.where(np.isnan(limit), np.nan, np.where(limit <= waited, 1.0, np.clip(late / (1 - gone), 0, 1)))
        return median, np.minimum(low, median), np.maximum(high, median), risk

    def median_by_step(self, of: Prefixes) -> Numbers:
        """The plain median by last step and number of steps."""
        return Mixed(*_alone(self.by_step.of(*_by_step(of)))).quantile(np.full(len(of), 0.5))

    def mixed(self, of: Prefixes) -> Mixed:
        """The distributions before calibration."""
        by_step = self.by_step.of(*_by_step(of))
        if self.by_score is None or self.weight == 0:
            return Mixed(*_alone(by_step))
        by_score = self.by_score.of(of.place, of.activity)
        shares = np.repeat([(1 - self.weight) / len(LEVELS), self.weight / len(LEVELS)], len(LEVELS))
        both = np.concatenate([by_step, by_score], axis=1)
        order = np.argsort(both, axis=1, kind="stable")
        return Mixed(np.take_along_axis(both, order, axis=1), np.cumsum(shares[order], axis=1))


def _alone(table: Numbers) -> tuple[Numbers, Numbers]:
    return table, np.broadcast_to(np.arange(1, len(LEVELS) + 1) / len(LEVELS), table.shape)


def _by_step(of: Prefixes) -> tuple[Codes, Codes]:
    return of.activity * MOST_STEPS + of.step, of.activity


def tables(known: Prefixes, until: np.datetime64, weight: float, *, seed: int) -> Model:
    """The tables of prefixes with their places, as they were known at that moment: later steps are not, and cases that went on count
    as not over (censored). Probabilities as they come."""
    rows = np.flatnonzero((known.at <= until) & ~(known.last & known.over))
    if len(rows) > LEARNT_FROM:
        rows = np.sort(np.random.default_rng(seed).choice(rows, LEARNT_FROM, replace=False))
    past = known.where(rows)
    so_far, over = _so_far(past, until)
    by_step = Cells.learnt(*_by_step(past), so_far, over)
    by_score = None if weight == 0 else Cells.learnt(past.place, past.activity, so_far, over)
    nothing = Calibration.none(len(known.activities))
    return Model(until, weight, by_step, by_score, nothing, NextStep.learnt(known, until))


def _so_far(past: Prefixes, until: np.datetime64) -> tuple[Numbers, Flags]:
    return seconds(past.at, np.minimum(past.ended, until)), past.over & (past.ended <= until)


@dataclass
class Rolling:
    """Models of one log as of any moment, each calibrated on what earlier ones had said: those of the last MOMENTS before it."""

    known: Prefixes
    weight: float
    seed: int
    earlier: dict[np.datetime64, Model] = field(default_factory=dict)

    def model(self, until: np.datetime64) -> Model:
        """As of that moment."""
        raw = tables(self.known, until, self.weight, seed=self.seed)
        random = np.random.default_rng(self.seed)
        moments = self._moments(until)
        levels, overs, activities = [], [], []
        for moment, following in pairwise([*moments, until]):
            rows = np.flatnonzero(
                (self.known.at > moment) & (self.known.at <= following) & ~(self.known.last & self.known.over)
            )
            said = self.known.where(np.sort(random.choice(rows, min(LOOKED_AT, len(rows)), replace=False)))
            reached, over = _so_far(said, until)
            levels.append(_levels(self._as_of(moment), said, reached, random.random(len(said))))
            overs.append(over)
            activities.append(said.activity)
        if not levels:
            return raw
        found = Calibration.learnt(
            np.concatenate(levels), np.concatenate(overs), np.concatenate(activities), len(self.known.activities)
        )
        return replace(raw, calibration=found)

    def _moments(self, until: np.datetime64) -> list[np.datetime64]:
        at = np.sort(self.known.at)
        found = [at[int(share * (len(at) - 1))] for share in MOMENTS] if len(at) else []
        return [moment for moment in dict.fromkeys(found) if moment < until][-LOOKED_BACK:]

    def _as_of(self, moment: np.datetime64) -> Model:
        if moment not in self.earlier:
            self.earlier[moment] = tables(self.known, moment, self.weight, seed=self.seed)
        return self.earlier[moment]


def _levels(model: Model, said: Prefixes, reached: Numbers, chance: Numbers) -> Numbers:
    """The raw level that each has reached; where many last equally long, it is spread over the step."""
    mixed = model.mixed(said)
    below = mixed.level(reached, before=True)
    spread: Numbers = below + (mixed.level(reached) - below) * chance
    return spread
