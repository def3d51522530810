"""Where work waits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mining.analyses.analysis import Analysis
from mining.findings import Note
from mining.reading import Reading
from mining.waiting import bottlenecks
from mining.work import UNKNOWN, Cause


def analyse(shared: Reading) -> Analysis:
    """Where work waits, the greatest delay first (`waiting.bottlenecks`), and what the log does not record of it."""
    return Analysis(bottlenecks(shared.work, seed=shared.seed), notes=tuple(_notes(shared)))


def _notes(shared: Reading) -> Iterable[Note]:
    work = shared.work
    if not len(work):
        return
    if not work.processing_known:
        yield Note("only_completions")
        return
    workable = np.isin(work.cause, (Cause.OFFICER, Cause.ENGINE, Cause.UNSPLIT))
    begun = float(np.mean(work.processing[workable] != UNKNOWN))
    if begun < 1:
        yield Note("starts_partly_known", {"share": begun})
    by_officers = work.cause == Cause.OFFICER
    recorded = float(np.mean(work.recorded[by_officers])) if by_officers.any() else 1.0
    if recorded < 1:
        yield Note("enablement_inferred", {"share": 1 - recorded, "by_model": work.inferred_concurrency})
    if work.unfinished:
        yield Note("unfinished_work", {"pieces": work.unfinished})
