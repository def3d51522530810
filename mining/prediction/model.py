"""What remains of a case, as a distribution: by where it stands and by a boosted estimate, calibrated on the newest outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mining.prediction.calibration import Calibration
from mining.prediction.cells import LEVELS, Cells
from mining.prediction.following import NextStep
from mining.prediction.margins import START, Margins
from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.prediction.ways import ALONE, Way
from mining.work import Codes, Flags

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
    """Tables of distributions, by (last step, number of steps) and by (last step, boosted estimate), and the way in which the
    median is told from them.

    Censored cases count in all, which are averaged level by level where there are several windows (Ratcliff 1979). `until` is the moment from whose knowledge it comes, `margins` what is left outside the interval.
    """

    until: np.datetime64
    way: Way
    by_step: tuple[Cells, ...]  # by window
    by_score: Cells | None
    calibration: Calibration
    following: NextStep
    margins: Margins = START

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
        median = self._median(of, mixed, waited, raw)
        low, high = (
            np.maximum(mixed.quantile(self.calibration.raw(gone + share * (1 - gone), of.activity)) - waited, 0.0)
            for share in (self.margins.below, 1 - self.margins.above)
        )
        late = 1 - self.calibration.share(mixed.level(np.maximum(limit, waited)), of.activity)
        risk = np.where(np.isnan(limit), np.nan, np.where(limit <= waited, 1.0, np.clip(late / (1 - gone), 0, 1)))
        return median, np.minimum(low, median), np.maximum(high, median), risk

    def _median(self, of: Prefixes, mixed: Mixed, waited: Numbers, raw: Numbers) -> Numbers:
        """What is told right after the step; of those that have waited, the same share of what was still to come then."""
        if self.way in ALONE:
            return np.maximum(mixed.quantile(raw + 0.5 * (1 - raw)) - waited, 0.0)
        told = self.told(of)
        later = mixed.quantile(raw + mixed.level(told) * (1 - raw)) - waited
        return np.where(waited > 0, np.maximum(later, 0.0), told)

    def told(self, of: Prefixes) -> Numbers:
        """Seconds that remain right after the step."""
        return self.way.told(self.median_by_step(of), of.estimates)

    def median_by_step(self, of: Prefixes, windows: int | None = None) -> Numbers:
        """The median by last step and number of steps, of that many windows; the first one is everything."""
        return self._by_step(of, windows)[:, len(LEVELS) // 2]

    def _by_step(self, of: Prefixes, windows: int | None = None) -> Numbers:
        found: Numbers = np.mean([cells.of(*_by_step(of)) for cells in self.by_step[:windows]], axis=0)
        return found

    def mixed(self, of: Prefixes) -> Mixed:
        """The distributions before calibration."""
        by_step = self._by_step(of)
        if self.by_score is None:
            return Mixed(*_alone(by_step))
        by_score = self.by_score.of(of.place, of.activity)
        weight = self.way.weight
        shares = np.repeat([(1 - weight) / len(LEVELS), weight / len(LEVELS)], len(LEVELS))
        both = np.concatenate([by_step, by_score], axis=1)
        order = np.argsort(both, axis=1, kind="stable")
        return Mixed(np.take_along_axis(both, order, axis=1), np.cumsum(shares[order], axis=1))


def _alone(table: Numbers) -> tuple[Numbers, Numbers]:
    return table, np.broadcast_to(np.arange(1, len(LEVELS) + 1) / len(LEVELS), table.shape)


def _by_step(of: Prefixes) -> tuple[Codes, Codes]:
    return of.activity * MOST_STEPS + of.step, of.activity


def tables(known: Prefixes, until: np.datetime64, way: Way, *, seed: int) -> Model:
    """The tables of prefixes with their places, as they were known at that moment: later steps are not, and cases that went on count
    as not over (censored). Probabilities as they come, nothing of what comes next."""
    rows = np.flatnonzero((known.at <= until) & ~(known.last & known.over))
    newest = rows[np.argsort(known.at[rows], kind="stable")]
    windows = [newest[int((1 - share) * len(newest)) :] for share in way.windows]
    pasts = [known.where(_sampled(window, seed)) for window in windows]
    by_step = tuple(Cells.learnt(*_by_step(past), *so_far(past, until)) for past in pasts)
    by_score = Cells.learnt(pasts[0].place, pasts[0].activity, *so_far(pasts[0], until)) if way.weight else None
    return Model(until, way, by_step, by_score, Calibration.none(len(known.activities)), NextStep(()))


def _sampled(rows: Codes, seed: int) -> Codes:
    if len(rows) <= LEARNT_FROM:
        return rows
    return np.random.default_rng(seed).choice(rows, LEARNT_FROM, replace=False)


def complete(raw: Model, known: Prefixes, calibration: Calibration, margins: Margins) -> Model:
    """The same calibrated, and with what comes next."""
    return replace(raw, calibration=calibration, following=NextStep.learnt(known, raw.until), margins=margins)


def so_far(past: Prefixes, until: np.datetime64) -> tuple[Numbers, Flags]:
    """How long each has lasted since its step, in seconds, and whether it was over then."""
    return seconds(past.at, np.minimum(past.ended, until)), past.over & (past.ended <= until)
