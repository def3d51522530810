"""The maintained tables of a procedure: its cases with their courses, and the performed work with what came before and after.

When events arrive, only the cases that they touch are computed anew, from all their events, into a new generation; the numbers of
these cases are struck from the generations before (`gone`). A reader takes the union of what is left. Small generations are merged,
so that there are never many. This is housekeeping within the process, so it is written in DuckDB's own SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import pyarrow as pa
from ibis import _

from event_logs.courses import COURSES, times_of
from event_logs.engines import read
from event_logs.log import EVENTS
from event_logs.performed import PERFORMED
from event_logs.warehouse.lake import LAYOUT, Generation, Lake, Maintained, Manifest, Part
from event_logs.warehouse.performed_work import courses_sql, write, write_performed

MAINTAINED_CASES = ibis.schema({"attributes": "string", **COURSES})
_GONE = ibis.schema({"case_no": "int64"})
MOST_GENERATIONS = 8
_WORK_ORDER = "case_no, ordinal NULLS LAST, position"


def maintain(lake: Lake, backend: Any, manifest: Manifest, procedure: str) -> Maintained:
    """The tables of a procedure brought up to what is in the lake; files are written, the manifest is the caller's."""
    known = manifest.maintained.get(procedure, Maintained())
    known = known if known.layout == LAYOUT else Maintained()  # an older version of the product had other columns
    parts = manifest.of(procedure)
    if all(part.last <= known.through for part in parts):
        return replace(known, through=manifest.through)
    grown = _Update(lake, backend, procedure, known, manifest.through).grown(parts)
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


def cases_of(events: Any) -> Any:
    """The cases of recorded events: the attributes are those of the first, and the last says when the case is closed."""
    # The engine says on the last event of a case in which state it ended; other recorders may mark it with `end`.
    closes = events.attributes.contains('"case_state":') | events.attributes.contains('"end":true')
    told = events.group_by("case_id").agg(closed=closes.any(), attributes=_.attributes.argmin(_.position))
    return told.join(times_of(events), "case_id")


@dataclass(frozen=True)
class _Update:
    """One step of one procedure, up to `through`."""

    lake: Lake
    backend: Any
    procedure: str
    known: Maintained
    through: int

    def grown(self, parts: list[Part]) -> Maintained:
        fresh = [part for part in parts if part.last > self.known.through]
        self._view("arrived", self.lake.paths(fresh), f"position > {self.known.through} AND position <= {self.through}")
        self._touched()
        self._run("CREATE TEMP TABLE numbers AS " + _NUMBERED.format(next=self.known.next_case))
        source = self._touched_events(parts) if self.known.generations else "arrived"
        generation = self._written(source)
        [(cases,)] = self._run("SELECT count(*) FROM numbers WHERE case_no >= ?", [self.known.next_case]).fetchall()
        return replace(
            self.known,
            next_case=self.known.next_case + cases,
            generations=(*self._struck(), generation),
            layout=LAYOUT,
        )

    def _run(self, query: str, values: Sequence[object] = ()) -> Any:
        return self.backend.con.execute(query, list(values))

    def _view(self, name: str, files: list[str], holds: str) -> None:
        columns = ", ".join(f'"{column}"' for column in EVENTS.names)
        found = f"SELECT {columns} FROM {_parquet(files)} WHERE {holds}"
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {found}")

    def _touched(self) -> None:
        """`told`: the cases of the events that arrived, as these alone tell them; `known`: those among them that have a row already."""
        events = ibis.table(EVENTS, name="arrived")
        self._run(f"CREATE TEMP TABLE told AS {ibis.to_sql(cases_of(events), dialect='duckdb')}")
        columns = ", ".join(MAINTAINED_CASES.names)
        found = [
            f"SELECT {columns}, {number} AS generation FROM {_left(self.lake, one, one.cases)} AS cases"
            " WHERE case_id IN (SELECT case_id FROM told)"
            for number, one in enumerate(self.known.generations)
        ]
        nothing = ", ".join(f"NULL::{_SQL_TYPES[str(kind)]} AS {name}" for name, kind in MAINTAINED_CASES.items())
        found = found or [f"SELECT {nothing}, 0 AS generation WHERE false"]
        self._run("CREATE TEMP TABLE known AS " + " UNION ALL ".join(found))

    def _touched_events(self, parts: list[Part]) -> str:
        """All events of the touched cases; only those parts are read in which a case that was known can have some."""
        self._run("CREATE TEMP TABLE touched AS FROM arrived")
        spans = self._run("SELECT first_position, last_position FROM known").fetchall()
        old = [
            part
            for part in parts
            if part.first <= self.known.through
            and any(first <= part.last and last >= part.first for first, last in spans)
        ]
        if old:
            span = f"position >= {min(first for first, _last in spans)} AND position <= {self.known.through}"
            self._view("earlier", self.lake.paths(old), span)
            self._run("INSERT INTO touched FROM earlier WHERE case_id IN (SELECT case_id FROM known)")
        return "touched"

    def _written(self, source: str) -> Generation:
        place = Path("maintained", f"procedure={quote(self.procedure, safe='')}")
        (self.lake.folder / place).mkdir(parents=True, exist_ok=True)
        performed, cases = (str(place / f"{kind}-{self.through:020}.parquet") for kind in ("performed", "cases"))
        rows = write_performed(self.backend, source, self.lake.folder / performed)
        self._run(f"CREATE TEMP VIEW performed AS FROM {_parquet([str(self.lake.folder / performed)])}")
        query = (
            f"SELECT attributes, courses.* FROM ({courses_sql()}) AS courses JOIN numbers USING (case_no)"
            " ORDER BY case_no"
        )
        count = write(self.backend, [query], self.lake.folder / cases, MAINTAINED_CASES)
        return Generation(performed=performed, cases=cases, gone=None, rows=rows, case_count=count)

    def _struck(self) -> Iterator[Generation]:
        """The generations before, without the cases that were computed anew."""
        lost = {number for (number,) in self._run("SELECT DISTINCT generation FROM known").fetchall()}
        for number, one in enumerate(self.known.generations):
            yield self._without(one, number) if number in lost else one

    def _without(self, one: Generation, number: int) -> Generation:
        gone = f"SELECT case_no FROM known WHERE generation = {number}"
        if one.gone:
            gone += f" UNION ALL SELECT case_no FROM {_parquet([str(self.lake.folder / one.gone)])}"
        name = one.performed.replace("performed-", f"gone-{self.through:020}-")
        write(self.backend, [f"SELECT case_no FROM ({gone}) ORDER BY case_no"], self.lake.folder / name, _GONE)
        return replace(one, gone=name)


