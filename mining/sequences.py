"""The steps of every case in their order, in numbers: read and sorted once for all figures that are counted from them.

Names are long and steps are many. So activities, officers and cases are numbered before anything is sorted or grouped: narrow rows
need a fifth of the time and of the memory. And what depends on the path of a case alone (how often and in how many cases something
was done, and right after what) is counted from the distinct paths, which are few, with the number of cases that took each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import ibis
import pyarrow as pa
import pyarrow.compute as pc

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
        numbers = pa.array(range(len(self.values)), pa.int32())
        known = ibis.memtable(pa.table({"name": pa.array(self.values, pa.string()), "number": numbers}))
        found = rows.left_join(known, rows[column] == known["name"])
        return found.drop("name", column).rename({column: "number"})


def names_in(rows: ibis.Table, column: str) -> Names:
    values = rows.filter(rows[column].notnull()).select(column).distinct().to_pyarrow()[column]
    return Names(tuple(sorted(values.to_pylist())))


@dataclass(frozen=True)
class Sequences:
    """A log, or rows with the columns of `steps`, as its figures are counted from it; each part is made when it is first asked for.

    Read from the maintained tables where the log has them on file. What is computed from events stays in the engine until it is
    let go of (`sequences`).
    """

    told: EventLog | ibis.Table
    stack: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    @cached_property
    def activities(self) -> Names:
        return names_in(self._rows, "activity")

    @cached_property
    def officers(self) -> Names:
        return names_in(self._rows, "officer")

    @cached_property
    def cases(self) -> ibis.Table:
        """case_id, first_at, last_at over all events, one row a case."""
        kept = self.told.kept_courses() if isinstance(self.told, EventLog) else None
        return self._numbered_cases if kept is None else kept

    @property
    def finished(self) -> ibis.Table:
        """Of the cases those that the log does not call open."""
        if not isinstance(self.told, EventLog):
            return self.cases
        if self.told.kept_courses() is not None:
            return self.cases.filter(self.cases.closed.fill_null(True))
        known = self.told.cases
        return self.cases.anti_join(known.filter(~known.closed), "case_id")

    @cached_property
    def timed(self) -> ibis.Table:
        """previous_activity, activity (numbers), elapsed_us: every step; the previous is null at the first of a case."""
        if self._performed is None:
            return self._in_order
        rows = self._performed.select("previous_activity", "activity", "elapsed_us")
        return self.activities.numbered(self.activities.numbered(rows, "activity"), "previous_activity")

    @cached_property
    def passed(self) -> ibis.Table:
        """previous_officer, officer (numbers; null where unknown): every step."""
        if self._performed is None:
            return self._in_order
        rows = self._performed.select("previous_officer", "officer")
        return self.officers.numbered(self.officers.numbered(rows, "officer"), "previous_officer")

    @cached_property
    def walks(self) -> Walks:
        """The distinct paths, with the cases that took each."""
        kept = self.told.kept_courses() if isinstance(self.told, EventLog) else None
        if kept is None:
            found = _counted(self._paths).to_pyarrow()
            numbers = pc.list_flatten(found["path"])
            flat = pc.subtract(numbers, pc.multiply(pc.divide(numbers, _STRIDE), _STRIDE))
        else:
            walked = kept.filter(kept.path.notnull())
            lead = microseconds(walked.done_first_at, walked.done_last_at)
            found = _counted(walked.select("path", lead=lead)).to_pyarrow()
            split = pc.split_pattern(found["path"], SEPARATOR)
            found = found.set_column(found.schema.get_field_index("path"), "path", split)
            flat = pc.index_in(pc.list_flatten(split), value_set=pa.array(self.activities.values, pa.string()))
        return Walks.read(self.activities.values, flat, found)

    # Where the steps come from

    @cached_property
    def _performed(self) -> ibis.Table | None:
        kept = self.told.kept_performed() if isinstance(self.told, EventLog) else None
        return None if kept is None else kept.filter(kept.ordinal.notnull())

    @cached_property
    def _rows(self) -> ibis.Table:
        """The steps, as they are told."""
        if self._performed is not None:
            return self._performed
        return steps(self.told) if isinstance(self.told, EventLog) else self.told

    @cached_property
    def _numbered_cases(self) -> ibis.Table:
        """A case has the number of its first position, which no other has."""
        rows = self.told.events if isinstance(self.told, EventLog) else self.told
        return self._kept(
            rows.group_by("case_id").aggregate(
                case_no=rows.position.min(), first_at=rows["at"].min(), last_at=rows["at"].max()
            )
        )

    @cached_property
    def _in_order(self) -> ibis.Table:
        """case_no, ordinal, and the columns of `timed` and `passed`, from the events."""
        rows = self._rows.select("case_id", "activity", "officer", "at", "position")
        rows = self.officers.numbered(self.activities.numbered(rows, "activity"), "officer")
        rows = rows.join(self._numbered_cases.select("case_id", "case_no"), "case_id").drop("case_id")
        window = ibis.window(group_by="case_no", order_by=["at", "position"])
        return self._kept(
            rows.select(
                "case_no",
                "activity",
                "officer",
                ordinal=ibis.row_number().over(window).cast("int32"),
                previous_activity=rows.activity.lag().over(window),
                previous_officer=rows.officer.lag().over(window),
                elapsed_us=microseconds(rows["at"].lag().over(window), rows["at"]),
            )
        )

    @property
    def _paths(self) -> ibis.Table:
        """path and lead (microseconds from first to last step), one row a case."""
        rows = self._in_order
        place = rows.ordinal.cast("int64") * _STRIDE + rows.activity
        return rows.group_by("case_no").aggregate(
            path=place.collect().sort(), lead=rows.elapsed_us.sum().fill_null(0).cast("int64")
        )

    def _kept(self, table: ibis.Table) -> ibis.Table:
        return self.stack.enter_context(laid_down(table))


def _counted(paths: ibis.Table) -> ibis.Table:
    """path, cases, median_lead (seconds) and total (microseconds), one row a distinct path."""
    return paths.group_by("path").aggregate(
        cases=paths.count(), median_lead=in_seconds(paths.lead).quantile(0.5), total=paths.lead.sum().cast("int64")
    )


@contextmanager
def sequences(told: EventLog | ibis.Table | Sequences) -> Iterator[Sequences]:
    """What is told as sequences; what they lay down in the engine is removed in the end, unless they were given."""
    if isinstance(told, Sequences):
        yield told
        return
    made = Sequences(told)
    with made.stack:
        yield made
