"""Time limits: which statutory, promised and drawn limits were kept, and where they were missed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpmn.model import Timer, TimerKind
from bpmn.procedure import DayUnit, TimeLimit
from event_logs.working_time import WorkingCalendar
from mining.breaches import where_breaches_begin
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.performance import is_open
from mining.shares import funnel, wilson
from mining.work import Stamps, Work

_ISO = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """How long something may take: whole days and a rest, counted in working days and hours or not."""

    days: int
    rest: timedelta
    working: bool


def span_of(timer: Timer) -> Span | None:
    """The span of a drawn time limit; None where it is no plain duration (it may depend on the case)."""
    text = timer.expression.strip().removeprefix("duration(").removesuffix(")").removeprefix("@").strip('"')
    found = _ISO.fullmatch(text)
    if timer.kind is not TimerKind.DURATION or found is None or text in ("P", "PT"):
        return None
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    rest = timedelta(hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"])
    return Span(part["days"], rest, timer.working)


def deadlines(starts: Stamps, span: Span, calendar: WorkingCalendar) -> Stamps:
    """When each span that began at `starts` ends: after whole days the close of the last one, as statutes count them.

    The day of the start does not count. Calendar days end at midnight in the calendar's zone.
    """
    if span.rest:
        return _to_the_minute(starts, span, calendar)
    local = pd.DatetimeIndex(pd.to_datetime(starts, utc=True)).tz_convert(calendar.zone).normalize()
    codes, days = pd.factorize(local)
    ends = [_end_of(pd.Timestamp(day), span, calendar) for day in days]
    ending: Stamps = np.array(ends, dtype="datetime64[us]")[codes]
    return ending


def _end_of(day: pd.Timestamp, span: Span, calendar: WorkingCalendar) -> np.datetime64:
    if span.working:
        end = pd.Timestamp(calendar.add_days(day.to_pydatetime(), span.days))
    else:
        end = day + pd.DateOffset(days=span.days + 1)
    return np.datetime64(end.tz_convert("UTC").tz_localize(None), "us")


def _to_the_minute(starts: Stamps, span: Span, calendar: WorkingCalendar) -> Stamps:
    whole = deadlines(starts, Span(span.days, timedelta(0), span.working), calendar) if span.days else starts
    if not span.working:
        return starts + np.timedelta64(timedelta(days=span.days) + span.rest)
    aware = pd.to_datetime(whole, utc=True)
    ends = [pd.Timestamp(calendar.add(at.to_pydatetime(), span.rest)).tz_localize(None) for at in aware]
    return np.array(ends, dtype="datetime64[us]")


def timeliness(
    cases: pd.DataFrame, work: Work, limits: Sequence[TimeLimit], calendar: WorkingCalendar
) -> tuple[Finding, ...]:
    """A finding for each limit: how many finished cases (or pieces of work, where it is an activity's) missed it.

    `cases` are the rows of `performance.case_times`. Open cases whose limit had passed when the log ends are counted in
    `evidence["open_overdue"]`. `evidence["kept_by"]` says of each office (and officer, of an activity's limit) how many were kept,
    `where_breaches_begin` adds at which step late cases fell behind and in which the limit passed. Ranked by the number of late
    ones; limits that were always kept come with value 0.
    """
    found = [_of_case(cases, work, limit, calendar) for limit in limits if limit.activity is None]
    found += [
        finding
        for limit in limits
        if limit.activity is not None and (finding := _of_activity(work, limit, calendar)) is not None
    ]
    return ranked(found)


def due_moments(cases: pd.DataFrame, limits: Sequence[TimeLimit], calendar: WorkingCalendar) -> Stamps | None:
    """When each case must be done by the first of its limits as a whole; None where there is none. Days on which its clock stood
    still do not count, where the cases say so (`clock_stops`)."""
    due = [_due(cases, limit, calendar) for limit in limits if limit.activity is None]
    return np.minimum.reduce(due) if due else None


def _due(cases: pd.DataFrame, limit: TimeLimit, calendar: WorkingCalendar) -> Stamps:
    first = cases["first_at"].to_numpy("datetime64[us]")
    return _without_stops(deadlines(first, _span(limit), calendar), cases, limit, calendar)


def _span(limit: TimeLimit) -> Span:
    return Span(limit.days, timedelta(0), limit.unit is DayUnit.WORKING)


def _of_case(cases: pd.DataFrame, work: Work, limit: TimeLimit, calendar: WorkingCalendar) -> Finding:
    first, last = (cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    due = _due(cases, limit, calendar)
    running = is_open(cases).to_numpy()
    late = ~running & (last > due)
    overdue = int((running & (due < last.max())).sum()) if len(cases) else 0
    overrun = (last - due)[late].astype(np.int64) / 1e6
    office = cases["office"].astype(object).where(cases["office"].notna(), None).to_numpy()
    begin = where_breaches_begin(work, first, due, late, ~running & ~late)
    kept_by = {"office": _kept_by(office, late, ~running)}
    return _finding((), limit, late, ~running, overrun, office, {"open_overdue": overdue, "kept_by": kept_by, **begin})


def _without_stops(due: Stamps, cases: pd.DataFrame, limit: TimeLimit, calendar: WorkingCalendar) -> Stamps:
    """The limits, later by the days on which the clock of each case stood still: those do not count against the office."""
    if "clock_stops" not in cases or cases["clock_stops"].isna().all():
        return due
    later = due.copy()
    for at, stops in enumerate(cases["clock_stops"]):
        for since, until in stops or ():
            later[at] = _extended(later[at], since, until, limit, calendar)
    return later


def _extended(
    due: np.datetime64, since: datetime, until: datetime, limit: TimeLimit, calendar: WorkingCalendar
) -> np.datetime64:
    if limit.unit is not DayUnit.WORKING:
        return due + np.timedelta64(max((until - since).days, 0), "D")
    days = calendar.working_days(since, until)
    day = pd.Timestamp(due, tz="UTC").to_pydatetime() - timedelta(microseconds=1)  # midnight closes the day before
    return np.datetime64(calendar.add_days(day, days).replace(tzinfo=None), "us") if days else due


def _of_activity(work: Work, limit: TimeLimit, calendar: WorkingCalendar) -> Finding | None:
    if limit.activity not in work.activity.names:
        return None
    here = (work.activity.codes == work.activity.names.index(limit.activity)) & ~np.isnat(work.enabled)
    due = deadlines(work.enabled[here], _span(limit), calendar)
    late = work.completed[here] > due
    overrun = (work.completed[here] - due)[late].astype(np.int64) / 1e6
    everything = np.ones(len(late), np.bool_)
    hands = {
        name: np.array([*words.names, None], dtype=object)[words.codes[here]]
        for name, words in (("office", work.office), ("officer", work.officer))
    }
    kept_by: dict[str, Evidence] = {name: _kept_by(who, late, everything) for name, who in hands.items()}
    return _finding((limit.activity,), limit, late, everything, overrun, hands["office"], {"kept_by": kept_by})


def _finding(
    subject: tuple[str, ...],
    limit: TimeLimit,
    late: npt.NDArray[np.bool_],
    counted: npt.NDArray[np.bool_],
    overrun: npt.NDArray[np.float64],
    office: npt.NDArray[np.object_],
    extra: dict[str, Evidence],
) -> Finding:
    hits, of = int(late.sum()), int(counted.sum())
    evidence: dict[str, Evidence] = {
        "limit_days": limit.days,
        "limit_unit": limit.unit.value,
        "basis": limit.basis,
        "confirmed": limit.confirmed,
        "eligible": of,
        "share_of": "eligible",
        "kept": 1 - hits / of if of else None,
        "share_interval": list(wilson(hits, of)),
        "median_overrun": float(np.median(overrun)) if hits else None,
        "offices": by_office(office, late, counted),
        **extra,
    }
    return Finding(
        kind=Kind.LATE,
        subject=subject,
        measure=limit.kind.value,
        value=float(hits),
        unit="cases",
        share=hits / of if of else None,
        cases=hits,
        insufficient=of < ENOUGH,
        evidence=evidence,
    )


def _kept_by(
    who: npt.NDArray[np.object_], late: npt.NDArray[np.bool_], counted: npt.NDArray[np.bool_], most: int = 20
) -> list[Evidence]:
    """Who kept the limit how often, the least first, those with fewer than 20 last; shares with their Wilson interval."""
    frame = pd.DataFrame({"who": who[counted], "kept": ~late[counted]}).dropna(subset=["who"])
    totals = frame.groupby("who", sort=True)["kept"].agg(["sum", "count"])
    rows = [(str(name), int(kept), int(of)) for name, kept, of in totals.itertuples()]
    order = sorted(rows, key=lambda row: (row[2] < ENOUGH, row[1] / row[2], row[0]))[:most]
    return [
        {
            "who": name,
            "kept": kept,
            "of": of,
            "share": kept / of,
            "interval": list(wilson(kept, of)),
            "insufficient": of < ENOUGH,
        }
        for name, kept, of in order
    ]


def by_office(
    office: npt.NDArray[np.object_], hit: npt.NDArray[np.bool_], counted: npt.NDArray[np.bool_], most: int = 10
) -> list[Evidence]:
    """Hits by office, those with most first: how many, of how many, the share with its Wilson interval, and whether it is more
    than chance would do to an office of that size (`shares.funnel`)."""
    frame = pd.DataFrame({"office": office[counted], "hit": hit[counted]}).dropna(subset=["office"])
    totals = frame.groupby("office", sort=True)["hit"].agg(["sum", "count"])
    order = sorted(totals.itertuples(), key=lambda row: (-int(row[1]), str(row[0])))[:most]
    rows = [(str(name), int(hits), int(of)) for name, hits, of in order]
    overall = float(frame["hit"].mean()) if len(frame) else 0.0
    return [
        {
            "office": name,
            "cases": hits,
            "eligible": of,
            "share": hits / of,
            "interval": list(wilson(hits, of)),
            "funnel": funnel(hits, of, overall, enough=ENOUGH).value,
        }
        for name, hits, of in rows
        if hits
    ]


def late_pieces(
    work: Work, activity: int, span: Span, calendar: WorkingCalendar, here: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which of the rows `here` were completed after their span had ended; all of them must know when they were enabled."""
    late = np.zeros(len(work), np.bool_)
    chosen = here & (work.activity.codes == activity) & ~np.isnat(work.enabled)
    late[chosen] = work.completed[chosen] > deadlines(work.enabled[chosen], span, calendar)
    return late
