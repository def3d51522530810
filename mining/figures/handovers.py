"""Hand-overs of work: how often the next piece of work of a case was done by whom after whom."""

from __future__ import annotations

from dataclasses import dataclass

from event_logs.log import EventLog
from mining.steps import in_sequence


@dataclass(frozen=True, slots=True)
class Passing:
    """Work that came right after work of `before`; both may be the same officer."""

    before: str
    officer: str
    times: int


def handovers(log: EventLog) -> tuple[Passing, ...]:
    """All pairs of officers by falling number, ties by name; steps of which an officer is unknown are left out."""
    rows = in_sequence(log)
    known = rows.filter(rows.previous_officer.notnull() & rows.officer.notnull())
    counted = known.group_by(before="previous_officer", officer="officer").aggregate(times=known.count())
    found = (Passing(**row) for row in counted.to_pyarrow().to_pylist())
    return tuple(sorted(found, key=lambda one: (-one.times, one.before, one.officer)))
