"""When each officer works: given, or read off what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

import numpy as np

from event_logs.working_time import WorkingCalendar
from mining.work import UNKNOWN, Codes, Work


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
