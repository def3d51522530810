"""Variants: the distinct paths that cases took, how many took each and how long they needed."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs import courses
from event_logs.courses import SEPARATOR
from event_logs.log import EventLog
from event_logs.spans import microseconds
from mining.steps import in_seconds, steps


@dataclass(frozen=True, slots=True)
class Variant:
    """A path; `share` and `cumulative` are of all cases, lead times in seconds from first to last step."""

    activities: tuple[str, ...]
    cases: int
    share: float
    cumulative: float
    median_lead: float
    mean_lead: float


def paths(told: EventLog | ibis.Table) -> ibis.Table:
    """case_id, path, length, first_at, last_at: one row a case of a log or of `steps` rows; `path` joins its activities with SEPARATOR.

    Read from the courses of the cases where the log has them on file.
    """
    kept = told.kept_courses() if isinstance(told, EventLog) else None
    if kept is None:
        return courses.paths(steps(told) if isinstance(told, EventLog) else told)
    walked = kept.filter(kept.path.notnull())
    return walked.select("case_id", "path", "length", first_at="done_first_at", last_at="done_last_at")


def counted(case_paths: ibis.Table) -> ibis.Table:
    """path, cases, median_lead, mean_lead (seconds) over the rows of `paths`."""
    timed = case_paths.mutate(lead=microseconds(case_paths.first_at, case_paths.last_at))
    grouped = timed.group_by("path").aggregate(
        cases=timed.count(), median_lead=in_seconds(timed.lead).quantile(0.5), total=in_seconds(timed.lead.sum())
    )
    return grouped.mutate(mean_lead=grouped.total / grouped.cases).drop("total")


def variants(log: EventLog | ibis.Table) -> tuple[Variant, ...]:
    """All variants by falling number of cases (ties by path), of a log or of a table with the columns of `steps`."""
    return from_paths(paths(log))


def from_paths(case_paths: ibis.Table) -> tuple[Variant, ...]:
    """The variants of a table made by `paths`."""
    records = counted(case_paths).to_pyarrow().to_pylist()
    records.sort(key=lambda record: (-record["cases"], record["path"]))
    total = sum(record["cases"] for record in records)
    found, reached = [], 0
    for record in records:
        reached += record["cases"]
        found.append(
            Variant(
                activities=tuple(record["path"].split(SEPARATOR)),
                cases=record["cases"],
                share=record["cases"] / total,
                cumulative=reached / total,
                median_lead=record["median_lead"],
                mean_lead=record["mean_lead"],
            )
        )
    return tuple(found)
