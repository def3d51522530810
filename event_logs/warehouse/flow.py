"""From the database into the lake: what has settled since the last time, with personal data hidden on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, Text, select, type_coerce

from event_logs.reading.facts import BLOCK
from event_logs.settled import last_settled
from event_logs.store import RecordedEvent, metadata
from event_logs.warehouse.lake import SCHEMA, Lake, Manifest, Part
from event_logs.warehouse.privacy import Privacy

_EVENTS = metadata.tables[RecordedEvent.__tablename__]
_COLUMNS = [c if c.name != "attributes" else type_coerce(c, Text).label("attributes") for c in _EVENTS.c]


def flow(engine: Engine, lake: Lake, privacy: Privacy) -> Manifest:
    """Take in what was recorded since; safe at any time and in any number of processes. What it could not wait for comes next time."""
    with lake.changing():
        manifest = lake.manifest()
        with engine.connect() as connection:
            through = last_settled(connection)
            connection.rollback()
            if through is None or through <= manifest.through:
                return manifest
            for table in read(connection, after=manifest.through, upto=through):
                manifest = replace(
                    manifest,
                    parts=manifest.parts + tuple(_parts(lake, table, privacy, manifest.gone_before)),
                    through=table["position"][-1].as_py(),
                )
                lake.commit(manifest)
        manifest = replace(manifest, through=through)
        lake.commit(manifest)
        return manifest


def read(connection: Connection, *, after: int, upto: int, procedure: str | None = None) -> Iterator[pa.Table]:
    """The recorded events as they are, in blocks, with the columns of the lake and `procedure`."""
    query = (
        select(*_COLUMNS)
        .where(_EVENTS.c.position > after, _EVENTS.c.position <= upto)
        .order_by(_EVENTS.c.position)
        .execution_options(yield_per=BLOCK)
    )
    if procedure is not None:
        query = query.where(_EVENTS.c.procedure == procedure)
    schema = SCHEMA.append(pa.field("procedure", pa.string()))
    for block in connection.execute(query).partitions():
        columns: list[Any] = list(zip(*block, strict=True))
        names = [column.name for column in _COLUMNS]
        by_name = dict(zip(names, columns, strict=True))
        yield pa.table({name: pa.array(by_name[name], schema.field(name).type) for name in schema.names}, schema)


def _parts(lake: Lake, table: pa.Table, privacy: Privacy, gone_before: str) -> Iterator[Part]:
    months = pc.strftime(table["at"], format="%Y-%m")
    table = table.append_column("month", months)
    for procedure in pc.unique(table["procedure"]).to_pylist():
        of_procedure = _hidden(table.filter(pc.equal(table["procedure"], procedure)), procedure, privacy)
        for month in sorted(pc.unique(of_procedure["month"]).to_pylist()):
            rows = of_procedure.filter(pc.equal(of_procedure["month"], month)).select(SCHEMA.names)
            part = lake.write(procedure, month, [rows]) if month >= gone_before else None
            if part is not None:
                yield part


def _hidden(table: pa.Table, procedure: str, privacy: Privacy) -> pa.Table:
    hides = privacy.hides(procedure)
    changed = {"attributes": [hides(text) for text in table["attributes"].to_pylist()]}
    for name in privacy.columns:
        change = privacy.column(name)
        if change is not None:
            changed[name] = [change(value) for value in table[name].to_pylist()]
    for name, values in changed.items():
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
    return table
