"""What an analysis answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mining.findings import Evidence, Finding, Note


@dataclass(frozen=True)
class Analysis:
    """The findings of one analysis, figures of the log as a whole, and what must be known about both."""

    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, Evidence] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
