"""Change: two groups of cases of a log side by side, what differs between them, how sure that is, and where the lead time went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpmn.model import ProcessModel
from bpmn.procedure import TimeLimit
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.change.decomposition import Decomposition, Part, decomposition, group_of
from mining.change.looks import Look, Measure, corrected, durations, shares
from mining.conformance import conformance
from mining.dfg import Graph, directly_follows
from mining.errors import NothingLeft
from mining.evaluation.effect import CaseValues
from mining.filters import Filter, all_of, taken, write
from mining.findings import Note
from mining.performance import is_open
from mining.reading import Models, Reading, by_version, read
from mining.timeliness import timeliness
from mining.work import UNKNOWN, Work

__all__ = ["Change", "Decomposition", "Look", "Measure", "Part", "change"]

KINDS = ("office", "version")  # by which cases may be told apart in the mix


@dataclass(frozen=True, kw_only=True)
class Change:
    """Two groups of cases of one log; `before` and `after` are their filters as text, `shared_cases` are in both.

    `looks` come with the surest first; `looked` of them were judged together. The graphs are those of the groups.
    """

    log: str
    source: str
    before: str
    after: str
    cases: tuple[int, int]
    open_cases: tuple[int, int]
    shared_cases: int
    looks: tuple[Look, ...]
    looked: int
    lead: Decomposition | None
    graphs: tuple[Graph, Graph]
    notes: tuple[Note, ...]

    @property
    def significant(self) -> tuple[Look, ...]:
        return tuple(look for look in self.looks if look.significant)


def change(
    log: EventLog,
    before: Filter,
    after: Filter,
    models: ProcessModel | Mapping[int, ProcessModel] | None = None,
    *,
    where: Filter | None = None,
    kind: str | None = "office",
    calendar: WorkingCalendar | None = None,
    limits: Sequence[TimeLimit] = (),
) -> Change:
    """What changed from the cases of `before` to those of `after`, both within `where`; raises NothingLeft for an empty group.

    `kind` is the column that tells kinds of cases apart for the mix (one of KINDS, None for none).
    """
    hours = calendar or (WorkingCalendar.china() if log.zone == "Asia/Shanghai" else None)
    ran = by_version(models)
    both = [each if where is None else all_of(where, each) for each in (before, after)]
    one, other = (_group(log, each, ran, hours, limits) for each in both)
    graphs = directly_follows(one.rows), directly_follows(other.rows)
    looks = corrected(_looks(one, other, graphs))
    looked = sum(not look.insufficient for look in looks)
    shared_cases = len(np.intersect1d(one.cases["case_id"].astype(str), other.cases["case_id"].astype(str)))
    return Change(
        log=log.name,
        source=log.source,
        before=write(both[0]),
        after=write(both[1]),
        cases=(len(one.cases), len(other.cases)),
        open_cases=(int(is_open(one.cases).sum()), int(is_open(other.cases).sum())),
        shared_cases=shared_cases,
        looks=looks,
        looked=looked,
        lead=decomposition(group_of(one, kind), group_of(other, kind)),
        graphs=graphs,
        notes=tuple(_notes(one, other, looked, shared_cases)),
    )


def _group(
    log: EventLog, where: Filter, models: Models, hours: WorkingCalendar | None, limits: Sequence[TimeLimit]
) -> Reading:
    chosen = taken(log, where, hours)
    if not chosen.cases.count().execute():
        raise NothingLeft(log.name, write(where))
    return read(chosen, models, calendar=hours, limits=limits)


def _notes(one: Reading, other: Reading, looked: int, shared_cases: int) -> Iterator[Note]:
    yield Note("looked", {"looks": looked})
    if shared_cases:
        yield Note("groups_overlap", {"cases": shared_cases})
    going = int(is_open(one.cases).sum() + is_open(other.cases).sum())
    if going:
        yield Note("open_censored", {"open": going})


def _looks(one: Reading, other: Reading, graphs: tuple[Graph, Graph]) -> Iterator[Look]:
    yield durations(Measure.LEAD, (), _leads(one), _leads(other))
    yield from _delays(one.work, other.work)
    yield from _ways(one, other, graphs)
    again = _repeats(one.work), _repeats(other.work)
    for activity in sorted({*again[0], *again[1]}):
        before, after = (group.get(activity, (0, 0)) for group in again)
        if before[0] or after[0]:
            yield shares(Measure.REWORK, (activity,), before, after)
    yield from _kept(one, other)


def _leads(reading: Reading) -> CaseValues:
    """Lead times, those of open cases up to the last event of the log as lower bounds."""
    going = is_open(reading.cases).to_numpy()
    first, last = (reading.cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    end = np.where(going, last.max(), last)
    seconds = (end - first).astype(np.int64) / 1e6
    return CaseValues(seconds[~going], seconds[going])


def _delays(one: Work, other: Work) -> Iterator[Look]:
    """Waiting by activity, or the time between completions where nothing else is known."""
    for measure, name in ((Measure.WAITING, "waiting"), (Measure.ELAPSED, "elapsed")):
        before, after = _by_case(one, getattr(one, name)), _by_case(other, getattr(other, name))
        for activity in sorted({*before} & {*after}):
            yield durations(measure, (activity,), CaseValues(before[activity]), CaseValues(after[activity]))


def _by_case(work: Work, us: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float64]]:
    """Activity → the seconds of each case that has any of it."""
    rows = np.flatnonzero(us != UNKNOWN)
    key = work.activity.codes[rows] * max(len(work.cases), 1) + work.case[rows]
    present, place = np.unique(key, return_inverse=True)
    totals = np.bincount(place, weights=us[rows] / 1e6, minlength=len(present))
    activity = present // max(len(work.cases), 1)
    return {
        work.activity.names[code]: totals[activity == code]
        for code in np.unique(activity).tolist()
        if totals[activity == code].any() and np.sum(activity == code) > 1
    }


def _ways(one: Reading, other: Reading, graphs: tuple[Graph, Graph]) -> Iterator[Look]:
    of = len(one.cases), len(other.cases)
    steps = [{(node.activity,): node.cases for node in graph.nodes} for graph in graphs]
    edges = [{(edge.source, edge.target): edge.cases for edge in graph.edges} for graph in graphs]
    for measure, (before, after) in ((Measure.STEP, steps), (Measure.EDGE, edges)):
        for subject in sorted({*before, *after}):
            hits = before.get(subject, 0), after.get(subject, 0)
            if hits != of:  # what every case does in both groups is nothing to look at
                yield shares(measure, subject, (hits[0], of[0]), (hits[1], of[1]))


def _repeats(work: Work) -> dict[str, tuple[int, int]]:
    """Activity → the cases that did it again, of those that did it."""
    key = work.activity.codes * max(len(work.cases), 1) + work.case
    present, counts = np.unique(key, return_counts=True)
    activity = present // max(len(work.cases), 1)
    return {
        name: (int(np.sum((activity == code) & (counts > 1))), int(np.sum(activity == code)))
        for code, name in enumerate(work.activity.names)
    }


def _kept(one: Reading, other: Reading) -> Iterator[Look]:
    """Conformance with the drawn models, and time limits kept."""
    if one.models:
        found = [conformance(each.cases, each.models) for each in (one, other)]
        yield shares(Measure.CONFORMING, (), *((each.conforming, each.cases) for each in found))
    if one.limits and one.calendar is not None:
        limits = [_on_time(each) for each in (one, other)]
        for subject in sorted({*limits[0]} & {*limits[1]}):
            yield shares(Measure.ON_TIME, subject, limits[0][subject], limits[1][subject])


def _on_time(reading: Reading) -> dict[tuple[str, ...], tuple[int, int]]:
    assert reading.calendar is not None
    found = timeliness(reading.cases, reading.work, reading.limits, reading.calendar)
    eligible = [(f, int(str(f.evidence["eligible"]))) for f in found]
    return {(f.measure, *f.subject): (of - f.cases, of) for f, of in eligible}
