"""Filters by when cases ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import ibis

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.filters.filter import Filter, Told
from mining.filters.texts import moment_text
from mining.performance import case_times


class When(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    ACTIVE = "active"
    CONTAINED = "contained"  # started and ended


@dataclass(frozen=True)
class Time(Filter):
    """Cases that began, ended, ran at some time, or ran from begin to end within `since` (with it) and `until` (without it).

    Aware datetimes, None for no bound. A case recorded as open has not ended; one of which nothing is recorded has.
    """

    when: When
    since: datetime | None = None
    until: datetime | None = None

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        times = case_times(log)
        ended = times.closed.fill_null(True)
        begun, over = self._within(times.first_at), self._within(times.last_at)
        chosen = {
            When.STARTED: begun,
            When.ENDED: ended & over,
            When.ACTIVE: self._before_end(times.first_at) & (~ended | self._after_begin(times.last_at)),
            When.CONTAINED: ended & begun & over,
        }[self.when]
        return times.filter(chosen).select("case_id")

    def _within(self, at: ibis.Value) -> ibis.Value:
        return self._after_begin(at) & self._before_end(at)

    def _after_begin(self, at: ibis.Value) -> ibis.Value:
        return ibis.literal(value=True) if self.since is None else at >= ibis.literal(self.since)

    def _before_end(self, at: ibis.Value) -> ibis.Value:
        return ibis.literal(value=True) if self.until is None else at < ibis.literal(self.until)

    def told(self) -> Told:
        return self.when.value, (moment_text(self.since), moment_text(self.until))
