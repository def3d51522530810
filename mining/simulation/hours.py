"""Office hours as plain numbers: seconds since 1970, for loops that ask a million times."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from event_logs.working_time import WorkingCalendar

YEARS = 12  # from the year before the start; beyond it the simulation says that it does not end


@dataclass(frozen=True)
class Hours:
    """Parallel lists of when the office opens and closes, and the working seconds before each opening."""

    opens: list[float]
    closes: list[float]
    before: list[float]
    unbroken: bool

    def next_open(self, at: float) -> float:
        """The first instant not before `at` when the office is open."""
        if self.unbroken:
            return at
        i = bisect_right(self.opens, at) - 1
        if i >= 0 and at < self.closes[i]:
            return at
        return self.opens[i + 1] if i + 1 < len(self.opens) else float("inf")

    def add(self, at: float, seconds: float) -> float:
        """When that much working time has passed since `at`."""
        if self.unbroken:
            return at + seconds
        target = self.worked(at) + seconds
        i = bisect_right(self.before, target) - 1
        if i > 0 and target == self.before[i]:
            i -= 1  # reached when the office closes, not when it opens again
        i = max(i, 0)
        end = self.opens[i] + target - self.before[i]
        return max(end, at) if end <= self.closes[i] else float("inf")

    def worked(self, at: float) -> float:
        if self.unbroken:
            return at
        i = bisect_right(self.opens, at) - 1
        return self.before[i] + min(at, self.closes[i]) - self.opens[i] if i >= 0 else 0.0


@lru_cache(maxsize=64)
def hours_from(calendar: WorkingCalendar, first_year: int) -> Hours:
    """The stretches of work of `YEARS` years by the calendar, from the first of January on; all time where it never closes."""
    zone = ZoneInfo(calendar.zone)
    opens, closes, before, worked = [], [], [], 0.0
    day, last = date(first_year, 1, 1), date(first_year + YEARS, 1, 1)
    unbroken = calendar == WorkingCalendar.always(calendar.zone)
    while day < last and not unbroken:
        if calendar.is_working_day(day):
            for opening, closing in calendar.hours or ((time(0), time(0)),):
                start = datetime.combine(day, opening, zone).timestamp()
                until = day if closing != time(0) else day + timedelta(days=1)
                end = datetime.combine(until, closing, zone).timestamp()
                opens.append(start)
                closes.append(end)
                before.append(worked)
                worked += end - start
        day += timedelta(days=1)
    return Hours(opens, closes, before, unbroken)
