"""Forecasts of running cases: when they end, and whether they will miss their time limit."""

from mining.forecast.remaining import Forecast, Track, forecasts, track_record
from mining.forecast.standing import Standings, standings

__all__ = ["Forecast", "Standings", "Track", "forecasts", "standings", "track_record"]
