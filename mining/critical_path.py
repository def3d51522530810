"""Where lead time really goes: the chain of enablements that leads back from each case's end to its beginning."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mining.findings import ENOUGH, Finding, Kind, ranked
from mining.work import Cause, Codes, Stamps, Work

PARTS = ("waiting", "processing", "outside", "elapsed", "between")


def critical_path(work: Work) -> tuple[Finding, ...]:
    """What each activity holds of the lead time of all cases; the shares sum to 1.

    From the last completion of a case it walks back through the enablers. Only what lies on this chain counts, so work that
    ran beside it costs nothing. `waiting` lasts from enablement to begin, `processing` from begin to completion (with
    suspensions), `outside` is waiting for those outside, `elapsed` the time between completions where no start is known,
    `between` what lies between the enabler's completion and the recorded enablement.
    """
    parts, cases = _walk(work)
    total = float(parts.sum())
    if not total:
        return ()
    found = [
        Finding(
            kind=Kind.CRITICAL_PATH,
            subject=(work.activity.names[code],),
            measure=PARTS[part],
            value=float(parts[code, part]) / 1e6,
            unit="seconds",
            share=float(parts[code, part]) / total,
            cases=int(cases[code, part]),
            insufficient=bool(cases[code, part] < ENOUGH),
            evidence={"share_of": "lead_time"},
        )
        for code, part in zip(*np.nonzero(parts), strict=True)
    ]
    return ranked(found)


def chains(work: Work) -> tuple[Codes, tuple[Codes, ...]]:
    """The rows on the chains of all cases, and how many microseconds each of PARTS takes of them, as parallel arrays."""
    lengths = _segments(work)
    row = np.flatnonzero(np.append(work.case[1:] != work.case[:-1], True)) if len(work) else np.empty(0, np.int64)
    walked = [row]
    while len(row):
        row = work.enabler[row]
        row = row[row >= 0]
        walked.append(row)
    rows = np.concatenate(walked)
    return rows, tuple(length[rows] for length in lengths)


def _walk(work: Work) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Microseconds on the chains and cases that have them, by activity code and part."""
    shape = (len(work.activity.names), len(PARTS))
    parts, cases = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    rows, lengths = chains(work)
    for part, length in enumerate(lengths):
        held = rows[length > 0]
        np.add.at(parts[:, part], work.activity.codes[held], length[length > 0])
        distinct = np.unique(np.stack([work.activity.codes[held], work.case[held]]), axis=1)[0]
        np.add.at(cases[:, part], distinct, 1)
    return parts, cases


def _segments(work: Work) -> tuple[Codes, ...]:
    """For each piece of work its five parts, which together reach from its enabler's completion to its own."""
    before = np.where(work.enabler >= 0, work.completed[work.enabler], np.datetime64("NaT"))
    begun = np.where(np.isnat(work.started), work.completed, work.started)
    first = np.where(np.isnat(before), np.where(np.isnat(work.enabled), begun, work.enabled), before)
    enabled = np.where(np.isnat(work.enabled), first, work.enabled)
    between, waiting = _length(first, enabled), _length(enabled, begun)
    processing = _length(begun, work.completed)
    outside = np.isin(work.cause, (Cause.OUTSIDE, Cause.DATE))
    unsplit = work.cause == Cause.UNSPLIT
    nothing = np.zeros(len(work), np.int64)
    return (
        np.where(outside | unsplit, nothing, waiting),
        processing,
        np.where(outside, waiting, nothing),
        np.where(unsplit, waiting, nothing),
        between,
    )


def _length(begin: Stamps, end: Stamps) -> Codes:
    length: Codes = np.maximum((end - begin).astype("timedelta64[us]").astype(np.int64), 0)
    return length
