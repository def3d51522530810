"""Which time limits are kept."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.findings import Note
from mining.reading import Reading
from mining.timeliness import timeliness


def analyse(shared: Reading) -> Analysis:
    """Which time limits are kept, by whom, and where breaches begin (`timeliness.timeliness`)."""
    if not shared.limits or shared.calendar is None:
        return Analysis(notes=(Note("no_limits"),))
    return Analysis(timeliness(shared.cases, shared.work, shared.limits, shared.calendar))
