"""Predictions of running cases: when they end, what comes next, and whether they will miss their time limit."""

from mining.prediction.features import attributes_of
from mining.prediction.forecast import Forecast, forecasts
from mining.prediction.prefixes import Prefixes, prefixes
from mining.prediction.track import Track, train, trial

__all__ = ["Forecast", "Prefixes", "Track", "attributes_of", "forecasts", "prefixes", "train", "trial"]
