"""Lead times of the finished cases, summed up without loading them."""

from __future__ import annotations

from event_logs.log import EventLog
from event_logs.spans import microseconds
from mining.performance import Times
from mining.sequences import Sequences, sequences
from mining.steps import in_seconds


def lead_times(told: EventLog | Sequences) -> Times | None:
    """From first to last event of the finished cases; what the log does not call open counts as finished. None without any."""
    with sequences(told) as known:
        finished = known.finished
        lead = microseconds(finished.first_at, finished.last_at)
        figures = finished.aggregate(
            count=finished.count(), quantiles=in_seconds(lead).quantile([0.5, 0.9]), total=lead.sum()
        )
        [row] = figures.to_pyarrow().to_pylist()
    if not row["count"]:
        return None
    total, (median, p90) = row["total"] / 1e6, row["quantiles"]
    return Times(row["count"], total / row["count"], median, p90, total)
