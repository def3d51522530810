"""What is done again, and what is sent back."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.reading import Reading
from mining.rework import returns, rework


def analyse(shared: Reading) -> Analysis:
    """What is done again (`rework.rework`) and what is returned for correction (`rework.returns`)."""
    return Analysis((*rework(shared.work, shared.models), *returns(shared.log)))
