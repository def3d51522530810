"""Ping-pong: work that goes from one hand to another and straight back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mining.findings import ENOUGH, Finding, Kind, ranked
from mining.shares import wilson
from mining.work import UNKNOWN, Words, Work

MOST = 30

Codes = npt.NDArray[np.int64]


def ping_pong(work: Work) -> tuple[Finding, ...]:
    """Pairs (one, other) of offices, posts and officers, each ranked apart, by how often work that `one` gave to `other` came back.

    The steps of a case are taken by what enabled what, so that branches side by side are no ping-pong; several steps in one hand
    count as one stay. `share` is of the stays of the other that began with work from the one and did not end the case;
    `evidence["away"]` is the time from one's last work on it to the other's, after which it came back, in all and at the median.
    """
    return (
        *_of(work, work.office, "office"),
        *_of(work, work.post, "post"),
        *_of(work, work.officer, "officer"),
    )


def _of(work: Work, who: Words, measure: str) -> tuple[Finding, ...]:
    hand, width = who.codes, max(len(who.names), 1)
    third, second, first = _passed_on_twice(work.enabler, hand)
    pair, back = hand[first] * width + hand[second], hand[first] == hand[third]
    found = []
    for code in np.unique(pair[back]).tolist():
        of, came = int((pair == code).sum()), (pair == code) & back
        away = (work.completed[second[came]] - work.completed[first[came]]).astype(np.int64) / 1e6
        times = int(came.sum())
        found.append(
            Finding(
                kind=Kind.PING_PONG,
                subject=(who.names[code // width], who.names[code % width]),
                measure=measure,
                value=float(times),
                unit="count",
                share=times / of,
                cases=len(np.unique(work.case[third[came]])),
                insufficient=of < ENOUGH,
                evidence={
                    "share_of": "stays",
                    "eligible": of,
                    "share_interval": list(wilson(times, of)),
                    "away": float(away.sum()),
                    "median_away": float(np.median(away)),
                },
            )
        )
    return ranked(found)[:MOST]


def _passed_on_twice(enabler: Codes, hand: Codes) -> tuple[Codes, Codes, Codes]:
    """Rows of three hands in a row: the first of the third, the last of the second, and the last of the first one."""
    begins = _begins_of_stays(enabler, hand)
    third = np.flatnonzero(_changes_hands(enabler, hand))
    second = enabler[third]
    entered = begins[second]
    known = _changes_hands(enabler, hand)[entered]
    return third[known], second[known], enabler[entered[known]]


def _changes_hands(enabler: Codes, hand: Codes) -> npt.NDArray[np.bool_]:
    source = np.maximum(enabler, 0)
    known = (enabler >= 0) & (hand != UNKNOWN) & (hand[source] != UNKNOWN)
    changes: npt.NDArray[np.bool_] = known & (hand[source] != hand)
    return changes


def _begins_of_stays(enabler: Codes, hand: Codes) -> Codes:
    """The row with which each row's stay in its hand began, by doubling the way back until nothing moves."""
    rows = np.arange(len(enabler))
    source = np.maximum(enabler, 0)
    begins = np.where((enabler >= 0) & (hand != UNKNOWN) & (hand[source] == hand), source, rows)
    while True:
        further = begins[begins]
        if (further == begins).all():
            return begins
        begins = further
