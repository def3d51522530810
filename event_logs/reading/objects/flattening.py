"""An object-centric log seen from one type of object: each such object is a case, and each event that concerns it is one of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from event_logs.engines import duckdb
from event_logs.objects import FOLDER
from event_logs.reading.facts import FactWriter
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.objects.writer import MEMORY_LIMIT

_ROWS = 50_000
_KEY = "to_json(CASE WHEN name LIKE '$%' THEN '$' || name ELSE name END)"


def flatten(folder: Path, mapping: ColumnMapping, writer: FactWriter) -> None:
    """The events of the objects of type `mapping.case_id` into the writer.

    `resource`, `post` and `office` of the mapping name the types of objects that say who did it; an event that concerns several
    cases is told for each of them. The attributes of a case are the first values of its object.
    """
    database: Any = duckdb(memory=MEMORY_LIMIT).con
    place = str(folder / FOLDER).replace("'", "''")
    for name in ("events", "objects", "values", "concerns"):
        database.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{place}/{name}.parquet')")
    _events(database, mapping, writer)
    _cases(database, mapping.case_id, writer)
    database.close()


def _events(database: Any, mapping: ColumnMapping, writer: FactWriter) -> None:
    selected, tables, parameters = [], "", [mapping.case_id]
    for column, kind in (("officer", mapping.resource), ("post", mapping.post), ("office", mapping.office)):
        selected.append(f"{column}.object_id AS {column}")
        tables += f"""
            LEFT JOIN (SELECT event_id, min(object_id) AS object_id FROM concerns JOIN objects USING (object_id)
                       WHERE type = ? GROUP BY event_id) AS {column} ON {column}.event_id = e.event_id"""
        parameters.append(kind or "")
    query = f"""
        SELECT o.object_id AS case_id, e.activity, 'complete' AS lifecycle, e.at, NULL::VARCHAR AS instance,
               NULL::BIGINT AS version, {", ".join(selected)}, e.attributes,
               NULL::VARCHAR AS zone
        FROM events AS e
        JOIN (SELECT DISTINCT event_id, object_id FROM concerns) AS c ON c.event_id = e.event_id
        JOIN objects AS o ON o.object_id = c.object_id AND o.type = ? {tables}
        ORDER BY e.at, e.position, o.object_id"""
    for batch in database.sql(query, params=[*parameters]).to_arrow_reader(_ROWS):
        columns = {name: batch.column(name) for name in batch.schema.names}
        writer.add_block(columns, columns.pop("at").cast(pa.timestamp("us", "UTC")))


def _cases(database: Any, kind: str, writer: FactWriter) -> None:
    query = f"""
        SELECT object_id, '{{' || string_agg({_KEY} || ':' || earliest, ',' ORDER BY place) || '}}' AS attributes
        FROM (SELECT object_id, name, arg_min(value, since) AS earliest, min(place) AS place
              FROM (SELECT object_id, name, coalesce("at", '-infinity'::TIMESTAMPTZ) AS since, value,
                           row_number() OVER () AS place FROM "values") GROUP BY object_id, name)
        JOIN objects USING (object_id) WHERE type = ? GROUP BY object_id"""
    for batch in database.sql(query, params=[kind]).to_arrow_reader(_ROWS):
        writer.cases.describe_block(batch.column(0), pa.nulls(len(batch), pa.bool_()), batch.column(1))
