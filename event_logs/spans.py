"""Lengths of time between two columns of instants."""

from __future__ import annotations

from typing import Any


def microseconds(begin: Any, end: Any) -> Any:
    """From begin to end as an integer: sums of integers do not depend on the order in which a parallel engine adds.

    (`unit="second"` would count crossed second boundaries on DuckDB, elapsed seconds elsewhere. All connections are in UTC, so the
    instants are compared without their zone: with it DuckDB asks its calendar about every row, which takes five times as long.)
    """
    return end.cast("timestamp").delta(begin.cast("timestamp"), unit="microsecond")
