"""Filters: which cases of a log an analysis is about, as values that combine, are written down and mean the same everywhere."""

from __future__ import annotations

from dataclasses import replace

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.filters.attribute import Attribute, Fits, Of
from mining.filters.filter import And, Filter, Not, Or, all_of, any_of
from mining.filters.paths import End, Endpoint, Follower, How, Most, Officers, Path, Rework, Variant
from mining.filters.performance import Measure, Performance
from mining.filters.time import Time, When
from mining.filters.written import as_json, from_json, read, write

__all__ = [
    "And",
    "Attribute",
    "End",
    "Endpoint",
    "Filter",
    "Fits",
    "Follower",
    "How",
    "Measure",
    "Most",
    "Not",
    "Of",
    "Officers",
    "Or",
    "Path",
    "Performance",
    "Rework",
    "Time",
    "Variant",
    "When",
    "all_of",
    "any_of",
    "as_json",
    "from_json",
    "read",
    "taken",
    "write",
]


def taken(log: EventLog, where: Filter | None, hours: WorkingCalendar | None = None) -> EventLog:
    """The log of the cases that belong, lazily; the maintained table of performed work goes with it.

    `hours` are the office's, for filters by working time: China's tax offices' where none are given and the log is of that zone.
    """
    if where is None:
        return log
    return replace(log.filtered(where.cases(log, hours)), source=f"{log.source}; {write(where)}".removeprefix("; "))
