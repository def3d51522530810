"""What is left outside an interval follows what then happened, and what a probability was worth is told by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mining.prediction import Issued, Margins, adapted
from mining.prediction.margins import LEAST, SIDE, START
from mining.prediction.prefixes import Numbers
from mining.prediction.trust import trusted

HOUR = np.timedelta64(3600, "s")
NOON = np.datetime64("2026-03-02T12:00:00", "us")
NEVER = np.datetime64("NaT", "us")


def _moments(*hours: float | None) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    found = [NEVER if hour is None else NOON + np.timedelta64(int(hour * 3600), "s") for hour in hours]
    return np.array(found, dtype="datetime64[us]")


def _issued(low: float, high: float, *ended: float | None) -> Issued:
    """Forecasts made at noon, all with the same interval."""
    many = len(ended)
    return Issued(_moments(*[0.0] * many), _moments(*[low] * many), _moments(*[high] * many), _moments(*ended))


def test_each_side_is_told_when_it_is_certain_not_before() -> None:
    """One ends before its interval of 2 to 10 hours begins, one within, one goes on."""
    found = _issued(2, 10, 1, 5, None)
    assert adapted(START, found, NOON, NOON + HOUR / 2) == START
    after_one = adapted(START, found, NOON, NOON + HOUR)
    assert after_one.below == pytest.approx(SIDE + 1 / 201 * (SIDE - 1)) and after_one.above == SIDE
    after_three = adapted(START, found, NOON, NOON + 3 * HOUR)
    assert after_three.below == pytest.approx(SIDE + 3 / 203 * (SIDE - 1 / 3)) and after_three.above == SIDE
    after_all = adapted(START, found, NOON, NOON + 10 * HOUR)
    assert after_all.above == pytest.approx(SIDE + 3 / 203 * (SIDE - 1 / 3))


def test_what_was_told_before_does_not_count_again() -> None:
    found = _issued(2, 10, 1, 5, 12)
    assert adapted(START, found, NOON + 10 * HOUR, NOON + 20 * HOUR) == START


def test_an_end_that_is_not_yet_known_tells_nothing() -> None:
    found = _issued(2, 10, 1, 5, 12)
    unknown = _issued(2, 10, None, None, None)
    early = NOON + HOUR / 2
    assert adapted(START, found, NOON, early) == adapted(START, unknown, NOON, early)


def test_margins_stay_within_bounds() -> None:
    assert adapted(Margins(LEAST, LEAST), _issued(2, 10, *[1.0] * 5000), NOON, NOON + 24 * HOUR).below == LEAST


@pytest.mark.parametrize("stretch", [0.5, 1.0, 1.6])
def test_coverage_comes_back_to_what_is_claimed_whatever_the_distribution_was(stretch: float) -> None:
    """Forty rounds of forecasts from a distribution that is wrong by a factor: of the later ones nine in ten lie within."""
    random = np.random.default_rng(5)
    margins, shares = START, []
    for number in range(60):
        begin = NOON + number * 1_000 * HOUR
        lasted = random.exponential(10 * stretch, 600)
        low, high = (_quantile(share) for share in (margins.below, 1 - margins.above))
        made = np.full(600, begin)
        issued = Issued.of(made, np.full(600, low * 3600), np.full(600, high * 3600), made + _span(lasted))
        margins = adapted(margins, issued, begin, begin + 1_000 * HOUR)
        shares.append(((lasted >= low) & (lasted <= high)).mean())
    assert np.mean(shares[20:]) == pytest.approx(0.9, abs=0.02)


def _quantile(share: float) -> float:
    return float(-10 * np.log(1 - share))


def _span(hours: Numbers) -> np.ndarray[tuple[int], np.dtype[np.timedelta64]]:
    return (hours * 3.6e9).astype("timedelta64[us]")


def test_what_probabilities_were_worth_by_hand() -> None:
    said = np.array([0.1, 0.3, 0.8, 1.0])
    found = trusted(said, np.array([False, False, True, True]))
    assert found is not None
    assert found.brier == pytest.approx((0.01 + 0.09 + 0.04) / 4) and found.brier_of_share == 0.25
    assert (found.said, found.happened, found.gap) == (pytest.approx(0.55), 0.5, pytest.approx(0.15))
    assert trusted(np.empty(0), np.empty(0, np.bool_)) is None
