"""Waiting that is not over yet: it counts as censored, so that the longest waits are not the ones left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mining.findings import Evidence
from mining.survival import Numbers, Survival
from mining.work import UNKNOWN, Cause, Flags, Stamps, Work

QUANTILES = np.array([0.5, 0.9])


def with_open(work: Work, until: np.datetime64, causes: tuple[Cause, ...]) -> Mapping[str, Mapping[str, Evidence]]:
    """By activity, what is known of its waiting when that which is not over at `until` is counted as well. Seconds.

    `still_waiting` pieces have waited `waited_so_far` together; median and nine tenths are Kaplan-Meier estimates (1958), None where
    less than that share is known to be over; `restricted_mean` is the mean up to `restricted_to`, the longest waiting seen
    (Irwin 1949). Activities of which nothing waits are not in it.
    """
    chosen = np.isin(work.cause, causes) & (work.waiting != UNKNOWN)
    found: dict[str, Mapping[str, Evidence]] = {}
    for code, name in enumerate(work.pending.activity.names):
        here = work.pending.activity.codes == code
        waits = here & np.isnat(work.pending.begun)
        if not waits.any():
            continue
        done = work.waiting[chosen & (work.activity.codes == _code(work, name))] / 1e6
        begun = here & ~waits
        ended = _seconds(work.pending.since[begun], work.pending.begun[begun])
        so_far = _seconds(work.pending.since[waits], np.full(int(waits.sum()), until))
        if len(done) or name not in work.activity.names:  # else it is known to wait for something else
            found[name] = _evidence(np.concatenate([done, ended]), so_far, len(np.unique(work.pending.case[waits])))
    return found


def _code(work: Work, name: str) -> int:
    return work.activity.names.index(name) if name in work.activity.names else UNKNOWN


def _seconds(begin: Stamps, end: Stamps) -> Numbers:
    length: Numbers = np.maximum((end - begin).astype("timedelta64[us]").astype(np.int64), 0) / 1e6
    return length


def _evidence(ended: Numbers, so_far: Numbers, cases: int) -> Mapping[str, Evidence]:
    seconds = np.concatenate([ended, so_far])
    over: Flags = np.arange(len(seconds)) < len(ended)
    curve = Survival.of(np.zeros(len(seconds), np.int64), seconds, over)
    known = 1 - curve.alive[-1]
    median, most = curve.quantiles(QUANTILES)[0]
    lasting = np.append(1.0, curve.alive[:-1])
    return {
        "still_waiting": len(so_far),
        "still_waiting_cases": cases,
        "waited_so_far": float(so_far.sum()),
        "median_with_open": float(median) if known >= QUANTILES[0] - 1e-12 else None,
        "p90_with_open": float(most) if known >= QUANTILES[1] - 1e-12 else None,
        "restricted_mean": float((np.diff(curve.times, prepend=0.0) * lasting).sum()),
        "restricted_to": float(curve.times[-1]),
    }
