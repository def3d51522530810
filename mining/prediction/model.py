"""What remains of a case, as a distribution: by where it stands and by a boosted score, calibrated on the newest outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mining.prediction.calibration import Calibration
from mining.prediction.cells import LEVELS, Cells
from mining.prediction.following import NextStep
from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.work import Codes, Flags

LEVEL = 0.9
LOW, HIGH = (1 - LEVEL) / 2, (1 + LEVEL) / 2
NEWEST = 0.2  # the share of the prefixes, by moment, on which probabilities are calibrated
FEWEST, MOST = 4_000, 10_000  # of them
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
        gone = self.calibration.share(mixed.level(waited), of.activity)
        gone = np.where(waited > 0, np.minimum(gone, CERTAIN), 0.0)
        median, low, high = (
            np.maximum(mixed.quantile(self.calibration.raw(gone + share * (1 - gone), of.activity)) - waited, 0.0)
            for share in (0.5, LOW, HIGH)
        )
        late = 1 - self.calibration.share(mixed.level(np.maximum(limit, waited)), of.activity)
        risk = np.where(np.isnan(limit), np.nan, np.where(limit <= waited, 1.0, np.clip(late / (1 - gone), 0, 1)))
        return median, low, high, risk

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


def fitted(known: Prefixes, until: np.datetime64, weight: float, *, seed: int) -> Model:
    """The tables of prefixes with their places, as they were known at that moment: later steps are not, and cases that went on count as not over (censored)."""
    past = known.where((known.at <= until) & ~(known.last & known.over))
    so_far = seconds(past.at, np.minimum(past.ended, until))
    over = past.over & (past.ended <= until)
    by_step = Cells.learnt(*_by_step(past), so_far, over)
    by_score = None if weight == 0 else Cells.learnt(past.place, past.activity, so_far, over)
    following = NextStep.learnt(known, until)
    raw = Model(until, weight, by_step, by_score, Calibration.none(len(known.activities)), following)
    return replace(raw, calibration=_calibrated(raw, past, so_far, over, seed))


def _calibrated(raw: Model, past: Prefixes, so_far: Numbers, over: Flags, seed: int) -> Calibration:
    """On the newest prefixes, those of open cases included."""
    random = np.random.default_rng(seed)
    count = max(FEWEST, int(NEWEST * len(past)))
    rows = np.argsort(-past.at.astype(np.int64), kind="stable")[:count]
    if len(rows) > MOST:
        rows = np.sort(random.choice(rows, MOST, replace=False))
    chance = random.random(len(rows))  # where many last equally long, their level is spread over the step
    levels = []
    for part in np.array_split(np.arange(len(rows)), max(1, -(-len(rows) // AT_ONCE))):
        mixed, outcome = raw.mixed(past.where(rows[part])), so_far[rows[part]]
        below = mixed.level(outcome, before=True)
        levels.append(below + (mixed.level(outcome) - below) * chance[part])
    return Calibration.learnt(np.concatenate(levels), over[rows], past.activity[rows], len(raw.calibration.row))
