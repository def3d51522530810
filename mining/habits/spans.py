"""How long it takes from one activity to another as a rule: quantiles, because such times are skewed and have no sigma worth the name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd

from event_logs.spans import microseconds
from mining.findings import ENOUGH
from mining.shares import wilson
from mining.steps import in_seconds

LOW, HIGH = 0.05, 0.95
KNOWN = 100  # pairs of steps below which the outer quantiles are no fact


@dataclass(frozen=True)
class Span:
    """Seconds from a to b over `count` pairs of steps: quantiles, and the mean for comparison."""

    source: str
    target: str
    count: int
    low: float
    median: float
    high: float
    mean: float


@dataclass(frozen=True)
class Drifted:
    """How many later pairs took longer than `span.high`, which one in twenty is bound to do."""

    span: Span
    count: int
    longer: int
    cases: int  # with a pair that took longer

    @property
    def share(self) -> float:
        return self.longer / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.longer, self.count)

    @property
    def slower(self) -> bool:
        """Whether more took that long than chance allows."""
        return self.count >= ENOUGH and self.interval[0] > 1 - HIGH


def eventually(rows: ibis.Table, pairs: Collection[tuple[str, str]] | None = None) -> ibis.Table:
    """case_id, source, target, seconds: each step with every later one of its case (Stertz, Mangler, Rinderle-Ma, 2020), over
    the rows of `steps`; with `pairs` of these activities alone."""
    ordered = rows.mutate(row=ibis.row_number().over(ibis.window(group_by="case_id", order_by=["at", "position"])))
    one = ordered.select("case_id", source="activity", begun="at", begun_row="row")
    other = ordered.select("case_id", target="activity", ended="at", ended_row="row")
    if pairs is not None:
        asked = pd.DataFrame(sorted(pairs), columns=["source", "target"], dtype="object")
        one = one.inner_join(
            ibis.memtable(asked, schema=ibis.schema({"source": "string", "target": "string"})), "source"
        )
        joined = one.inner_join(other, ["case_id", "target"])
    else:
        joined = one.inner_join(other, "case_id")
    later = joined.filter(joined.ended_row > joined.begun_row)
    return later.select("case_id", "source", "target", seconds=in_seconds(microseconds(later.begun, later.ended)))


def profile(found: ibis.Table) -> tuple[Span, ...]:
    """The temporal profile of the rows of `eventually`, by names."""
    grouped = found.group_by("source", "target").aggregate(
        count=found.count(), quantiles=found.seconds.quantile([LOW, 0.5, HIGH]), mean=found.seconds.mean()
    )
    rows = grouped.order_by("source", "target").to_pyarrow().to_pylist()
    return tuple(_span(row) for row in rows)


def _span(row: Mapping[str, Any]) -> Span:
    low, median, high = row["quantiles"]
    return Span(row["source"], row["target"], row["count"], low, median, high, row["mean"])


def drifted(spans: Collection[Span], found: ibis.Table) -> Iterator[Drifted]:
    """The spans that are known well enough, held against the rows of `eventually` of a later period."""
    frame = found.to_pandas()
    for span in spans:
        if span.count < KNOWN:
            continue
        here = frame[(frame["source"] == span.source) & (frame["target"] == span.target)]
        longer = np.asarray(here["seconds"]) > span.high
        yield Drifted(span, len(here), int(longer.sum()), int(here["case_id"][longer].nunique()))
