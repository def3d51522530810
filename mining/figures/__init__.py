"""The figures of a log that every page asks for, as expressions over its performed work: one file a subject.

Where the warehouse keeps the performed work and the courses of a log, they are read from there; of any other log they are computed
from its events, with the same results. Who asks for several gives them `mining.sequences`, so that the log is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from event_logs.log import EventLog
from mining.dfg import directly_follows
from mining.figures.arrivals import arrivals
from mining.figures.handovers import handovers
from mining.figures.lead_times import lead_times
from mining.figures.repeats import repeats
from mining.sequences import Sequences
from mining.variants import variants

FIGURES: Mapping[str, Callable[[EventLog | Sequences], object]] = {
    "directly follows": directly_follows,
    "variants": variants,
    "lead times": lead_times,
    "repeats": repeats,
    "handovers": handovers,
    "arrivals": arrivals,
}
