"""What a file tells of its cases, written down as it comes and put in order at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from event_logs.parquet import connection
from event_logs.reading.paths import Hashes, different, hashes

CASES_SCHEMA = pa.schema([("case_id", pa.string()), ("closed", pa.bool_()), ("attributes", pa.string())])
_BLOCK = 50_000


class CaseWriter:
    """Takes descriptions of cases; `finish` leaves `cases.parquet`, one row a case in the order of their first events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = folder / "described.parquet"
        self._rows: list[tuple[str, bool | None, str]] = []
        self._hashes: list[Hashes] = []
        self._parquet: Any = None
        self._last: str | None = None

    def describe(self, cases: Sequence[str], closed: Sequence[bool | None], attributes: Sequence[str]) -> None:
        self._rows.extend(zip(cases, closed, attributes, strict=True))
        if len(self._rows) >= _BLOCK:
            self._flush()

    def describe_block(self, cases: pa.Array, closed: pa.Array, attributes: pa.Array) -> None:
        """The same by columns; one that goes on from the block before was described there."""
        self._flush()
        again = len(cases) > 0 and cases[0].as_py() == self._last
        self._last = cases[-1].as_py() if len(cases) else self._last
        self._write(pa.table([cases, closed, attributes], CASES_SCHEMA).slice(int(again)))

    def _flush(self) -> None:
        if self._rows:
            columns = [list(column) for column in zip(*self._rows, strict=True)]
            self._rows = []
            self._write(pa.table(columns, CASES_SCHEMA))

    def _write(self, table: pa.Table) -> None:
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self._told, CASES_SCHEMA, compression="zstd", use_dictionary=False)
        self._parquet.write_table(table)
        self._hashes.append(hashes(table["case_id"].combine_chunks()))

    @property
    def repeated(self) -> int:
        """How many descriptions were of a case that had been described before."""
        told = np.concatenate(self._hashes) if self._hashes else np.zeros(0, np.uint64)
        return len(told) - different(told)

    def close(self) -> None:
        self._flush()
        if self._parquet is not None:
            self._parquet.close()

    def finish(self, cases: int, *, in_order: bool) -> None:
        """`cases` is how many have an event; the others are forgotten, and those that were not described have no attributes.

        `in_order` says that cases were described in the order of their first events.
        """
        if in_order and self._parquet is not None and sum(map(len, self._hashes)) == cases and not self.repeated:
            self._told.rename(self._folder / "cases.parquet")
            return
        self._put_in_order()
        self._told.unlink(missing_ok=True)

    def _put_in_order(self) -> None:
        told = f"SELECT * FROM read_parquet('{_quoted(self._told)}', file_row_number = true)"
        if self._parquet is None:
            told = "SELECT NULL::VARCHAR AS case_id, NULL::BOOLEAN AS closed, NULL::VARCHAR AS attributes, 0 AS file_row_number LIMIT 0"
        database: Any = connection().con
        database.execute(
            f"""
            COPY (
              SELECT case_id, told.closed AS closed, coalesce(told.attributes, '{{}}') AS attributes
              FROM (
                SELECT case_id, min(position) AS first
                FROM read_parquet('{_quoted(self._folder / "events.parquet")}') GROUP BY case_id
              ) AS seen
              LEFT JOIN (
                SELECT case_id, arg_min({{closed: closed, attributes: attributes}}, file_row_number) AS told
                FROM ({told}) GROUP BY case_id
              ) AS described USING (case_id)
              ORDER BY first
            ) TO '{_quoted(self._folder / "cases.parquet")}' (FORMAT parquet, COMPRESSION zstd)
            """
        )
        database.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
