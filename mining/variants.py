"""Variants: the distinct paths that cases took, how many took each and how long they needed."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs import courses
from event_logs.log import EventLog
from mining.sequences import Sequences, sequences
from mining.steps import steps


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


def variants(told: EventLog | ibis.Table | Sequences) -> tuple[Variant, ...]:
    """All variants by falling number of cases (ties by path), of a log or of a table with the columns of `steps`."""
    with sequences(told) as known:
        walks = known.walks
    rows = zip(walks.paths, walks.cases.tolist(), walks.median_lead.tolist(), walks.total_lead.tolist(), strict=True)
    total, reached, found = int(walks.cases.sum()), 0, []
    for path, cases, median, lead in sorted(rows, key=lambda row: (-row[1], row[0])):
        reached += cases
        found.append(
            Variant(
                activities=path,
                cases=cases,
                share=cases / total,
                cumulative=reached / total,
                median_lead=median,
                mean_lead=lead / 1e6 / cases,
            )
        )
    return tuple(found)
