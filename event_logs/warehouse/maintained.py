"""The maintained tables of a procedure: its cases, and the performed work with what came before and after.

When events arrive, only the cases that they touch are computed anew, from all their events, into a new generation; the numbers of
these cases are struck from the generations before (`gone`). A reader takes the union of what is left. Small generations are merged,
so that there are never many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis import _

from event_logs.activity_instances import activity_instances
from event_logs.engines import read
from event_logs.event import Lifecycle
from event_logs.log import EVENTS, EventLog
from event_logs.performed import PERFORMED, sequenced
from event_logs.warehouse.folders import sync
from event_logs.warehouse.lake import Generation, Lake, Maintained, Manifest

MAINTAINED_CASES = ibis.schema(
    {
        "case_no": "int64",
        "case_id": "string",
        "closed": "boolean",
        "attributes": "string",
        "first_position": "int64",
        "first_at": "timestamp('UTC', 6)",
        "last_at": "timestamp('UTC', 6)",
        "office": "string",  # the first that was recorded
        "version": "int64",
        "withdrawn": "boolean",  # whether the last event was a withdrawal
        "events": "int64",
    }
)
_GONE = ibis.schema({"case_no": "int64"})
AT_ONCE = 1_000_000  # events whose work is computed together: what bounds the memory
MOST_GENERATIONS = 8
_ROW_GROUP = 200_000


def maintain(lake: Lake, backend: Any, manifest: Manifest, procedure: str) -> Maintained:
    """The tables of a procedure brought up to what is in the lake; files are written, the manifest is the caller's."""
    known = manifest.maintained.get(procedure, Maintained())
    parts = manifest.of(procedure)
    fresh = [part for part in parts if part.last > known.through]
    if not fresh:
        return replace(known, through=manifest.through)
    update = _Update(lake, backend, procedure, known, manifest.through)
    grown = update.grown(lake.paths(fresh), lake.paths(parts))
    return replace(_merged(lake, backend, procedure, grown), through=manifest.through)


def tables(lake: Lake, backend: Any, generations: Sequence[Generation], name: str) -> tuple[Any, Any]:
    """Performed work and cases, as lazy tables over what is left of each generation."""
    performed, cases = [], []
    for number, one in enumerate(generations):
        left = [
            read(backend, [lake.folder / file], f"{name}_{kind}_{number}")
            for kind, file in (("performed", one.performed), ("cases", one.cases))
        ]
        if one.gone:
            gone = read(backend, [lake.folder / one.gone], f"{name}_gone_{number}")
            left = [table.anti_join(gone, "case_no") for table in left]
        performed.append(left[0])
        cases.append(left[1])
    return _union(performed, PERFORMED), _union(cases, MAINTAINED_CASES)


def _union(tables: list[Any], schema: Any) -> Any:
    if not tables:
        return ibis.memtable(pa.Table.from_pylist([], schema.to_pyarrow()))
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


@dataclass(frozen=True)
class _Update:
    """One step of one procedure, up to `through`."""

    lake: Lake
    backend: Any
    procedure: str
    known: Maintained
    through: int

    def grown(self, fresh: list[str], everything: list[str]) -> Maintained:
        arrived = self._events(fresh, "arrived").filter(_.position > self.known.through)
        touched = self._kept("touched", arrived.group_by("case_id").agg(first_position=_.position.min()))
        before = self._before(touched)
        firsts = touched.left_join(before, "case_id").select(
            "case_id", "case_no", first_position=ibis.coalesce(_.before, _.first_position)
        )
        numbers = self._kept("numbers", self._numbered(firsts))
        events = self._touched_events(everything, numbers)
        generation = self._written(events, numbers)
        fresh_cases = int(numbers.filter(_.case_no >= self.known.next_case).count().execute())
        return replace(
            self.known,
            next_case=self.known.next_case + fresh_cases,
            generations=(*self._struck(before), generation),
        )

    def _events(self, files: list[str], name: str) -> Any:
        table = read(self.backend, files, name)
        return table.filter(_.position <= self.through).select(*EVENTS.names).cast(EVENTS)

    def _before(self, touched: Any) -> Any:
        """The touched cases that are in the tables already: their number, first position and generation."""
        found = []
        for number, one in enumerate(self.known.generations):
            _performed, cases = tables(self.lake, self.backend, [one], f"before_{number}")
            left = cases.semi_join(touched, "case_id")
            found.append(left.select("case_id", "case_no", before="first_position", generation=ibis.literal(number)))
        schema = {"case_id": "string", "case_no": "int64", "before": "int64", "generation": "int8"}
        empty = ibis.memtable(pa.Table.from_pylist([], ibis.schema(schema).to_pyarrow()))
        return self._kept("before", ibis.union(*found) if len(found) > 1 else found[0] if found else empty)

    def _numbered(self, firsts: Any) -> Any:
        known = firsts.filter(_.case_no.notnull())
        fresh = firsts.filter(_.case_no.isnull())
        number = ibis.row_number().over(order_by="first_position") + self.known.next_case
        return known.union(fresh.mutate(case_no=number.cast("int64")).select(*known.columns))

    def _touched_events(self, everything: list[str], numbers: Any) -> Any:
        earliest = numbers.first_position.min().execute()
        events = self._events(everything, "everything").filter(_.position >= int(earliest))
        return events if self._is_first else self._kept("events", events.semi_join(numbers, "case_id"))

    @property
    def _is_first(self) -> bool:
        return not self.known.generations  # then all cases are touched, and nothing is gained by a copy

    def _written(self, events: Any, numbers: Any) -> Generation:
        place = Path("maintained", f"procedure={quote(self.procedure, safe='')}")
        (self.lake.folder / place).mkdir(parents=True, exist_ok=True)
        names = {kind: str(place / f"{kind}-{self.through:020}.parquet") for kind in ("performed", "cases")}
        rows = write_performed(self.backend, events, numbers, self.lake.folder / names["performed"])
        cases = cases_of(events).join(numbers.select("case_id", "case_no"), "case_id")
        cases = cases.select(*MAINTAINED_CASES.names).cast(MAINTAINED_CASES).order_by("case_no")
        count = write(self.backend, [cases], self.lake.folder / names["cases"], MAINTAINED_CASES)
        return Generation(**names, gone=None, rows=rows, case_count=count)

    def _struck(self, before: Any) -> list[Generation]:
        """The generations before, without the cases that were computed anew."""
        left = []
        for number, one in enumerate(self.known.generations):
            gone = before.filter(_.generation == number).select("case_no")
            count = int(gone.count().execute())
            if count:
                left.append(self._without(one, gone))
            else:
                left.append(one)
        return left

    def _without(self, one: Generation, gone: Any) -> Generation:
        if one.gone:
            earlier = read(self.backend, [self.lake.folder / one.gone], "gone_earlier")
            gone = gone.union(earlier.select("case_no"))
        name = one.performed.replace("performed-", f"gone-{self.through:020}-")
        write(self.backend, [gone.order_by("case_no")], self.lake.folder / name, _GONE)
        return replace(one, gone=name)

    def _kept(self, name: str, table: Any) -> Any:
        """Computed once, since it is asked several times."""
        return self.backend.create_table(name, table, temp=True)


