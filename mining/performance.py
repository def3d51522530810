"""Lead, waiting and processing time, of cases, activities and hand-overs, in calendar and in working time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from event_logs.courses import times_of
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.work import UNKNOWN, Codes, Work

Subject = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """A sample of durations in seconds. Quantiles interpolate linearly."""

    count: int
    mean: float
    median: float
    p90: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTimes:
    """What is known of an activity or a hand-over `(from, to)`. None means unknown, never zero.

    `between_completions` is the time since the completion before it, given where starts are not recorded; it holds waiting
    and processing together, and the work of parallel branches.
    """

    subject: Subject
    count: int
    cases: int
    waiting: Times | None
    waiting_working: Times | None
    processing: Times | None
    processing_working: Times | None
    between_completions: Times | None
    between_completions_working: Times | None

    @property
    def processing_known(self) -> bool:
        return self.processing is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """`lead` covers finished cases, from first to last event; `flow_efficiency` is processing over processing and waiting."""

    lead: Times | None
    lead_working: Times | None
    activities: tuple[ActivityTimes, ...]
    handovers: tuple[ActivityTimes, ...]
    processing_known: bool
    flow_efficiency: float | None


CASE_TIMES = ("case_id", "first_at", "last_at", "version", "office", "closed", "withdrawn", "events")


def case_times(log: EventLog) -> ibis.Table:
    """The columns CASE_TIMES, one row a case; from the courses of the cases where the log has them on file.

    The office is the first one recorded; `withdrawn` says that the last event was a withdrawal.
    """
    kept = log.kept_courses()
    if kept is not None:
        return kept.select(*CASE_TIMES)
    return times_of(log.events).left_join(log.cases.select("case_id", "closed"), "case_id").select(*CASE_TIMES)


def lead_times(
    cases: pd.DataFrame, calendar: WorkingCalendar | None = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
    """Lead times of the finished rows of `case_times` in seconds: calendar, and working where there is a calendar.

    Cases recorded as open are left out; cases of which nothing is recorded count as finished.
    """
    finished = cases[~is_open(cases)]
    first, last = finished["first_at"].to_numpy("datetime64[us]"), finished["last_at"].to_numpy("datetime64[us]")
    lead = (last - first).astype(np.int64) / 1e6
    working = None if calendar is None else calendar.microseconds(first, last).astype(np.int64) / 1e6
    return lead, working


def is_open(cases: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of `case_times` are recorded as not finished."""
    closed: pd.Series[bool] = cases["closed"].astype("boolean").fillna(True).astype(bool)
    return ~closed


def times(values: npt.NDArray[np.float64]) -> Times | None:
    """The sample's figures, None for an empty one. Seconds in, seconds out."""
    if not len(values):
        return None
    median, p90 = np.quantile(values, [0.5, 0.9])
    total = float(np.sum(values))
    return Times(len(values), total / len(values), float(median), float(p90), total)


def performance(work: Work, cases: pd.DataFrame, calendar: WorkingCalendar | None = None) -> Performance:
    """Everything at once; `cases` are the rows of `case_times`."""
    lead, lead_working = lead_times(cases, calendar)
    return Performance(
        lead=times(lead),
        lead_working=None if lead_working is None else times(lead_working),
        activities=tuple(_activity_times(work, by_activity(work))),
        handovers=tuple(_activity_times(work, by_handover(work))),
        processing_known=work.processing_known,
        flow_efficiency=_flow_efficiency(work),
    )


@dataclass(frozen=True)
class Grouping:
    """Which rows of the work belong to which subject: `group[row]` is an index into `subjects`, UNKNOWN for none."""

    subjects: tuple[Subject, ...]
    group: Codes


def by_activity(work: Work) -> Grouping:
    """Each piece of work belongs to its activity."""
    return Grouping(tuple((name,) for name in work.activity.names), work.activity.codes)


def by_handover(work: Work) -> Grouping:
    """By the pair of the enabling activity and the one that it enabled."""
    width = len(work.activity.names)
    source = work.predecessor()
    pair = np.where(source == UNKNOWN, UNKNOWN, source * width + work.activity.codes)
    present = np.unique(pair[pair != UNKNOWN])
    names = work.activity.names
    subjects = tuple((names[code // width], names[code % width]) for code in present.tolist())
    return Grouping(subjects, np.where(pair == UNKNOWN, UNKNOWN, np.searchsorted(present, pair)))


def rows_of(grouping: Grouping) -> list[npt.NDArray[np.int64]]:
    """The row numbers of each subject."""
    order = np.argsort(grouping.group, kind="stable")
    edges = np.searchsorted(grouping.group[order], np.arange(len(grouping.subjects) + 1))
    return [order[a:b] for a, b in pairwise(edges)]


def known_seconds(values: Codes) -> npt.NDArray[np.float64]:
    """Microseconds as seconds, without those that are UNKNOWN."""
    seconds: npt.NDArray[np.float64] = values[values != UNKNOWN] / 1e6
    return seconds


def _activity_times(work: Work, grouping: Grouping) -> Iterator[ActivityTimes]:
    for subject, rows in zip(grouping.subjects, rows_of(grouping), strict=True):
        yield ActivityTimes(
            subject=subject,
            count=len(rows),
            cases=len(np.unique(work.case[rows])),
            waiting=times(known_seconds(work.waiting[rows])),
            waiting_working=times(known_seconds(work.working_waiting[rows])),
            processing=times(known_seconds(work.processing[rows])),
            processing_working=times(known_seconds(work.working_processing[rows])),
            between_completions=times(known_seconds(work.elapsed[rows])),
            between_completions_working=times(known_seconds(work.working_elapsed[rows])),
        )


def _flow_efficiency(work: Work) -> float | None:
    if not work.processing_known:
        return None
    processing, waiting = known_seconds(work.processing).sum(), known_seconds(work.waiting).sum()
    return float(processing / (processing + waiting)) if processing + waiting else None
