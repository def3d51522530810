"""What the lead time of the cases consists of."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.critical_path import critical_path
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """What lead times consist of (`critical_path.critical_path`); the shares sum to one."""
    return Analysis(critical_path(shared.work))
