"""What decides at each gateway."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.choices import choices
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """What decides at each gateway (`choices.choices`); nothing without models."""
    if not shared.models:
        return Analysis()
    found = choices(shared.log, shared.models, seed=shared.seed)
    return Analysis(found.findings, {"fitting": found.fitting, "misfitting": found.misfitting})
