"""Logs out of our columns: XES and Parquet for other tools and exact return, CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from event_logs.errors import UnwritableLog
from event_logs.log import EventLog
from event_logs.writing.pieces import beside, write_pieces
from event_logs.writing.table import TABLE_SCHEMA, csv_text, exact_csv, typed_batches
from event_logs.writing.xes import xes_text

__all__ = ["csv_text", "write_csv", "write_log", "write_parquet", "write_xes", "xes_text"]


def write_log(
    log: EventLog, path: Path | str, header: Mapping[str, object] | None = None, *, exact: bool = False
) -> None:
    """Write by the ending of the path: .xes, .csv, either with .gz, or .parquet; raises UnwritableLog for another one.

    `exact` keeps the types of all values in CSV too, so that proofs can be verified; the other forms always do.
    """
    name = Path(path).name.lower().removesuffix(".gz")
    if name.endswith(".xes"):
        write_xes(log, path, header)
    elif name.endswith(".csv"):
        write_csv(log, path, exact=exact)
    elif name.endswith(".parquet") and name == Path(path).name.lower():
        write_parquet(log, path)
    else:
        raise UnwritableLog(str(path))


def write_xes(log: EventLog, path: Path | str, header: Mapping[str, object] | None = None) -> None:
    """XES 1849-2016, gzipped where the path says .gz. `header` is what an imported log said of itself (`Warehouse.header`).

    Read back it gives the same cases and events; only positions are numbered anew. Characters that XML cannot hold become U+FFFD.
    """
    write_pieces(Path(path), xes_text(log, header or {}))


def write_csv(log: EventLog, path: Path | str, *, exact: bool = False) -> None:
    """A table with a byte order mark, so that spreadsheets show Chinese; one column for each attribute, `case:` before those of cases.

    Read back it gives the same cases and events, as far as a table without types can tell them. `exact`: the attributes stand together
    as JSON, as they do in Parquet, and nothing is lost.
    """
    write_pieces(Path(path), exact_csv(log) if exact else csv_text(log), encoding="utf-8-sig")


def write_parquet(log: EventLog, path: Path | str) -> None:
    """One typed table, its columns called as in CSV, the attributes as JSON. Read back it gives the same cases and events."""
    with beside(Path(path)) as part, pq.ParquetWriter(part, TABLE_SCHEMA, compression="zstd") as writer:
        for batch in typed_batches(log):
            writer.write_batch(batch)
