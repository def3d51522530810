"""Filters by how long a case took or waited, by the clock or in office hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import ibis
import numpy as np
import pandas as pd

from event_logs.log import EventLog
from event_logs.performed import performed
from event_logs.spans import microseconds
from event_logs.working_time import WorkingCalendar
from mining.errors import NoWorkingHours
from mining.filters.filter import Filter, Told
from mining.filters.texts import number_text
from mining.performance import case_times

_DAY = 86_400_000_000  # microseconds
_EPOCH = pd.Timestamp(0, tz="UTC").to_pydatetime()


class Measure(StrEnum):
    LEAD = "lead"
    WAITING = "waiting"
    LEAD_WORKING = "lead_working"
    WAITING_WORKING = "waiting_working"


@dataclass(frozen=True)
class Performance(Filter):
    """Cases that took, or waited, from `least` to `most` seconds, both included; None for no bound.

    Lead time lasts from the first to the last event. A case recorded as open belongs only where that is certain already: it has
    lasted `least` and there is no `most`. Waiting is that of all completed work whose waiting is known (`performed.waiting_us`).
    """

    measure: Measure
    least: float | None = None
    most: float | None = None

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        clock = _hours(log, hours) if self.measure.endswith("_working") else None
        if self.measure in (Measure.LEAD, Measure.LEAD_WORKING):
            found = _lead(log, clock)
            certain = found.closed.fill_null(True) | ibis.literal(self.most is None)
            found = found.filter(certain)
        else:
            found = _waiting(log, clock)
        least, most = (None if bound is None else round(bound * 1e6) for bound in (self.least, self.most))
        found = found if least is None else found.filter(found.us >= least)
        found = found if most is None else found.filter(found.us <= most)
        return found.select("case_id")

    def told(self) -> Told:
        return self.measure.value, (number_text(self.least), number_text(self.most))


def _hours(log: EventLog, hours: WorkingCalendar | None) -> WorkingCalendar:
    if hours is None and log.zone != "Asia/Shanghai":
        raise NoWorkingHours(log.zone)
    return hours or WorkingCalendar.china()


def _lead(log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
    times = case_times(log).select("case_id", "closed", begin="first_at", end="last_at")
    return _lasting(log, times, hours)


def _waiting(log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
    work = performed(log)
    work = work.filter(work.ordinal.notnull() & work.waiting_us.notnull())
    if hours is None:
        return work.group_by("case_id").aggregate(us=work.waiting_us.sum())
    begun = microseconds(ibis.literal(_EPOCH), work.started)
    spans = work.select("case_id", begin_us=begun - work.waiting_us, end_us=begun)
    lasting = _worked(log, spans, hours)
    return lasting.group_by("case_id").aggregate(us=lasting.us.sum())


def _lasting(log: EventLog, times: ibis.Table, hours: WorkingCalendar | None) -> ibis.Table:
    if hours is None:
        return times.mutate(us=microseconds(times.begin, times.end))
    ends = {f"{name}_us": microseconds(ibis.literal(_EPOCH), times[name]) for name in ("begin", "end")}
    return _worked(log, times.mutate(**ends), hours)


def _worked(log: EventLog, spans: ibis.Table, hours: WorkingCalendar) -> ibis.Table:
    """The spans with `us`, the working microseconds from `begin_us` to `end_us` (since 1970)."""
    days, most = _days(log, hours)
    for name in ("begin", "end"):
        here = days.rename({f"{name}_{column}": column for column in days.columns})
        spans = spans.mutate(**{f"{name}_day": spans[f"{name}_us"] // _DAY})
        spans = spans.left_join(here, f"{name}_day").drop(f"{name}_day_right")
    return spans.mutate(us=_until(spans, "end", most) - _until(spans, "begin", most))


def _until(spans: ibis.Table, name: str, most: int) -> ibis.Value:
    """The working time of the log's days until that moment: that of the days before, and of each working span of the day so far."""
    moment, total = spans[f"{name}_us"], spans[f"{name}_before"]
    for n in range(most):
        opens, closes = spans[f"{name}_opens{n}"], spans[f"{name}_closes{n}"]
        total = total + ibis.least(ibis.greatest(moment - opens, 0), closes - opens)
    return total


def _days(log: EventLog, hours: WorkingCalendar) -> tuple[ibis.Table, int]:
    """A row for each day (UTC) of the log: its number, the working time before it, and its working spans; how many it has at most."""
    at = log.events.aggregate(first=log.events["at"].min(), last=log.events["at"].max()).to_pyarrow().to_pylist()[0]
    first, last = (
        ((pd.Timestamp(at[name]) - pd.Timestamp(0, tz="UTC")).value // 1000 // _DAY for name in at)
        if at["first"]
        else (0, 0)
    )
    opens, closes = _by_day(*hours.spans(first * _DAY, (last + 1) * _DAY))
    of_day, place = opens // _DAY - first, np.zeros(len(opens), np.int64)
    if len(opens):
        same = np.r_[0, np.cumsum(of_day[1:] != of_day[:-1])]
        place = np.arange(len(opens)) - np.searchsorted(same, same)
    most = int(place.max()) + 1 if len(place) else 0
    table = {"day": np.arange(first, last + 1)}
    worked = np.bincount(of_day, weights=(closes - opens), minlength=last - first + 1).astype(np.int64)
    table["before"] = np.cumsum(worked) - worked
    for n in range(most):
        for name, values in (("opens", opens), ("closes", closes)):
            table[f"{name}{n}"] = np.zeros(last - first + 1, np.int64)
            table[f"{name}{n}"][of_day[place == n]] = values[place == n]
    return ibis.memtable(pd.DataFrame(table)), most


def _by_day(opens: np.ndarray, closes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The spans cut at midnight (UTC)."""
    while len(long := np.flatnonzero(opens // _DAY != (closes - 1) // _DAY)):
        midnight = (opens[long] // _DAY + 1) * _DAY
        opens = np.concatenate([opens, midnight])
        closes = np.concatenate([closes, closes[long]])
        closes[long] = midnight
        order = np.argsort(opens, kind="stable")
        opens, closes = opens[order], closes[order]
    return opens, closes
