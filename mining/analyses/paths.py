"""Which paths cases took, how they ended, and which of them is the happy one."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.findings import Evidence
from mining.happy_path import Outcome, happy_path, outcomes
from mining.reading import Reading
from mining.work_in_progress import beside

SHOWN = 50


def analyse(shared: Reading) -> Analysis:
    """The paths that cases took, with the happy one."""
    found = outcomes(shared.cases)
    newest = max(shared.models, key=lambda version: -1 if version is None else version, default=None)
    happy = happy_path(found, shared.models.get(newest))
    first, last = (shared.cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    return Analysis(
        figures={
            "paths": len(found),
            "outcomes": [_told(outcome) for outcome in found[:SHOWN]],
            "happy": _told(happy) if happy else None,
            "happy_drawn": bool(shared.models),
            "beside": float(beside(first, last).mean()),
        }
    )


def _told(outcome: Outcome) -> dict[str, Evidence]:
    return {
        "path": list(outcome.path),
        "cases": outcome.cases,
        "finished": outcome.finished,
        "withdrawn": outcome.withdrawn,
        "open": outcome.open,
        "median": outcome.median,
        "p90": outcome.p90,
    }
