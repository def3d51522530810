"""Forecasts of open cases: survival by hand, conditions, and how earlier forecasts fared on public logs."""

from __future__ import annotations

import numpy as np
import pytest

from event_logs.log import EventLog
from mining.forecast import Standings, forecasts, standings, track_record
from mining.forecast.survival import Survival
from mining.performance import case_times
from mining.steps import steps
from tests.mining.logs import Done, at, log_of

HOUR = 3600.0


def _standings(log: EventLog) -> Standings:
    cases = case_times(log).to_pandas()
    for column in ("first_at", "last_at"):
        cases[column] = cases[column].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return standings(steps(log), cases)


def _moment(hours: float) -> np.datetime64:
    return np.datetime64(at(hours).replace(tzinfo=None), "us")


def test_survival_of_a_textbook_sample() -> None:
    """Six observations, two of them not over: 1, 2+, 3, 3, 5+, 6 (a plus is censored)."""
    seconds = np.array([6.0, 1, 2, 3, 3, 5])
    over = np.array([True, True, False, True, True, False])
    found = Survival.of(np.zeros(6, np.int64), seconds, over)
    assert [found.lasting(0, t) for t in (0.5, 1, 2, 3, 5, 6)] == pytest.approx([1, 5 / 6, 5 / 6, 5 / 12, 5 / 12, 0])
    assert found.quantiles(0.5)[0] == 3
    assert found.reaches(0, 0.9) == 1
    assert found.quantiles(0.99)[0] == 6


def test_the_longest_seen_stands_where_no_more_is_known_to_be_over() -> None:
    found = Survival.of(np.array([7, 7, 9]), np.array([2.0, 5, 4]), np.array([True, False, False]))
    assert found.groups.tolist() == [7, 9]
    assert found.quantiles(0.9).tolist() == [5, 4]


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
    [found] = [one for one in forecasts(_standings(log), _moment(40), None) if one.case == "open"]
    assert (found.activity, found.step, found.risk) == ("accept", 1, None)
    assert found.median == pytest.approx(10 * HOUR)  # of those that lasted over 20 hours, half were over within 30
    assert found.low == pytest.approx(1 * HOUR) and found.high == pytest.approx(19 * HOUR)


def test_the_risk_is_the_share_of_them_that_ended_after_the_limit() -> None:
    log = log_of(
        *_history([float(n) for n in range(1, 41)]),
        Done("open", "accept", 20),
        Done("late", "tick", 40),
        open_cases=["open"],
    )
    known = _standings(log)
    limits = np.full(len(known.cases), _moment(20 + 35))
    [found] = [one for one in forecasts(known, _moment(40), limits) if one.case == "open"]
    assert found.risk == pytest.approx(5 / 20)
    assert forecasts(known, _moment(40), np.full(len(known.cases), _moment(30)))[0].risk == 1


def test_what_came_later_is_not_known_before() -> None:
    """A forecast of the past does not change when the future is added."""
    early = _history([float(n) for n in range(1, 41)])
    later = [d for n in range(40) for d in (Done(f"q{n:03}", "accept", 100), Done(f"q{n:03}", "deliver", 100.5))]
    before = forecasts(_standings(log_of(*early, Done("open", "accept", 20), open_cases=["open"])), _moment(40), None)
    after = forecasts(
        _standings(log_of(*early, Done("open", "accept", 20), *later, open_cases=["open"])), _moment(40), None
    )
    assert [one for one in after if one.case == "open"] == [one for one in before if one.case == "open"]


def test_how_forecasts_of_a_public_log_fared(receipt: EventLog) -> None:
    """Measured on the latest fifth of the cases: 94 % of 1,258 outcomes in the 90-percent interval, 1.75 days off on average."""
    track = track_record(_standings(receipt))
    assert track is not None
    assert (track.cases, track.standings) == (235, 1258)
    assert 0.88 <= track.coverage <= 0.96
    assert track.error < 2 * 86_400


def test_too_few_cases_have_no_record() -> None:
    assert track_record(_standings(log_of(*_history([1, 2, 3])))) is None
