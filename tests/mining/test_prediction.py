"""Predictions of open cases: survival by hand, conditions, what comes next, and how earlier predictions fared on public logs."""

from __future__ import annotations

import numpy as np
import pytest

from event_logs.log import EventLog
from mining.performance import case_times
from mining.prediction import Forecast, Prefixes, attributes_of, forecasts, prefixes, train, trial
from mining.prediction.calibration import Calibration
from mining.prediction.ways import validation
from mining.steps import steps
from mining.survival import Survival
from tests.mining.logs import Done, at, log_of

HOUR = 3600.0


def _known(log: EventLog) -> Prefixes:
    cases = case_times(log).to_pandas()
    for column in ("first_at", "last_at"):
        cases[column] = cases[column].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return prefixes(steps(log), cases, attributes_of(log))


def _forecast(log: EventLog, case: str, hours: float, limit: float | None = None) -> Forecast:
    known = _known(log)
    limits = None if limit is None else np.full(len(known.cases), _moment(limit))
    found = forecasts(train(known, _moment(hours), boosted=False, seed=1), _moment(hours), limits)
    return next(one for one in found if one.case == case)


def _moment(hours: float) -> np.datetime64:
    return np.datetime64(at(hours).replace(tzinfo=None), "us")


def test_survival_of_a_textbook_sample() -> None:
    """Six observations, two of them not over: 1, 2+, 3, 3, 5+, 6 (a plus is censored)."""
    seconds = np.array([6.0, 1, 2, 3, 3, 5])
    over = np.array([True, True, False, True, True, False])
    found = Survival.of(np.zeros(6, np.int64), seconds, over)
    assert found.alive.tolist() == pytest.approx([5 / 6, 5 / 6, 5 / 8, 5 / 12, 5 / 12, 0])
    assert found.quantiles(np.array([0.1, 0.5, 0.99])).tolist() == [[1, 3, 6]]


def test_the_longest_seen_stands_where_no_more_is_known_to_be_over() -> None:
    found = Survival.of(np.array([7, 7, 9]), np.array([2.0, 5, 4]), np.array([True, False, False]))
    assert found.groups.tolist() == [7, 9]
    assert found.quantiles(np.array([0.9])).tolist() == [[5], [4]]


def _history(lengths: list[float]) -> list[Done]:
    return [
        d for n, end in enumerate(lengths) for d in (Done(f"p{n:03}", "accept", 0), Done(f"p{n:03}", "deliver", end))
    ]


def test_an_open_case_is_forecast_from_those_that_stood_where_it_stands_and_had_not_ended_by_then() -> None:
    """Forty cases ended after 1 … 40 hours; one has waited 20 hours after its first step."""
    log = log_of(
        *_history([float(n) for n in range(1, 41)]),
        Done("open", "accept", 20),
        Done("late", "tick", 40),
        open_cases=["open"],
    )
    found = _forecast(log, "open", 40)
    assert (found.activity, found.step, found.risk) == ("accept", 1, None)
    assert found.median == pytest.approx(10 * HOUR)  # of those that lasted over 20 hours, half were over within 30
    assert found.low == pytest.approx(1 * HOUR) and found.high == pytest.approx(19 * HOUR)
    assert found.following == (("deliver", 1.0),)


def test_the_risk_is_the_share_of_them_that_ended_after_the_limit() -> None:
    log = log_of(
        *_history([float(n) for n in range(1, 41)]),
        Done("open", "accept", 20),
        Done("late", "tick", 40),
        open_cases=["open"],
    )
    assert _forecast(log, "open", 40, limit=20 + 35).risk == pytest.approx(5 / 20, abs=0.01)
    assert _forecast(log, "open", 40, limit=30).risk == 1


def test_what_came_later_is_not_known_before() -> None:
    """A prediction of the past does not change when the future is added."""
    early = _history([float(n) for n in range(1, 41)])
    later = [d for n in range(40) for d in (Done(f"q{n:03}", "accept", 100), Done(f"q{n:03}", "deliver", 100.5))]
    before = _forecast(log_of(*early, Done("open", "accept", 20), open_cases=["open"]), "open", 40)
    assert _forecast(log_of(*early, Done("open", "accept", 20), *later, open_cases=["open"]), "open", 40) == before


