"""Models of one log as of any moment, each calibrated on what earlier ones had said and what then happened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from mining.prediction.calibration import Calibration
from mining.prediction.margins import START, Issued, Margins, adapted, together
from mining.prediction.model import Mixed, Model, complete, so_far, tables
from mining.prediction.prefixes import Numbers, Prefixes
from mining.prediction.ways import Way
from mining.work import Codes, Flags, Stamps

MOMENTS = 16  # at least as many looks back at what is known, by the number of steps; twice as many at most
LOOKED_AT = 1_500  # prefixes after the newest moment
FADING = 0.8  # each moment further back counts for so much of the one after it


@dataclass(frozen=True)
class Look:
    """Prefixes that came after a moment, in random order, with what was said of them at that moment."""

    said: Prefixes
    mixed: Mixed
    chance: Numbers

    def reached(self, until: np.datetime64, first: int) -> tuple[Numbers, Flags, Codes]:
        """Of that many of them: the raw level that each has reached by then, whether it was over, and its last step.

        Where many last equally long, the level is spread over the step.
        """
        lasted, over = so_far(self.said, until)
        below = self.mixed.level(lasted, before=True)
        level = below + (self.mixed.level(lasted) - below) * self.chance
        return level[:first], over[:first], self.said.activity[:first]


@dataclass
class Rolling:
    """Calibrated on looks back at the later half of what was known, the older the fewer (conformal prediction beyond exchangeability,
    Barber, Candès, Ramdas & Tibshirani 2023): long enough for a rhythm, quick enough to follow a drift."""

    known: Prefixes
    way: Way
    seed: int
    earlier: dict[np.datetime64, Model] = field(default_factory=dict)
    looks: dict[tuple[np.datetime64, np.datetime64], Look] = field(default_factory=dict)

    def model(self, until: np.datetime64, margins: Margins | None = None) -> Model:
        """As of that moment; with margins as replayed where none are given."""
        raw = tables(self.known, until, self.way, seed=self.seed)
        if margins is None:
            margins = self.replayed(until)
        return complete(raw, self.known, self._calibration(self._moments(until), until), margins)

    def replayed(self, until: np.datetime64) -> Margins:
        """The margins that come of making forecasts at the moments before and correcting them by what then happened.

        Above the interval they stay: what is known there is of forecasts made long ago, when times may have been others.
        """
        moments, margins = self._moments(until), START
        issued: list[Issued] = []
        for number, (moment, following) in enumerate(pairwise([*moments, until])):
            if issued:
                margins = adapted(margins, together(issued), moments[number - 1], moment)
            if number:
                look = self._look(moment, following)
                issued.append(_issued(look, self._calibration(moments[:number], moment), margins))
        found = adapted(margins, together(issued), moments[-1], until) if issued else margins
        return replace(START, below=found.below)

    def issued(self, model: Model, following: np.datetime64) -> Issued:
        """Forecasts of a sample of the steps that came after the moment of a model, up to the following one."""
        said = self._sample(model.until, following)
        told = model.predict(said)
        return Issued.of(said.at, told.low, told.high, _ends(said))

    def _calibration(self, moments: list[np.datetime64], until: np.datetime64) -> Calibration:
        looks = [self._look(moment, following) for moment, following in pairwise([*moments, until])]
        activities = len(self.known.activities)
        if not looks:
            return Calibration.none(activities)
        found = [look.reached(until, round(LOOKED_AT * FADING**age)) for age, look in enumerate(reversed(looks))]
        level, over, activity = (np.concatenate(column) for column in zip(*found, strict=True))
        return Calibration.learnt(level, over, activity, activities)

    def _moments(self, until: np.datetime64) -> list[np.datetime64]:
        """Every so many steps, by a power of two, so that most moments stay the same while the log grows."""
        at = self.known.at[self.known.at < until]
        every = 1 << max(int(np.log2(max(len(at) / MOMENTS, 1))), 0)
        found = list(dict.fromkeys(np.sort(at)[every - 1 :: every]))
        return found[len(found) // 2 :]

    def _look(self, moment: np.datetime64, following: np.datetime64) -> Look:
        if (moment, following) not in self.looks:
            self.looks[moment, following] = self._looked(moment, following)
        return self.looks[moment, following]

    def _looked(self, moment: np.datetime64, following: np.datetime64) -> Look:
        said = self._sample(moment, following)
        chance = np.random.default_rng(self.seed).random(len(said))
        return Look(said, self._as_of(moment).mixed(said), chance)

    def _sample(self, moment: np.datetime64, following: np.datetime64) -> Prefixes:
        """At most LOOKED_AT prefixes of those after a moment, in random order."""
        known = self.known
        rows = np.flatnonzero((known.at > moment) & (known.at <= following) & ~(known.last & known.over))
        random = np.random.default_rng([self.seed, len(rows)])
        return known.where(random.choice(rows, min(LOOKED_AT, len(rows)), replace=False))

    def _as_of(self, moment: np.datetime64) -> Model:
        if moment not in self.earlier:
            self.earlier[moment] = tables(self.known, moment, self.way, seed=self.seed)
        return self.earlier[moment]


def _issued(look: Look, calibration: Calibration, margins: Margins) -> Issued:
    said = look.said
    low, high = (
        look.mixed.quantile(calibration.raw(np.full(len(said), share), said.activity))
        for share in (margins.below, 1 - margins.above)
    )
    return Issued.of(said.at, low, high, _ends(said))


def _ends(said: Prefixes) -> Stamps:
    """When each case ended, NaT where it has not."""
    return np.where(said.over, said.ended, np.datetime64("NaT"))