def write_performed(backend: Any, events: Any, numbers: Any, target: Path) -> int:
    """Performed work of numbered cases into a file sorted by case and order, some cases at a time; says how many rows."""
    count, last = (int(numbers.case_no.count().execute()), numbers.case_no.max().execute())
    if not count:
        return write(backend, [], target, PERFORMED)
    rows = int(events.count().execute())
    first = int(numbers.case_no.min().execute())
    step = max(1, -(-(int(last) + 1 - first) * AT_ONCE // max(rows, AT_ONCE)))
    chunks = (_work(events, numbers, low, low + step) for low in range(first, int(last) + 1, step))
    return write(backend, chunks, target, PERFORMED)


def _work(events: Any, numbers: Any, low: int, high: int) -> Any:
    some = numbers.filter((_.case_no >= low) & (_.case_no < high)).select("case_id", "case_no")
    log = EventLog("", events.semi_join(some, "case_id"), some)
    return sequenced(activity_instances(log).join(some, "case_id")).order_by(
        "case_no", ibis.asc("ordinal", nulls_first=False), "position"
    )


def write(backend: Any, tables: Iterable[Any], target: Path, schema: Any) -> int:
    """The rows of these tables in one file with the columns of the schema, streamed; says how many."""
    part, wanted, rows = target.with_name(f".{target.name}.part"), schema.to_pyarrow(), 0
    with pq.ParquetWriter(part, wanted, compression="zstd") as writer:
        for table in tables:
            query = str(ibis.to_sql(table.select(*schema.names), dialect="duckdb"))
            for batch in backend.con.sql(query).to_arrow_reader(_ROW_GROUP):
                # DuckDB adds integers up to wider ones, which Ibis does not know of: the cast is done here.
                writer.write_table(pa.Table.from_batches([batch]).cast(wanted))
                rows += batch.num_rows
    sync(part)
    part.replace(target)
    return rows


def cases_of(events: Any) -> Any:
    """The cases of recorded events: the attributes are those of the first, and the last says when the case is closed."""
    # The engine says on the last event of a case in which state it ended; other recorders may mark it with `end`.
    closes = events.attributes.contains('"case_state":') | events.attributes.contains('"end":true')
    return events.group_by("case_id").agg(
        closed=closes.any(),
        attributes=_.attributes.argmin(_.position),
        first_position=_.position.min(),
        first_at=_["at"].min(),
        last_at=_["at"].max(),
        office=_.office.argmin(_.position, where=_.office.notnull()),
        version=_.version.min(),
        withdrawn=_.lifecycle.argmax(_.position) == Lifecycle.WITHDRAW.value,
        events=_.count(),
    )


def _merged(lake: Lake, backend: Any, procedure: str, grown: Maintained) -> Maintained:
    """With few generations: all but the first are merged when they are many, all when the first has lost much."""
    generations = grown.generations
    if len(generations) <= MOST_GENERATIONS:
        return grown
    first, rest = generations[0], generations[1:]
    if sum(one.rows for one in rest) * 4 > first.rows:
        first, rest = None, generations  # type: ignore[assignment]
    merged = merge(lake, backend, procedure, rest)
    return replace(grown, generations=(merged,) if first is None else (first, merged))


def merge(lake: Lake, backend: Any, procedure: str, generations: Sequence[Generation]) -> Generation:
    """One generation in place of several."""
    performed, cases = tables(lake, backend, generations, "merging")
    stem = Path(generations[-1].performed).stem.removeprefix("performed-")
    place = Path(generations[-1].performed).parent
    names = {kind: str(place / f"{kind}-{stem}-merged-{len(generations)}.parquet") for kind in ("performed", "cases")}
    order = ("case_no", ibis.asc("ordinal", nulls_first=False), "position")
    rows = write(backend, [performed.order_by(*order)], lake.folder / names["performed"], PERFORMED)
    count = write(backend, [cases.order_by("case_no")], lake.folder / names["cases"], MAINTAINED_CASES)
    return Generation(**names, gone=None, rows=rows, case_count=count)
