"""A diagnosis: every analysis of a log and the models that it ran on, as ranked findings with their evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pandas as pd

from bpmn.model import ProcessModel
from bpmn.procedure import TimeLimit
from bpmn.procedure_costs import Costs
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.analyses import ANALYSES
from mining.analyses.analysis import Analysis
from mining.dfg import Graph, as_plain, directly_follows
from mining.errors import NothingLeft, UnknownAnalysis
from mining.filters import Filter, taken, write
from mining.findings import ENOUGH, Finding, Note
from mining.performance import Performance, is_open, performance
from mining.reading import Reading, by_version, read
from mining.sequences import sequences
from mining.variants import Variant, variants
from mining.waiting import worst

SHOWN_VARIANTS, SHOWN_EDGES = 50, 500


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What mining says about a log; `as_dict` gives it as JSON.

    `where` is the text of the filter that chose its cases, empty for all of the log (`filters.read`, `filters.write`).
    `period` are the first and last event; `open_cases` is None where the log does not say which cases are closed.
    """

    log: str
    source: str
    where: str
    zone: str
    models: tuple[str, ...]
    versions: tuple[int, ...]
    cases: int
    open_cases: int | None
    events: int
    activities: int
    officers: int
    offices: int
    period: tuple[datetime, datetime]
    performance: Performance
    graph: Graph
    variants: tuple[Variant, ...]
    analyses: Mapping[str, Analysis]
    notes: tuple[Note, ...]

    def findings(self, *kinds: str) -> tuple[Finding, ...]:
        """The findings of those kinds (all without any), in the order of the analyses."""
        everything = (finding for analysis in self.analyses.values() for finding in analysis.findings)
        return tuple(finding for finding in everything if not kinds or finding.kind in kinds)

    @property
    def worst(self) -> Finding | None:
        """The bottleneck that a manager should hear of first."""
        return worst(self.findings())


def diagnose(
    log: EventLog,
    models: ProcessModel | Mapping[int, ProcessModel] | None = None,
    *,
    calendar: WorkingCalendar | None = None,
    limits: Sequence[TimeLimit] = (),
    costs: Costs | None = None,
    only: Iterable[str] | None = None,
    where: Filter | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Read a log for everything in ANALYSES, or for those named in `only`; raises EmptyLog, UnknownAnalysis.

    Only the cases that belong to `where` are read; raises NothingLeft if there are none.

    `models` are the versions that the cases ran on, or one model for all. Working time is counted by `calendar`, which is
    China's tax offices' for logs of that zone. The same log, models and seed give the same diagnosis to the byte.
    `progress` is called with the name of each analysis before it is made.
    """
    chosen = _chosen(only)
    hours = calendar or (WorkingCalendar.china() if log.zone == "Asia/Shanghai" else None)
    chosen_log = taken(log, where, hours)
    if where is not None and not chosen_log.cases.count().execute():
        raise NothingLeft(log.name, write(where))
    shared = read(chosen_log, by_version(models), calendar=hours, limits=limits, seed=seed, costs=costs)
    analyses = {}
    for name in chosen:
        if progress is not None:
            progress(name)
        analyses[name] = ANALYSES[name](shared)
    return _diagnosis(shared, analyses, log.source, "" if where is None else write(where))


def _chosen(only: Iterable[str] | None) -> list[str]:
    names = list(ANALYSES) if only is None else list(only)
    for name in names:
        if name not in ANALYSES:
            raise UnknownAnalysis(name, list(ANALYSES))
    return names


def _diagnosis(shared: Reading, analyses: Mapping[str, Analysis], source: str, where: str) -> Diagnosis:
    cases, work = shared.cases, shared.work
    with sequences(shared.log) as known:
        graph, ways = directly_follows(known), variants(known)
    return Diagnosis(
        log=shared.log.name,
        source=source,
        where=where,
        zone=shared.log.zone,
        models=tuple(sorted({model.key for model in shared.models.values()})),
        versions=tuple(int(version) for version in sorted(cases["version"].dropna().unique())),
        cases=len(cases),
        open_cases=None if cases["closed"].isna().all() else int(is_open(cases).sum()),
        events=int(cases["events"].sum()),
        activities=len(work.activity.names),
        officers=len(work.officer.names),
        offices=len(work.office.names),
        period=(_instant(cases["first_at"].min()), _instant(cases["last_at"].max())),
        performance=performance(work, cases, shared.calendar),
        graph=graph,
        variants=ways,
        analyses=analyses,
        notes=tuple(_notes(shared)),
    )


def _instant(at: pd.Timestamp) -> datetime:
    return at.to_pydatetime().replace(tzinfo=UTC)


def _notes(shared: Reading) -> Iterable[Note]:
    cases = shared.cases
    if len(cases) < ENOUGH:
        yield Note("few_cases", {"cases": len(cases), "enough": ENOUGH})
    if cases["closed"].isna().all():
        yield Note("closed_unknown")
    elif is_open(cases).any():
        yield Note("open_cases", {"open": int(is_open(cases).sum()), "cases": len(cases)})
    if shared.names:
        yield Note("names_recognised", {"activities": len(shared.names)})
    if shared.calendar is None:
        yield Note("no_calendar", {"zone": shared.log.zone})


def as_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as plain values for JSON, always the same bytes; at most 50 variants and 500 edges of the picture.

    Times are seconds, shares between 0 and 1, instants ISO 8601 in UTC.
    """
    plain: dict[str, Any] = {f.name: _plain(getattr(diagnosis, f.name)) for f in fields(diagnosis)}
    graph = as_plain(Graph(diagnosis.graph.nodes, diagnosis.graph.edges[:SHOWN_EDGES]))
    plain["graph"] = {**_plain(graph), "edges_in_all": len(diagnosis.graph.edges)}
    plain["variants"] = {
        "in_all": len(diagnosis.variants),
        "most_frequent": _plain(diagnosis.variants[:SHOWN_VARIANTS]),
    }
    plain["worst"] = _plain(diagnosis.worst)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 9)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
