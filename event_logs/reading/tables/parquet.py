"""Parquet as a table: its own types say what its columns are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from event_logs import typed_json
from event_logs.errors import UnreadableLog
from event_logs.reading.aside import Aside
from event_logs.reading.source import Source
from event_logs.reading.stretches import numbered
from event_logs.reading.tables.table import Rows, distinct

MAGIC = b"PAR1"
_ROWS = 50_000
_SAMPLE_ROWS = 500
_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError, MemoryError)


class ParquetTable:
    """`path` is where the plain file of the source lies; rows are numbered from 2, as if the header were the first line."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self.notes: list[str] = []
        try:
            self._file = pq.ParquetFile(
                path, thrift_string_size_limit=100_000_000, thrift_container_size_limit=1_000_000
            )
            schema = self._file.schema_arrow
            self.header: Sequence[str] = distinct(schema.names)
            self.kinds: Mapping[str, str] = {
                name: _kind(field.type) for name, field in zip(self.header, schema, strict=True)
            }
        except _BROKEN as error:
            raise self._broken(error) from error

    def sample(self) -> Sequence[Sequence[str]]:
        first = next(self.blocks(None), None)
        columns = [column[:_SAMPLE_ROWS].to_pylist() for column in first.columns] if first else []
        return list(zip(*columns, strict=True))

    def blocks(self, aside: Aside | None) -> Iterator[Rows]:
        line = 2
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS, use_threads=False):
                batch.validate(full=True)
                yield Rows([_texts(column) for column in batch.columns], numbered(line, len(batch)))
                line += len(batch)
            self._refuse_miscounted(line - 2)
        except _BROKEN as error:
            raise self._broken(error) from error

    def _refuse_miscounted(self, read: int) -> None:
        """The file says how many rows it has, once as a whole and once a group."""
        about = self._file.metadata
        for told in (about.num_rows, sum(about.row_group(n).num_rows for n in range(about.num_row_groups))):
            if told != read:
                reason = f"the Parquet file is damaged: it says that it has {told:,} rows, and has {read:,}"
                raise self.source.unreadable(reason)

    def _broken(self, error: Exception) -> UnreadableLog:
        return self.source.unreadable(f"the Parquet file is damaged or cut off ({str(error).splitlines()[0][:200]})")


def _kind(of: pa.DataType) -> str:
    if pa.types.is_boolean(of):
        return "boolean"
    if pa.types.is_integer(of):
        return "int"
    if pa.types.is_floating(of):
        return "float"
    if pa.types.is_decimal(of):
        return "decimal"
    return "date" if pa.types.is_timestamp(of) else "string"


def _texts(column: pa.Array) -> pa.Array:
    """As text, empty where it is null; instants in UTC."""
    of = column.type
    if pa.types.is_dictionary(of):
        return _texts(column.dictionary_decode())
    if pa.types.is_timestamp(of):
        written = pc.strftime(column.cast(pa.timestamp("us", of.tz)), "%Y-%m-%dT%H:%M:%S")
        texts = pc.binary_join_element_wise(written, "+00:00" if of.tz else "", "")
        if of.tz:
            utc = pc.strftime(column.cast(pa.timestamp("us", "UTC")), "%Y-%m-%dT%H:%M:%S")
            texts = pc.binary_join_element_wise(utc, "+00:00", "")
    elif pa.types.is_nested(of) or pa.types.is_binary(of) or pa.types.is_large_binary(of):
        texts = pa.array([None if one is None else _told(one) for one in column.to_pylist()], pa.string())
    else:
        texts = column.cast(pa.string())
    return texts.fill_null("")


def _told(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return typed_json.dumps(_plain(value))


def _plain(value: object) -> object:
    """Maps of Arrow come as lists of pairs; keys must be text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