# A case that was known keeps what its first event told, and adds what arrived, all of which lies behind it.
_NUMBERED = """
SELECT coalesce(known.case_no, {next} - 1 + row_number() OVER (
         PARTITION BY known.case_no IS NULL ORDER BY told.first_position)) AS case_no,
       told.case_id,
       told.closed OR coalesce(known.closed, false) AS closed,
       CASE WHEN known.case_no IS NULL THEN told.attributes ELSE known.attributes END AS attributes,
       least(told.first_at, known.first_at) AS first_at,
       greatest(told.last_at, known.last_at) AS last_at,
       coalesce(known.first_position, told.first_position) AS first_position,
       told.last_position,
       coalesce(known.office, told.office) AS office,
       least(told.version, known.version) AS version,
       told.withdrawn,
       told.events + coalesce(known.events, 0) AS events
FROM told LEFT JOIN known USING (case_id)"""
_SQL_TYPES = {"int64": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN", "timestamp('UTC', 6)": "TIMESTAMPTZ"}


def _parquet(files: Sequence[str]) -> str:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    return f"read_parquet([{names}], hive_partitioning = false)"


def _left(lake: Lake, one: Generation, file: str) -> str:
    """What is left of a generation, as a relation."""
    found = _parquet([str(lake.folder / file)])
    if not one.gone:
        return found
    return f"(FROM {found} WHERE case_no NOT IN (SELECT case_no FROM {_parquet([str(lake.folder / one.gone)])}))"


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
    stem = Path(generations[-1].performed).stem.removeprefix("performed-")
    place = Path(generations[-1].performed).parent
    performed, cases = (
        str(place / f"{kind}-{stem}-merged-{len(generations)}.parquet") for kind in ("performed", "cases")
    )
    counts = []
    for target, schema, order in ((performed, PERFORMED, _WORK_ORDER), (cases, MAINTAINED_CASES, "case_no")):
        kind = "performed" if target is performed else "cases"
        columns = ", ".join(schema.names)
        left = (f"SELECT {columns} FROM {_left(lake, one, getattr(one, kind))}" for one in generations)
        counts.append(write(backend, [f"{' UNION ALL '.join(left)} ORDER BY {order}"], lake.folder / target, schema))
    return Generation(performed=performed, cases=cases, gone=None, rows=counts[0], case_count=counts[1])
