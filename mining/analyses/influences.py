"""What goes with long, late and deviating cases."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.findings import Evidence
from mining.influences import FALSE_SHARE, influences
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """What goes with long, late and deviating cases (`influences.influences`), and over how many looks."""
    found = influences(shared)
    if not found.looks:
        return Analysis()
    figures: dict[str, Evidence] = {
        "looks": found.looks,
        "found": found.found,
        "false_share": FALSE_SHARE,
        "adjusted_for": list(found.adjusted_for),
        "within": found.within,
    }
    return Analysis(found.findings, figures)
