"""Where work waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from mining.analyses.analysis import Analysis
from mining.costing import cost_of
from mining.findings import ENOUGH, Evidence, Finding, Kind, Note, ranked
from mining.reading import Reading
from mining.still_waiting import with_open
from mining.waiting import INSIDE, OUTSIDE, bottlenecks
from mining.work import UNKNOWN, Cause

CAUSES: Mapping[Kind, tuple[Cause, ...]] = {Kind.WAITING_ACTIVITY: INSIDE, Kind.WAITING_OUTSIDE: OUTSIDE}


def analyse(shared: Reading) -> Analysis:
    """Where work waits, the greatest delay first (`waiting.bottlenecks`); by activity with what still waits and, where the procedure
    states rates, what it costs; and what the log does not record of it."""
    found = bottlenecks(shared.work, seed=shared.seed)
    kinds = dict.fromkeys([*(finding.kind for finding in found), Kind.WAITING_ACTIVITY])
    together = (one for kind in kinds for one in _of_kind(shared, kind, [f for f in found if f.kind is kind]))
    return Analysis(tuple(together), notes=tuple(_notes(shared)))


def _of_kind(shared: Reading, kind: Kind, found: list[Finding]) -> Iterable[Finding]:
    if kind not in CAUSES:
        return found
    until = np.datetime64(shared.cases["last_at"].max(), "us")
    still = with_open(shared.work, until, CAUSES[kind])
    told = [_supplemented(shared, finding, still.get(finding.subject[0], {})) for finding in found]
    if kind is Kind.WAITING_ACTIVITY:
        begun = {finding.subject[0] for finding in found} | set(shared.work.activity.names)
        told += [_never_begun(name, evidence) for name, evidence in still.items() if name not in begun]
    return ranked(told)


def _supplemented(shared: Reading, finding: Finding, still: Mapping[str, Evidence]) -> Finding:
    work = shared.work
    here = work.activity.codes == work.activity.names.index(finding.subject[0])
    rows = np.flatnonzero(here & np.isin(work.cause, CAUSES[finding.kind]) & (work.waiting != UNKNOWN))
    return replace(finding, evidence={**finding.evidence, **still, **cost_of(work, rows, shared.costs)})


def _never_begun(name: str, still: Mapping[str, Evidence]) -> Finding:
    """An activity for which cases wait and that nobody ever did: all that is known is how long they have waited so far."""
    cases, total = still["still_waiting_cases"], still["waited_so_far"]
    assert isinstance(cases, int) and isinstance(total, float)
    unknown: dict[str, Evidence] = dict.fromkeys(
        ("median", "mean", "p90", "working_total", "working_median", "working_p90", "enablement_recorded")
    )
    evidence = {
        **unknown,
        "pieces": 0,
        "rank_low": 1,
        "rank_high": 1,
        "share_of": "waiting",
        "waits_for": "officer",
        **still,
    }
    return Finding(
        kind=Kind.WAITING_ACTIVITY,
        subject=(name,),
        measure="total_delay",
        value=total,
        unit="seconds",
        cases=cases,
        insufficient=cases < ENOUGH,
        evidence=evidence,
    )


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
