"""Since when cases take other ways or other times."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.drift import LEVEL, Drift, drifts
from mining.findings import Evidence, Finding, Kind, Note, ranked
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """Each drift as a finding; `value` is the strength of what changed most, in standard deviations."""
    found = drifts(shared)
    notes = [Note("drift_promise", {"level": LEVEL, "cases": found.cases})]
    if found.left_out:
        notes.append(Note("drift_left_out", {"cases": found.left_out}))
    figures: dict[str, Evidence] = {"cases": found.cases, "left_out": found.left_out, "level": LEVEL}
    return Analysis(ranked(_finding(drift) for drift in found.drifts), figures, tuple(notes))


def _finding(drift: Drift) -> Finding:
    first = drift.changed[0]
    return Finding(
        kind=Kind.DRIFT,
        subject=first.subject,
        measure=drift.family,
        value=abs(first.strength),
        unit="deviations",
        cases=drift.after,
        evidence={
            "at": drift.at.isoformat(),
            "until": None if drift.until is None else drift.until.isoformat(),
            "low": drift.low.isoformat(),
            "high": drift.high.isoformat(),
            "p": drift.p,
            "before": drift.before,
            "after": drift.after,
            "changed": [
                {
                    "trait": each.trait.value,
                    "subject": list(each.subject),
                    "before": each.before,
                    "after": each.after,
                    "strength": each.strength,
                }
                for each in drift.changed
            ],
        },
    )
