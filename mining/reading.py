"""What all analyses of one log share: its steps, its cases and its pieces of work, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ibis
import pandas as pd

from bpmn.model import ProcessModel
from bpmn.procedure import TimeLimit
from bpmn.procedure_costs import Costs
from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.conformance import Conformance, conformance
from mining.decided import with_clock_stops, with_decisions
from mining.errors import EmptyLog
from mining.matching import traits
from mining.naming import by_element, renamed
from mining.performance import case_times
from mining.steps import steps
from mining.variants import paths
from mining.work import Work, read_work

Models = Mapping[int | None, ProcessModel]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`rows` are the steps, `cases` the rows of `case_times` with `path`, `length` and `done_at` (the last completion) of each
    case and what was decided about it (`decided.with_decisions`), sorted by case.

    `log` has its activities under the ids of the models; `names` are those that were recognised by their drawn name.
    """

    log: EventLog
    rows: ibis.Table
    cases: pd.DataFrame
    work: Work
    models: Models
    names: Mapping[str, str]
    calendar: WorkingCalendar | None
    limits: Sequence[TimeLimit]
    seed: int
    costs: Costs | None = None

    @cached_property
    def conformance(self) -> Conformance | None:
        """How the cases compare with their models, worked out once for all analyses that ask; None without models."""
        if not self.models:
            return None
        return conformance(self.cases, self.models, traits=traits(self.log, self.cases), seed=self.seed)


def by_version(models: ProcessModel | Mapping[int, ProcessModel] | None) -> Models:
    """Models by the version that they are of; one for all cases stands under None."""
    if isinstance(models, ProcessModel):
        return {None: models}
    return {version: models[version] for version in models} if models else {}


def read(
    log: EventLog,
    models: Models,
    *,
    calendar: WorkingCalendar | None = None,
    limits: Sequence[TimeLimit] = (),
    seed: int = 0,
    costs: Costs | None = None,
) -> Reading:
    """Read the log once for all analyses; raises EmptyLog."""
    names = by_element(_activities(log), models.values()) if models else {}
    log = renamed(log, names)
    rows = steps(log)
    cases = _cases(log, rows)
    if cases.empty:
        raise EmptyLog(log.name)
    work = read_work(activity_instances(log), tuple(cases["case_id"]), models, calendar)
    return Reading(
        log=log,
        rows=rows,
        cases=cases,
        work=work,
        models=models,
        names=names,
        calendar=calendar,
        limits=limits,
        seed=seed,
        costs=costs,
    )


def _activities(log: EventLog) -> list[str]:
    return sorted(log.events.select("activity").distinct().to_pyarrow()["activity"].to_pylist())


def _cases(log: EventLog, rows: ibis.Table) -> pd.DataFrame:
    walked = paths(log)
    walked = walked.select("case_id", "path", "length", done_at=walked.last_at)
    cases: pd.DataFrame = case_times(log).left_join(walked, "case_id").drop("case_id_right").to_pandas()
    cases = cases.sort_values("case_id", ignore_index=True)
    for column in ("first_at", "last_at", "done_at"):
        cases[column] = pd.to_datetime(cases[column], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    cases["path"] = cases["path"].fillna("")
    cases["length"] = cases["length"].fillna(0).astype("int64")
    return with_clock_stops(with_decisions(cases, log, rows), log)
