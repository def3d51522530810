"""When the open cases will be done, the most at risk first."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from mining.analyses.analysis import Analysis
from mining.findings import Evidence
from mining.forecast import Forecast, forecasts, standings, track_record
from mining.performance import is_open
from mining.reading import Reading
from mining.timeliness import due_moments

SHOWN = 200


def analyse(shared: Reading) -> Analysis:
    """Of the open cases, the most at risk first; none where the log does not say which are open."""
    cases = shared.cases
    if not is_open(cases).any():
        return Analysis()
    known = standings(shared.rows, cases)
    limits = None
    if shared.limits and shared.calendar is not None:
        due = due_moments(cases, shared.limits, shared.calendar)
        order = cases.set_index("case_id").index.get_indexer(pd.Index(known.cases))
        limits = None if due is None else due[order]
    now = cases["last_at"].max().to_datetime64().astype("datetime64[us]")
    found = forecasts(known, now, limits)
    track = track_record(known)
    figures: dict[str, Evidence] = {
        "open_cases": len(found),
        "at": str(now),
        "most_at_risk": [_told(one) for one in found[:SHOWN]],
        "track": None if track is None else asdict(track),
    }
    return Analysis(figures=figures)


def _told(forecast: Forecast) -> dict[str, Evidence]:
    return {
        "case": forecast.case,
        "activity": forecast.activity,
        "since": str(forecast.since),
        "median": forecast.median,
        "low": forecast.low,
        "high": forecast.high,
        "limit": None if forecast.limit is None else str(forecast.limit),
        "risk": forecast.risk,
    }
