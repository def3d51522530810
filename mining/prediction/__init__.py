"""Predictions of running cases: when they end, what comes next, and whether they will miss their time limit."""

from mining.prediction.features import attributes_of
from mining.prediction.forecast import Forecast, forecasts
from mining.prediction.margins import Issued, Margins, adapted
from mining.prediction.prefixes import Prefixes, prefixes
from mining.prediction.track import Track, trial
from mining.prediction.training import train

__all__ = [
    "Forecast",
    "Issued",
    "Margins",
    "Prefixes",
    "Track",
    "adapted",
    "attributes_of",
    "forecasts",
    "prefixes",
    "train",
    "trial",
]
