"""A log as a table of text: the columns that our own reader proposes by itself, then one for each attribute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import ibis
import pyarrow as pa

from event_logs import typed_json
from event_logs.log import EventLog
from event_logs.writing.rows import by_case, case_batches

COLUMNS = {  # of the file: of EVENTS
    "case_id": "case_id",
    "activity": "activity",
    "lifecycle": "lifecycle",
    "timestamp": "at",
    "instance": "instance",
    "resource": "officer",
    "post": "post",
    "office": "office",
    "qj:version": "version",
    "qj:zone": "zone",
    "case:qj:closed": "closed",
}
_BLOCK = 5000
# The same as one typed table, in which the attributes stay together.
TABLE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("case_id", "activity", "lifecycle")),
        ("timestamp", pa.timestamp("us", "UTC")),
        *((name, pa.string()) for name in ("instance", "resource", "post", "office")),
        ("qj:version", pa.int64()),
        ("qj:zone", pa.string()),
        ("qj:attributes", pa.string()),
        ("case:qj:closed", pa.bool_()),
        ("case:qj:attributes", pa.string()),
    ]
)
_OURS = {**COLUMNS, "qj:attributes": "attributes", "case:qj:attributes": "case_attributes"}


def typed_batches(log: EventLog) -> Iterator[pa.RecordBatch]:
    """The log as TABLE_SCHEMA has it, case by case."""
    for batch in case_batches(log):
        columns = [batch.column(_OURS[field.name]).cast(field.type) for field in TABLE_SCHEMA]
        yield pa.record_batch(columns, schema=TABLE_SCHEMA)


def csv_text(log: EventLog) -> Iterator[str]:
    """The file in pieces."""
    of_event, of_case = _keys(log.events), _keys(log.cases)
    header = [*COLUMNS, *(_unlike(key) for key in of_event), *(f"case:{key}" for key in of_case)]
    rows = [header]
    for row in by_case(log):
        rows.append(_cells(row, of_event, of_case))
        if len(rows) >= _BLOCK:
            yield _text(rows)
            rows = []
    yield _text(rows)


def exact_csv(log: EventLog) -> Iterator[str]:
    """The log as TABLE_SCHEMA has it, as text in pieces."""
    yield _text([TABLE_SCHEMA.names])
    for batch in typed_batches(log):
        yield _text([list(map(_cell, row.values())) for row in batch.to_pylist()])


def _keys(table: ibis.Table) -> list[str]:
    texts = table.select("attributes").distinct().attributes.to_pyarrow().to_pylist()
    keys: dict[str, None] = {}
    for text in texts:
        keys.update(dict.fromkeys(_object(text)))
    return sorted(keys)


def _unlike(key: str) -> str:
    """An attribute that is called like a column of ours."""
    return f"{key} (attribute)" if key in COLUMNS else key


def _cells(row: Mapping[str, Any], of_event: Sequence[str], of_case: Sequence[str]) -> list[str]:
    attributes, case = _object(row["attributes"]), _object(row["case_attributes"] or "{}")
    return [
        *(_cell(row[column]) for column in COLUMNS.values()),
        *(_cell(attributes.get(key)) for key in of_event),
        *(_cell(case.get(key)) for key in of_case),
    ]


@lru_cache(maxsize=100_000)
def _object(text: str) -> Mapping[str, object]:
    found: Mapping[str, object] = typed_json.loads(text)
    return found


def _cell(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return typed_json.dumps(value) if isinstance(value, (list, dict)) else str(value)


def _text(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
