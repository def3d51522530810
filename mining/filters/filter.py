"""What a filter is: a set of cases of a log, described by a value. Filters combine as sets do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import ibis

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar

Told = tuple[str, Sequence["str | Filter"]]


class Filter(ABC):
    """A value that says of every case of a log whether it belongs. `~f`, `f & g` and `f | g` are filters too."""

    @abstractmethod
    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        """A lazy table with the one column `case_id`: the cases of the log that belong, each once.

        `hours` are the office's, for filters by working time.
        """

    @abstractmethod
    def told(self) -> Told:
        """The word and the arguments by which it is written (`written.py`)."""

    def __invert__(self) -> Filter:
        return Not(self)

    def __and__(self, other: Filter) -> Filter:
        return all_of(self, other)

    def __or__(self, other: Filter) -> Filter:
        return any_of(self, other)


@dataclass(frozen=True)
class And(Filter):
    """The cases that belong to every one of `of`."""

    of: tuple[Filter, ...]

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        first, *rest = (each.cases(log, hours) for each in self.of)
        for table in rest:
            first = first.semi_join(table, "case_id")
        return first

    def told(self) -> Told:
        return "and", self.of


@dataclass(frozen=True)
class Or(Filter):
    """The cases that belong to at least one of `of`."""

    of: tuple[Filter, ...]

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        return ibis.union(*(each.cases(log, hours) for each in self.of), distinct=True)

    def told(self) -> Told:
        return "or", self.of


@dataclass(frozen=True)
class Not(Filter):
    """The cases that do not belong to `of`."""

    of: Filter

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        return log.cases.select("case_id").anti_join(self.of.cases(log, hours), "case_id")

    def told(self) -> Told:
        return "not", (self.of,)

    def __invert__(self) -> Filter:
        return self.of


def all_of(*filters: Filter) -> Filter:
    """Their intersection; equal filters count once and the order is that of their words, so equal sets are equal values."""
    parts = _parts(filters, And)
    return parts[0] if len(parts) == 1 else And(parts)


def any_of(*filters: Filter) -> Filter:
    """Their union, in the same form."""
    parts = _parts(filters, Or)
    return parts[0] if len(parts) == 1 else Or(parts)


def _parts(filters: Sequence[Filter], kind: type[And] | type[Or]) -> tuple[Filter, ...]:
    flat = {part for each in filters for part in (each.of if isinstance(each, kind) else (each,))}
    return tuple(sorted(flat, key=repr))
