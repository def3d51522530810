"""Why work waits."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.causes import Hours, learnt_hours, why
from mining.findings import Evidence, Note
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """Why work waits for its officer (`causes.why`), and whether that was recorded or inferred."""
    hours, learnt = _hours(shared)
    found = why(shared.work, hours, seed=shared.seed)
    if not found.findings:
        return Analysis()
    figures: dict[str, Evidence] = {"by_cause": dict(found.totals), "published": dict(found.published)}
    notes = [Note("causes_recorded" if found.recorded == 1 else "causes_inferred", {"share": found.recorded})]
    return Analysis(found.findings, figures, (*notes, *([Note("hours_learnt")] if learnt else [])))


def _hours(shared: Reading) -> tuple[Hours, bool]:
    """The office's calendar for casework that a model ran; of others nobody knows the hours: they are read off the log."""
    if shared.models and shared.calendar is not None:
        return Hours({}, shared.calendar), False
    return learnt_hours(shared.work, shared.log.zone), True
