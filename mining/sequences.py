"""The steps of every case in their order, in numbers: read and sorted once for all figures that are counted from them.

Names are long and steps are many. So activities, officers and cases are numbered before anything is sorted or grouped: ten million
steps need a quarter of the time that their names would. And what depends on the path of a case alone (how often and in how many cases something
was done, and right after what) is counted from the distinct paths, which are few, with the number of cases that took each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from event_logs.courses import SEPARATOR
from event_logs.engines import laid_down
from event_logs.log import EventLog
from event_logs.spans import microseconds
from mining.steps import in_seconds, steps
from mining.walks import Walks

_STRIDE = 2**31  # a step in a path is its place in the case times this, and its activity


@dataclass(frozen=True)
class Names:
    """The distinct values of a column, sorted; a name's number is its place."""

    values: tuple[str, ...]

    def numbered(self, rows: ibis.Table, column: str) -> ibis.Table:
        """The rows with the numbers in the place of the names; null stays null."""
        narrow = pa.int16() if len(self.values) < 2**15 else pa.int32()
        numbers = pa.array(range(len(self.values)), narrow)
        known = ibis.memtable(pa.table({"name": pa.array(self.values, pa.string()), "number": numbers}))
        found = rows.left_join(known, rows[column] == known["name"])
        return found.drop("name", column).rename({column: "number"})


def names_in(rows: ibis.Table, column: str) -> Names:
    """Each different text of a column once, sorted; null is none."""
    values = rows.filter(rows[column].notnull()).select(column).distinct().to_pyarrow()[column]
    return Names(tuple(sorted(values.to_pylist())))


class Sequences(ABC):
    """A log as its figures are counted from it; each part is made when it is first asked for."""

    rows: ibis.Table  # activity and officer of every step

    @cached_property
    def activities(self) -> Names:
        return names_in(self.rows, "activity")

    @cached_property
    def officers(self) -> Names:
        return names_in(self.rows, "officer")

    @property
    @abstractmethod
    def timed(self) -> ibis.Table:
        """previous_activity, activity (numbers), elapsed_us: every step; the previous is null at the first of a case."""

    @property
    @abstractmethod
    def passed(self) -> ibis.Table:
        """previous_officer, officer (numbers; null where unknown): every step."""

    @cached_property
    @abstractmethod
    def walks(self) -> Walks:
        """The distinct paths, with the cases that took each."""

    @property
    @abstractmethod
    def cases(self) -> ibis.Table:
        """case_id, first_at, last_at over all events, one row a case."""

    @property
    @abstractmethod
    def finished(self) -> ibis.Table:
        """Of the cases those that the log does not call open."""


class _OnFile(Sequences):
    """Read from the maintained tables."""

    def __init__(self, performed: ibis.Table, courses: ibis.Table) -> None:
        self.rows, self.courses = performed.filter(performed.ordinal.notnull()), courses

    @property
    def timed(self) -> ibis.Table:
        rows = self.rows.select("previous_activity", "activity", "elapsed_us")
        return self.activities.numbered(self.activities.numbered(rows, "activity"), "previous_activity")

    @property
    def passed(self) -> ibis.Table:
        rows = self.rows.select("previous_officer", "officer")
        return self.officers.numbered(self.officers.numbered(rows, "officer"), "previous_officer")

    @cached_property
    def walks(self) -> Walks:
        walked = self.courses.filter(self.courses.path.notnull())
        lead = microseconds(walked.done_first_at, walked.done_last_at)
        found = _counted(walked.select("path", lead=lead))
        paths, names = pc.split_pattern(found["path"], SEPARATOR), pa.array(self.activities.values, pa.string())
        steps_of_all = pc.index_in(pc.list_flatten(paths), value_set=names)
        return Walks.read(self.activities.values, steps_of_all, pc.list_value_length(paths), found)

    @property
    def cases(self) -> ibis.Table:
        return self.courses

    @property
    def finished(self) -> ibis.Table:
        return self.courses.filter(self.courses.closed.fill_null(True))


class _FromEvents(Sequences):
    """Computed from events or from steps alone; what is laid down in the engine stays there until the `stack` is closed."""

    def __init__(self, rows: ibis.Table, events: ibis.Table, known: ibis.Table | None) -> None:
        self.rows, self.events, self.known, self.stack = rows, events, known, ExitStack()

    @property
    def timed(self) -> ibis.Table:
        return self._in_order

    @property
    def passed(self) -> ibis.Table:
        return self._in_order

    @cached_property
    def walks(self) -> Walks:
        rows = self._in_order
        step = rows.ordinal.cast("int64") * _STRIDE + rows.activity
        paths = rows.group_by("case_no").aggregate(
            path=step.collect().sort(), lead=rows.elapsed_us.sum().fill_null(0).cast("int64")
        )
        found = _counted(paths)
        numbers = pc.list_flatten(found["path"])
        activity = pc.subtract(numbers, pc.multiply(pc.divide(numbers, _STRIDE), _STRIDE))
        return Walks.read(self.activities.values, activity, pc.list_value_length(found["path"]), found)

    @cached_property
    def cases(self) -> ibis.Table:
        """A case has the number of its first position (`case_no`), which no other has."""
        found = self.events.group_by("case_id").aggregate(
            case_no=self.events.position.min(), first_at=self.events["at"].min(), last_at=self.events["at"].max()
        )
        return self.stack.enter_context(laid_down(found))

    @property
    def finished(self) -> ibis.Table:
        return self.cases if self.known is None else self.cases.anti_join(self.known.filter(~_.closed), "case_id")

    @cached_property
    def _in_order(self) -> ibis.Table:
        """case_no, ordinal, and the columns of `timed` and `passed`."""
        rows = self.rows.select("case_id", "activity", "officer", "at", "position")
        rows = self.officers.numbered(self.activities.numbered(rows, "activity"), "officer")
        rows = rows.join(self.cases.select("case_id", "case_no"), "case_id").drop("case_id")
        window = ibis.window(group_by="case_no", order_by=["at", "position"])
        found = rows.select(
            "case_no",
            "activity",
            "officer",
            ordinal=ibis.row_number().over(window).cast("int32"),
            previous_activity=rows.activity.lag().over(window),
            previous_officer=rows.officer.lag().over(window),
            elapsed_us=microseconds(rows["at"].lag().over(window), rows["at"]),
        )
        return self.stack.enter_context(laid_down(found))


def _counted(paths: ibis.Table) -> pa.Table:
    """path, cases, median_lead (seconds) and total (microseconds), one row a distinct path."""
    return (
        paths.group_by("path")
        .aggregate(
            cases=paths.count(), median_lead=in_seconds(paths.lead).quantile(0.5), total=paths.lead.sum().cast("int64")
        )
        .to_pyarrow()
    )


@contextmanager
def sequences(told: EventLog | ibis.Table | Sequences) -> Iterator[Sequences]:
    """Those of a log, or of a table with the columns of `steps`; what they lay down in the engine is removed in the end.

    Sequences themselves are given back as they are.
    """
    if isinstance(told, Sequences):
        yield told
        return
    if not isinstance(told, EventLog):
        made = _FromEvents(told, told, None)
    elif (kept := told.kept()) is not None and kept.courses is not None:
        yield _OnFile(kept.performed, kept.courses)
        return
    else:
        made = _FromEvents(steps(told), told.events, told.cases)
    with made.stack:
        yield made
