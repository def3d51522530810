"""Bottlenecks: before which activities and after which hand-overs cases wait, and what that costs altogether."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mining.bootstrap import intervals, rank_intervals, resampled_totals
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.performance import Grouping, by_activity, by_handover, known_seconds, rows_of, times
from mining.work import UNKNOWN, Cause, Codes, Work

OUTSIDE = (Cause.OUTSIDE, Cause.DATE)
INSIDE = (Cause.OFFICER, Cause.ENGINE)


def bottlenecks(work: Work, *, seed: int = 0) -> tuple[Finding, ...]:
    """Activities and hand-overs by total waiting for an officer, ranked; then waiting for those outside, ranked apart.

    `value` is the total delay over all cases in seconds, `share` its part of all waiting, inside and outside. Where only
    completions are known, `elapsed_…` findings give the time between completions in their place, as a share of all of it.
    """
    inside, outside = np.isin(work.cause, INSIDE), np.isin(work.cause, OUTSIDE)
    waited = work.waiting != UNKNOWN
    unsplit = (work.cause == Cause.UNSPLIT) & (work.elapsed != UNKNOWN)
    waiting, elapsed = (work.waiting, work.working_waiting), (work.elapsed, work.working_elapsed)
    return (
        *_delays(work, by_activity(work), waiting, inside & waited, Kind.WAITING_ACTIVITY, seed),
        *_delays(work, by_handover(work), waiting, inside & waited, Kind.WAITING_HANDOVER, seed),
        *_delays(work, by_activity(work), waiting, outside & waited, Kind.WAITING_OUTSIDE, seed),
        *_delays(work, by_activity(work), elapsed, unsplit, Kind.ELAPSED_ACTIVITY, seed),
        *_delays(work, by_handover(work), elapsed, unsplit, Kind.ELAPSED_HANDOVER, seed),
    )


def _delays(
    work: Work,
    grouping: Grouping,
    measured: tuple[Codes, Codes],
    chosen: npt.NDArray[np.bool_],
    kind: Kind,
    seed: int,
) -> Sequence[Finding]:
    grouping = Grouping(grouping.subjects, np.where(chosen, grouping.group, UNKNOWN))
    rows = np.flatnonzero(grouping.group != UNKNOWN)
    if not len(rows):
        return ()
    totals = resampled_totals(
        work.case[rows],
        grouping.group[rows],
        measured[0][rows] / 1e6,
        cases=len(work.cases),
        groups=len(grouping.subjects),
        seed=seed,
    )
    everything = _all_delay(work, kind)
    findings = [
        _finding(work, kind, subject, own, measured, everything, bounds, places)
        for subject, own, bounds, places in zip(
            grouping.subjects, rows_of(grouping), intervals(totals), rank_intervals(totals), strict=True
        )
        if len(own) and measured[0][own].any()
    ]
    return ranked(findings)


def _all_delay(work: Work, kind: Kind) -> float:
    """What a share is a share of: all waiting, or all time between completions."""
    if kind in (Kind.ELAPSED_ACTIVITY, Kind.ELAPSED_HANDOVER):
        return float(known_seconds(work.elapsed).sum())
    counted = np.isin(work.cause, (*INSIDE, *OUTSIDE))
    return float(known_seconds(work.waiting[counted]).sum())


def _finding(
    work: Work,
    kind: Kind,
    subject: tuple[str, ...],
    rows: npt.NDArray[np.int64],
    measured: tuple[Codes, Codes],
    everything: float,
    interval: tuple[float, float],
    places: tuple[int, int],
) -> Finding:
    delays = times(measured[0][rows] / 1e6)
    assert delays is not None
    cases = len(np.unique(work.case[rows]))
    working = times(known_seconds(measured[1][rows]))
    evidence: dict[str, Evidence] = {
        "pieces": len(rows),
        "cases_of_all": cases / len(work.cases),
        "median": delays.median,
        "mean": delays.mean,
        "p90": delays.p90,
        "working_total": working.total if working else None,
        "working_median": working.median if working else None,
        "working_p90": working.p90 if working else None,
        "rank_low": places[0],
        "rank_high": places[1],
        "enablement_recorded": float(work.recorded[rows].mean()),
        "automatic": bool((work.cause[rows] == Cause.ENGINE).all()),
        "share_of": "elapsed" if kind in (Kind.ELAPSED_ACTIVITY, Kind.ELAPSED_HANDOVER) else "waiting",
        "waits_for": Cause(int(np.bincount(work.cause[rows]).argmax())).name.lower(),
    }
    return Finding(
        kind=kind,
        subject=subject,
        measure="total_delay",
        value=delays.total,
        unit="seconds",
        share=delays.total / everything if everything else None,
        cases=cases,
        interval=interval,
        insufficient=cases < ENOUGH,
        evidence=evidence,
    )


def worst(findings: Sequence[Finding]) -> Finding | None:
    """The activity whose waiting costs most; where starts are unknown, the longest time between completions."""
    for kind in (Kind.WAITING_ACTIVITY, Kind.WAITING_OUTSIDE, Kind.ELAPSED_HANDOVER):
        of_kind = [finding for finding in findings if finding.kind is kind]
        if of_kind:
            return min(of_kind, key=lambda finding: finding.rank)
    return None
