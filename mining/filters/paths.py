"""Filters by the path of a case: where it begins and ends, what follows what, what is done again, which variant it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import ibis
from ibis import _

from event_logs.courses import SEPARATOR
from event_logs.log import EventLog
from event_logs.spans import microseconds
from event_logs.working_time import WorkingCalendar
from mining.filters.filter import Filter, Told
from mining.filters.steps import cases_of, steps_in_order
from mining.filters.texts import number_text
from mining.steps import steps
from mining.variants import paths


class End(StrEnum):
    STARTS = "starts"
    ENDS = "ends"


@dataclass(frozen=True)
class Endpoint(Filter):
    """Cases whose first, or last step so far, is one of the activities."""

    at: End
    activities: tuple[str, ...]

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        rows = steps_in_order(log)
        there = rows.row == 0 if self.at is End.STARTS else rows["last"]
        return cases_of(rows.filter(there & rows.activity.isin(self.activities)))

    def told(self) -> Told:
        return self.at.value, self.activities


class How(StrEnum):
    DIRECTLY = "directly"
    EVENTUALLY = "eventually"
    NEVER = "never"  # not even eventually; cases without the first activity belong, too


class Officers(StrEnum):
    ANY = ""
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Follower(Filter):
    """Cases in which a step `first` is followed by a step `then`, at most `within` seconds later, by the same or another officer.

    The same and different officers are told apart only where both are recorded.
    """

    how: How
    first: str
    then: str
    within: float | None = None
    officers: Officers = Officers.ANY

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        found = self._directly(log) if self.how is How.DIRECTLY else self._eventually(log)
        return log.cases.select("case_id").anti_join(found, "case_id") if self.how is How.NEVER else found

    def _directly(self, log: EventLog) -> ibis.Table:
        rows = steps_in_order(log)
        there = (rows.activity == self.then) & (rows.previous_activity == self.first)
        return cases_of(rows.filter(there & self._fits(rows.elapsed_us, rows.previous_officer, rows.officer)))

    def _eventually(self, log: EventLog) -> ibis.Table:
        rows = steps_in_order(log)
        first = rows.filter(rows.activity == self.first).select("case_id", "row", "at", "officer")
        then = rows.filter(rows.activity == self.then).select("case_id", "row", "at", "officer")
        then = then.rename(then_row="row", then_at="at", then_officer="officer")
        pairs = first.inner_join(then, "case_id")
        pairs = pairs.filter(pairs.row < pairs.then_row)
        return cases_of(pairs.filter(self._fits(microseconds(pairs["at"], pairs.then_at), _.officer, _.then_officer)))

    def _fits(self, elapsed: ibis.Value, one: ibis.Value, other: ibis.Value) -> ibis.Value:
        soon = ibis.literal(value=True) if self.within is None else elapsed <= round(self.within * 1e6)
        if self.officers is Officers.ANY:
            return soon
        return soon & (one == other if self.officers is Officers.SAME else one != other)

    def told(self) -> Told:
        extra: tuple[str, ...] = (number_text(self.within), self.officers.value)
        while extra and not extra[-1]:
            extra = extra[:-1]
        return self.how.value, (self.first, self.then, *extra)


@dataclass(frozen=True)
class Rework(Filter):
    """Cases that did an activity (None: any one) again at least so many times: `times` + 1 times in all."""

    activity: str | None
    times: int = 1

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        rows = steps(log)
        rows = rows if self.activity is None else rows.filter(rows.activity == self.activity)
        counted = rows.group_by("case_id", "activity").aggregate(done=rows.count())
        return cases_of(counted.filter(counted.done > self.times))

    def told(self) -> Told:
        return "again", (self.activity or "", str(self.times))


class Most(StrEnum):
    VARIANTS = "variants"  # so many of the most frequent
    SHARE = "share"  # the most frequent that together hold that share of all cases


@dataclass(frozen=True)
class Variant(Filter):
    """Cases of the most frequent variants, ties by path.

    What is frequent is asked of the whole log, also where cases of it were taken before (`EventLog.whole`): so filters do not
    depend on their order.
    """

    most: Most
    of: float

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        walked = paths(log.whole()).select("case_id", "path")
        counted = walked.group_by("path").aggregate(cases=walked.count())
        order = ibis.window(order_by=[ibis.desc("cases"), "path"])
        so_far = ibis.cumulative_window(order_by=[ibis.desc("cases"), "path"])
        ranked = counted.mutate(place=ibis.row_number().over(order), reached=_.cases.sum().over(so_far))
        ranked = ranked.mutate(total=_.cases.sum().over(ibis.window()))
        if self.most is Most.VARIANTS:
            chosen = ranked.filter(ranked.place < int(self.of))
        else:  # those at which the share had not been reached before
            chosen = ranked.filter((ranked.reached - ranked.cases).cast("float64") < self.of * ranked.total)
        return log.cases.select("case_id").semi_join(walked.semi_join(chosen, "path"), "case_id")

    def told(self) -> Told:
        return self.most.value, (number_text(self.of),)


@dataclass(frozen=True)
class Path(Filter):
    """Cases whose steps are exactly these."""

    activities: tuple[str, ...]

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        walked = paths(log)
        return walked.filter(walked.path == SEPARATOR.join(self.activities)).select("case_id")

    def told(self) -> Told:
        return "path", self.activities
