"""When each officer works: given, or read off what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

import numpy as np
import pandas as pd

from event_logs.working_time import WorkingCalendar
from mining.work import UNKNOWN, Codes, Stamps, Work

ENOUGH_BEGINS = 200  # begun pieces of work from which on an officer's own hours are read
SELDOM = 10  # an hour with less than one begin for ten of the busiest hour is not worked


@dataclass(frozen=True)
class Hours:
    """The calendar of each officer by code; `default` for those who have none of their own. None works round the clock."""

    of: Mapping[int, WorkingCalendar]
    default: WorkingCalendar | None

    @classmethod
    def given(cls, work: Work, calendars: Mapping[str, WorkingCalendar], default: WorkingCalendar | None) -> Hours:
        """By the officers' names; names that do not occur in the work are passed over."""
        codes = {name: code for code, name in enumerate(work.officer.names)}
        return cls({codes[name]: hours for name, hours in calendars.items() if name in codes}, default)

    def working(self, officer: Codes, begin: Codes, end: Codes) -> Codes:
        """Microseconds of each span that lie within the hours of its officer."""
        lengths = end - begin
        for code, calendar in self._calendars(officer):
            here = officer == code if code != UNKNOWN else ~np.isin(officer, list(self.of))
            if calendar is not None and here.any():
                starts, ends = begin[here].astype("datetime64[us]"), end[here].astype("datetime64[us]")
                lengths[here] = calendar.microseconds(starts, ends)
        return lengths

    def _calendars(self, officer: Codes) -> list[tuple[int, WorkingCalendar | None]]:
        present = set(np.unique(officer).tolist())
        return [(UNKNOWN, self.default), *((code, hours) for code, hours in self.of.items() if code in present)]

    def spans(self, officer: int, begin: int, end: int) -> tuple[Codes, Codes]:
        """Begins and ends of the officer's working spans between two instants, in microseconds since 1970."""
        calendar = self.of.get(officer, self.default)
        if calendar is None:
            return np.array([begin]), np.array([end])
        return calendar.spans(begin, end)


def learnt_hours(work: Work, zone: str) -> Hours:
    """Weekdays and hours of the day at which each officer begins work, as far as the log shows them.

    Officers with few begun pieces share the hours of all who do mostly the same activity. An hour (or weekday) counts as worked
    when it has at least a tenth of the begins of the busiest one.
    """
    known = ~np.isnat(work.started) & (work.officer.codes != UNKNOWN)
    local = _local(work.started[known], zone)
    officer, activity = work.officer.codes[known], work.activity.codes[known]
    found: dict[int, WorkingCalendar] = {}
    pooled: dict[int, WorkingCalendar] = {}
    for code in np.unique(officer):
        own = officer == code
        if own.sum() >= ENOUGH_BEGINS:
            found[int(code)] = _weekly(local[own], zone)
            continue
        mostly = int(np.bincount(activity[own]).argmax())
        if mostly not in pooled:
            pooled[mostly] = _weekly(local[activity == mostly], zone)
        found[int(code)] = pooled[mostly]
    return Hours(found, None)


def _local(stamps: Stamps, zone: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(stamps).tz_localize("UTC").tz_convert(zone)


def _weekly(local: pd.DatetimeIndex, zone: str) -> WorkingCalendar:
    hours, days = (np.bincount(counted, minlength=size) for counted, size in ((local.hour, 24), (local.day_of_week, 7)))
    worked = np.flatnonzero(hours * SELDOM >= hours.max())
    weekend = frozenset(np.flatnonzero(days * SELDOM < days.max()).tolist())
    runs = np.split(worked, np.flatnonzero(np.diff(worked) > 1) + 1)
    spans = tuple((time(int(run[0])), time((int(run[-1]) + 1) % 24)) for run in runs)
    return WorkingCalendar(zone=zone, hours=() if len(worked) == 24 else spans, weekend=weekend, country=None)
