"""The table of the analyses: one file a kind, which puts what it found into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mining.analyses import (
    bottlenecks,
    choices,
    conformance,
    critical_path,
    drift,
    forecast,
    habits,
    influences,
    organisation,
    paths,
    rework,
    rules,
    timeliness,
    why,
)
from mining.analyses.analysis import Analysis
from mining.reading import Reading

ANALYSES: Mapping[str, Callable[[Reading], Analysis]] = {
    "bottlenecks": bottlenecks.analyse,
    "why": why.analyse,
    "critical_path": critical_path.analyse,
    "conformance": conformance.analyse,
    "rules": rules.analyse,
    "habits": habits.analyse,
    "paths": paths.analyse,
    "rework": rework.analyse,
    "organisation": organisation.analyse,
    "timeliness": timeliness.analyse,
    "influences": influences.analyse,
    "choices": choices.analyse,
    "forecast": forecast.analyse,
    "drift": drift.analyse,
}
