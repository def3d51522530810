"""What analyses run on: DuckDB within this process, or an existing cluster of Apache Spark; both through Ibis.

`QIANGJI_MINING_ENGINE` is `duckdb` or the address of a cluster's master (`spark://host:port`, `local[2]`, `yarn`). Spark must see the
files of the warehouse under the same paths. A session takes seconds to start, so a process keeps one for each master.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import ibis

from event_logs.errors import UnusableEngine

DUCKDB, SPARK = "duckdb", "pyspark"
MEMORY_LIMIT = "2GB"
SPILL_LIMIT = "20GB"
_numbers = count(1)


def connect(engine: str = DUCKDB, spill: Path | None = None) -> Any:
    """An Ibis backend in UTC; raises UnusableEngine."""
    return duckdb(spill) if engine == DUCKDB else _spark(engine)


def duckdb(spill: Path | None = None, *, memory: str = MEMORY_LIMIT) -> Any:
    """A DuckDB of its own, with a limit of memory, spilling into `spill` when it is reached."""
    folder = spill or Path(tempfile.gettempdir()) / f"qiangji-spill-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    backend = ibis.duckdb.connect(
        memory_limit=memory,
        temp_directory=str(folder),
        max_temp_directory_size=SPILL_LIMIT,
        preserve_insertion_order=False,
    )
    backend.raw_sql("SET TimeZone = 'UTC'")
    return backend


def read(backend: Any, files: Sequence[str | Path], name: str) -> ibis.Table:
    """Files of Parquet as one lazy table."""
    paths = [str(file) for file in files]
    if backend.name == DUCKDB:
        return backend.read_parquet(paths, table_name=name, hive_partitioning=False)  # a file holds all its columns
    view = f"{name}_{next(_numbers)}"  # the session is that of the whole process
    backend._session.read.parquet(*paths).createOrReplaceTempView(view)
    return backend.table(view)


@contextmanager
def laid_down(table: ibis.Table) -> Iterator[ibis.Table]:
    """The rows of an expression, computed once and kept by its engine until the end of the block."""
    backend = table.get_backend()
    if backend.name == SPARK:
        backend._run_pre_execute_hooks(table)  # else the cache does not find what lies in memory
        with table.cache() as kept:
            yield kept
        return
    name = f"laid_down_{next(_numbers)}"
    kept = backend.create_table(name, table, temp=True)
    try:
        yield kept
    finally:  # (Ibis' own way to drop a table leaves out its name with the present sqlglot.)
        with backend._safe_raw_sql(f'DROP TABLE "{name}"'):
            pass


@cache
def _spark(master: str) -> Any:
    try:
        sql = importlib.import_module("pyspark.sql")
        builder = sql.SparkSession.builder.master(master).appName("qiangji")
        for key, value in _SPARK.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        session.sql(_EPOCH_US)
        return ibis.pyspark.connect(session)
    except ImportError as error:
        raise UnusableEngine(master, "pyspark is not installed; install `qiangji[spark]`") from error
    except Exception as error:
        raise UnusableEngine(
            master, str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        ) from error


_EPOCH_US = "CREATE OR REPLACE TEMPORARY FUNCTION epoch_us(at TIMESTAMP) RETURNS BIGINT RETURN unix_micros(at)"
_SPARK = {
    "spark.sql.session.timeZone": "UTC",  # else durations shift with the machine's zone
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": os.environ.get("SPARK_LOCAL_IP", "127.0.0.1"),
}
