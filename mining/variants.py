"""Variants: the distinct paths that cases took, how many took each and how long they needed."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from event_logs.log import EventLog
from mining.steps import in_seconds, microseconds, steps

SEPARATOR = "\x1f"  # the ASCII unit separator: no activity's name holds it
_WIDTH = 7  # digits of the row number; a case of more than ten million steps is no case


@dataclass(frozen=True, slots=True)
class Variant:
    """A path; `share` and `cumulative` are of all cases, lead times in seconds from first to last step."""

    activities: tuple[str, ...]
    cases: int
    share: float
    cumulative: float
    median_lead: float
    mean_lead: float


def paths(rows: ibis.Table) -> ibis.Table:
    """case_id, path, length, first_at, last_at: one row a case; `path` joins its activities with SEPARATOR.

    The order is put in front of each name with a fixed width, collected, sorted and cut off again: Ibis has no ordered
    aggregate that DuckDB, PostgreSQL and Spark share.
    """
    window = ibis.window(group_by="case_id", order_by=["at", "position"])
    number = (ibis.row_number().over(window) + 10**_WIDTH).cast("string")
    marked = rows.select("case_id", "at", entry=number + rows.activity)
    cases = marked.group_by("case_id").aggregate(
        entries=marked.entry.collect(),
        length=marked.count(),
        first_at=marked["at"].min(),
        last_at=marked["at"].max(),
    )
    names = cases.entries.sort().map(lambda entry: entry.substr(_WIDTH + 1))
    return cases.select("case_id", "length", "first_at", "last_at", path=names.join(SEPARATOR))


def counted(case_paths: ibis.Table) -> ibis.Table:
    """path, cases, median_lead, mean_lead (seconds) over the rows of `paths`."""
    timed = case_paths.mutate(lead=microseconds(case_paths.first_at, case_paths.last_at))
    grouped = timed.group_by("path").aggregate(
        cases=timed.count(), median_lead=in_seconds(timed.lead).quantile(0.5), total=in_seconds(timed.lead.sum())
    )
    return grouped.mutate(mean_lead=grouped.total / grouped.cases).drop("total")


def variants(log: EventLog | ibis.Table) -> tuple[Variant, ...]:
    """All variants by falling number of cases (ties by path), of a log or of a table with the columns of `steps`."""
    rows = steps(log) if isinstance(log, EventLog) else log
    return from_paths(paths(rows))


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
