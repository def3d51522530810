"""Hand-overs of work: how often the next piece of work of a case was done by whom after whom."""

from __future__ import annotations

from dataclasses import dataclass

from event_logs.log import EventLog
from mining.sequences import Sequences, sequences


@dataclass(frozen=True, slots=True)
class Passing:
    """Work that came right after work of `before`; both may be the same officer."""

    before: str
    officer: str
    times: int


def handovers(told: EventLog | Sequences) -> tuple[Passing, ...]:
    """All pairs of officers by falling number, ties by name; steps of which an officer is unknown are left out."""
    with sequences(told) as known:
        rows, names = known.passed, known.officers.values
        passed = rows.filter(rows.previous_officer.notnull() & rows.officer.notnull())
        counted = passed.group_by("previous_officer", "officer").aggregate(times=passed.count())
        pairs = counted.to_pyarrow().to_pylist()
    found = (Passing(names[row["previous_officer"]], names[row["officer"]], row["times"]) for row in pairs)
    return tuple(sorted(found, key=lambda one: (-one.times, one.before, one.officer)))
