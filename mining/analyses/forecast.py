"""When the open cases will be done, the most at risk first."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from mining.analyses.analysis import Analysis
from mining.findings import Evidence
from mining.performance import is_open
from mining.prediction import Forecast, Prefixes, forecasts, prefixes, train, trial
from mining.reading import Reading
from mining.timeliness import due_moments
from mining.work import Stamps

SHOWN = 200


def analyse(shared: Reading) -> Analysis:
    """Of the open cases, the most at risk first; none where the log does not say which are open.

    By the table of last steps alone: boosted models are trained by the worker (`webui.predicting`), never for a page.
    """
    cases = shared.cases
    if not is_open(cases).any():
        return Analysis()
    known = prefixes(shared.rows, cases)
    now = np.datetime64(cases["last_at"].max(), "us")
    found = forecasts(train(known, now, boosted=False, seed=shared.seed), now, limits_of(shared, known))
    track = trial(known, boosted=False, seed=shared.seed)
    figures: dict[str, Evidence] = {
        "open_cases": len(found),
        "at": str(now),
        "most_at_risk": [_told(one) for one in found[:SHOWN]],
        "track": None if track is None else asdict(track),
    }
    return Analysis(figures=figures)


def limits_of(shared: Reading, known: Prefixes) -> Stamps | None:
    """When each case must be done, in the order of the prefixes; None where no limit is known."""
    if not shared.limits or shared.calendar is None:
        return None
    due = due_moments(shared.cases, shared.limits, shared.calendar)
    order = shared.cases.set_index("case_id").index.get_indexer(pd.Index(known.cases))
    return None if due is None else due[order]


def _told(forecast: Forecast) -> dict[str, Evidence]:
    told: dict[str, Evidence] = {
        name: getattr(forecast, name) for name in ("case", "activity", "median", "low", "high", "risk")
    }
    return {
        **told,
        "since": str(forecast.since),
        "limit": None if forecast.limit is None else str(forecast.limit),
        "following": [{"activity": name, "probability": share} for name, share in forecast.following],
    }