def test_outcomes_that_last_longer_than_claimed_raise_the_levels_before_they_are_over() -> None:
    """Half of the newest lie at the level 0.8 or above, half of those still open there."""
    level = np.concatenate([np.linspace(0, 0.8, 200), np.full(100, 0.9), np.full(100, 0.8)])
    over = np.concatenate([np.ones(300, np.bool_), np.zeros(100, np.bool_)])
    found = Calibration.learnt(level, over, np.zeros(400, np.int64), 1)
    assert found.raw(np.array([0.5]), np.zeros(1, np.int64))[0] == pytest.approx(0.8, abs=0.01)
    assert found.share(np.array([0.4]), np.zeros(1, np.int64))[0] == pytest.approx(0.25, abs=0.01)


def test_which_step_comes_next_rests_on_the_last_ones_that_were_seen_often() -> None:
    """After `check` follows what the step before it decides."""
    history = [
        Done(f"{way}{n}", name, n + hour)
        for way, steps_of in (("a", "accept check sign"), ("b", "return check refuse"))
        for n in range(40)
        for hour, name in enumerate(steps_of.split())
    ]
    log = log_of(*history, Done("open", "return", 50), Done("open", "check", 51), open_cases=["open"])
    found = _forecast(log, "open", 52)
    assert found.following == (("refuse", 1.0),)


def test_the_way_is_chosen_by_those_that_last_long_too() -> None:
    """Of the later half only short cases are over; the long ones among them count for those that still run."""
    short = [d for n in range(300) for d in (Done(f"s{n:03}", "accept", n), Done(f"s{n:03}", "deliver", n + 1))]
    long = [d for n in range(300) for d in (Done(f"l{n:03}", "accept", n), Done(f"l{n:03}", "deliver", n + 100))]
    known = _known(log_of(*short, *long))
    found = validation(known, _moment(299), seed=1)
    assert found is not None
    slow = found.asked.remaining > 50 * HOUR
    assert 0.1 < slow.mean() < 0.45
    assert np.average(slow, weights=found.weight) == pytest.approx(0.5, abs=0.06)


def test_how_predictions_of_a_public_log_fared(receipt: EventLog) -> None:
    """By tables alone, on the latest fifth of the cases, each prefix counted once."""
    track = trial(_known(receipt), boosted=False)
    assert track is not None
    assert (track.cases, track.standings, track.weight, track.error_boosted) == (235, 1258, 0.0, None)
    assert 0.88 <= track.coverage <= 0.92
    assert track.error <= track.error_by_step
    assert track.next_right > track.next_right_by_last > 0.8
    assert track.next is not None and track.next.brier < track.next.brier_of_share


@pytest.mark.slow
def test_with_boosting_it_is_as_good_as_the_better_rival_and_always_the_same(receipt: EventLog) -> None:
    known = _known(receipt)
    track = trial(known, boosted=True, seed=3)
    assert track is not None and track.error_boosted is not None
    assert track.error <= min(track.error_by_step, track.error_boosted)
    assert 0.88 <= track.coverage <= 0.92
    assert track.discrimination is not None and track.discrimination > 0.5
    assert trial(known, boosted=True, seed=3) == track
    now = known.ended.max()
    first, second = (train(known, now, boosted=True, seed=3) for _ in range(2))
    asked = first.known.where(np.arange(500))
    told = [each.model.predict(asked, waited=np.full(500, HOUR)) for each in (first, second)]
    assert [told[0].median.tobytes(), told[0].low.tobytes(), told[0].high.tobytes()] == [
        told[1].median.tobytes(),
        told[1].low.tobytes(),
        told[1].high.tobytes(),
    ]
    assert first.model.margins == second.model.margins


def test_too_few_cases_have_no_record() -> None:
    assert trial(_known(log_of(*_history([1, 2, 3]))), boosted=False) is None
