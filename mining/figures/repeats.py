"""Repeats: activities that were done again in the same case."""

from __future__ import annotations

from dataclasses import dataclass

from event_logs.log import EventLog
from mining.sequences import Sequences, sequences


@dataclass(frozen=True, slots=True)
class Repeats:
    """An activity: how often it was done, in how many cases, and how often again, in how many cases."""

    activity: str
    done: int
    cases: int
    again: int
    cases_again: int


def repeats(told: EventLog | Sequences) -> tuple[Repeats, ...]:
    """Every activity by falling number of repeats, ties by name."""
    with sequences(told) as known:
        tallied = known.walks.activities()
    found = (
        Repeats(
            name, done=tally.times, cases=tally.cases, again=tally.times - tally.cases, cases_again=tally.cases_again
        )
        for name, tally in tallied.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.again, one.activity)))
