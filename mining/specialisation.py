"""Who does one thing and who does all, and on how few people each activity rests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mining.findings import ENOUGH, Finding, Kind, ranked
from mining.work import UNKNOWN, Work

Counts = npt.NDArray[np.int64]


def specialisation(work: Work) -> tuple[Finding, ...]:
    """Officers by how specialised they are, then activities by how unevenly they are spread over the officers who do them.

    Of an officer: 1 less the entropy of their pieces of work over the activities of the log, relative to the entropy if all were
    done equally often (the evenness of Pielou, 1966, on the entropy of Shannon, 1948): 1 does one thing only. Of an activity:
    the coefficient of Gini (1912) of its pieces over its officers: 0 all do as many, towards 1 one does all.
    """
    known = work.officer.codes != UNKNOWN
    if not known.any():
        return ()
    table = np.zeros((len(work.officer.names), len(work.activity.names)), np.int64)
    np.add.at(table, (work.officer.codes[known], work.activity.codes[known]), 1)
    by_activity = table.T
    return (
        *ranked(_of_officer(work, code, row) for code, row in enumerate(table) if row.any()),
        *ranked(_of_activity(work, code, row) for code, row in enumerate(by_activity) if row.any()),
    )


def _of_officer(work: Work, code: int, pieces: Counts) -> Finding:
    most = int(np.argmax(pieces))
    return Finding(
        kind=Kind.SPECIALISATION,
        subject=(work.officer.names[code],),
        measure="officer",
        value=1 - evenness(pieces),
        unit="share",
        share=float(pieces[most] / pieces.sum()),
        cases=len(np.unique(work.case[work.officer.codes == code])),
        insufficient=int(pieces.sum()) < ENOUGH,
        evidence={
            "share_of": "pieces",
            "pieces": int(pieces.sum()),
            "activities": int((pieces > 0).sum()),
            "mostly": work.activity.names[most],
        },
    )


def _of_activity(work: Work, code: int, pieces: Counts) -> Finding:
    most = int(np.argmax(pieces))
    return Finding(
        kind=Kind.SPECIALISATION,
        subject=(work.activity.names[code],),
        measure="activity",
        value=gini(pieces[pieces > 0]),
        unit="share",
        share=float(pieces[most] / pieces.sum()),
        cases=len(np.unique(work.case[work.activity.codes == code])),
        insufficient=int(pieces.sum()) < ENOUGH,
        evidence={
            "share_of": "pieces",
            "pieces": int(pieces.sum()),
            "officers": int((pieces > 0).sum()),
            "mostly": work.officer.names[most],
        },
    )


def evenness(counts: Counts) -> float:
    """The entropy of counts relative to the greatest possible with so many kinds, 1 for a single kind (Pielou, 1966)."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(len(counts))) if len(counts) > 1 else 1.0


def gini(counts: Counts) -> float:
    """The coefficient of Gini (1912): half the mean difference of all pairs, relative to the mean."""
    ordered = np.sort(counts)
    size = len(ordered)
    weights = 2 * np.arange(1, size + 1) - size - 1
    return float((weights * ordered).sum() / (size * ordered.sum()))
