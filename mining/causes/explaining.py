"""Why each activity waits, as findings: by the officer's own day and by the pool's, with what was held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mining.bootstrap import intervals, resampled_totals
from mining.causes.batches import batches
from mining.causes.gathering import evident_batches
from mining.causes.holding import Held, held_back
from mining.causes.hours import Hours
from mining.causes.pool import by_pool
from mining.causes.splitting import Convention, Split, split
from mining.findings import ENOUGH, Evidence, Finding, Interval, Kind, ranked
from mining.work import Codes, Flags, Work

Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Why:
    """The findings, and what is true of all of them: seconds by cause, and how much of the waiting rests on recorded enablement."""

    findings: tuple[Finding, ...]
    totals: Mapping[str, float]
    published: Mapping[str, float]
    recorded: float


def why(work: Work, hours: Hours, *, seed: int = 0) -> Why:
    """The causes of all waiting for officers, by activity, in the order of their weight.

    `share` is of all waiting of that activity. The night first, as the officers see it; `published` has the same in the order of
    Lashkevich et al. 2023, where a night inside a queue belongs to the queue and every run counts as a batch.
    """
    ours = split(work, hours, evident_batches(work, hours), Convention.CALENDAR_FIRST)
    theirs = split(work, hours, batches(work), Convention.PUBLISHED)
    held, waited = held_back(work, hours), ours.waited
    found = [
        *_findings(work, _by_name(ours.parts), Kind.WAITING_CAUSE, waited, held, seed),
        *_findings(work, _by_name(by_pool(work, hours)), Kind.WAITING_POOL, waited, held, seed),
    ]
    return Why(
        tuple(found),
        _totals(ours),
        _totals(theirs),
        float(work.recorded[waited].mean()) if waited.any() else 1.0,
    )


def by_activity(findings: Iterable[Finding]) -> list[dict[str, Finding]]:
    """Facts of `why` of one kind, those of each activity by cause; the activity that waits longest first."""
    grouped: dict[tuple[str, ...], dict[str, Finding]] = {}
    for finding in findings:
        if not finding.insufficient:
            grouped.setdefault(finding.subject, {})[finding.measure] = finding
    return sorted(grouped.values(), key=lambda causes: -sum(finding.value for finding in causes.values()))


def _by_name(parts: Mapping[Any, Codes]) -> dict[str, Codes]:
    return {str(cause): values for cause, values in parts.items()}


def _totals(parts: Split) -> dict[str, float]:
    return {cause.value: float(values.sum()) / 1e6 for cause, values in parts.parts.items()}


def _findings(
    work: Work, parts: Mapping[str, Codes], kind: Kind, waited: Flags, held: Held, seed: int
) -> tuple[Finding, ...]:
    causes, rows = list(parts), np.flatnonzero(waited)
    if not len(rows):
        return ()
    seconds = np.stack([parts[cause][rows] for cause in causes], axis=1) / 1e6
    bounds = _intervals(work, rows, seconds, seed)
    found = []
    for code in np.unique(work.activity.codes[rows]):
        own = work.activity.codes[rows] == code
        evidence = _evidence(work, rows[own], held)
        for place in np.flatnonzero(seconds[own].any(axis=0)).tolist():
            affected = rows[own & (seconds[:, place] > 0)]
            total = float(seconds[own, place].sum())
            found.append(
                Finding(
                    kind=kind,
                    subject=(work.activity.names[code],),
                    measure=causes[place],
                    value=total,
                    unit="seconds",
                    share=total / float(seconds[own].sum()),
                    cases=len(np.unique(work.case[affected])),
                    interval=bounds[code * len(causes) + place],
                    insufficient=len(np.unique(work.case[rows[own]])) < ENOUGH,
                    evidence={**evidence, "pieces": len(affected)},
                )
            )
    return ranked(found)


def _intervals(work: Work, rows: Codes, seconds: Seconds, seed: int) -> list[Interval]:
    """Of the total of each activity and cause, activity by activity."""
    width = seconds.shape[1]
    totals = resampled_totals(
        np.repeat(work.case[rows], width),
        (work.activity.codes[rows][:, None] * width + np.arange(width)).ravel(),
        seconds.ravel(),
        cases=len(work.cases),
        groups=len(work.activity.names) * width,
        seed=seed,
    )
    return intervals(totals)


def _evidence(work: Work, rows: Codes, held: Held) -> dict[str, Evidence]:
    return {
        "enablement_recorded": float(work.recorded[rows].mean()),
        "held_back": float(held.expected[rows].sum()) / 1e6,
        "held_back_at_least": float(held.least[rows].sum()) / 1e6,
        "share_of": "waiting_of_activity",
    }
