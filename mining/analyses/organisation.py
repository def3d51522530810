"""Who works how much, and who hands over to whom."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.organisation import handovers, workload
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    return Analysis((*workload(shared.work, shared.calendar), *handovers(shared.work)))
