"""Separation of duties: steps that must not be one person's, and steps that by habit are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from bpmn.model import ProcessModel
from mining.findings import ENOUGH, Finding, Kind, ranked
from mining.influences.many_looks import corrected
from mining.shares import wilson
from mining.work import UNKNOWN, Work

HABIT = 0.05  # a pair that one person does in fewer of its cases, and by habit surely less often than chance would
CHANCE = (
    0.1  # the least share in which one person would do both if it went by chance; below it is no habit but the staff
)
SURE = 0.01
SHOWN = 10

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


def separation(work: Work, models: Mapping[int | None, ProcessModel]) -> tuple[Finding, ...]:
    """Pairs of activities and the cases in which one officer did both: those drawn as four eyes, then those of habit.

    A habit (`measure` `habit`) is a pair, done together in at least 20 cases, that one officer does in fewer than 5 % of them,
    surely less than if each activity fell to its officers by chance (binomial test, all pairs corrected as one by Benjamini and
    Hochberg, 1995). What breaks a rule that nobody wrote down is worth a look, not a verdict.
    """
    if not (work.officer.codes != UNKNOWN).any():
        return ()
    drawn = sorted(_drawn(models, work.activity.names))
    found = [_finding(work, pair, "four_eyes") for pair in drawn if _together(work, pair)[0].any()]
    return (*ranked(found), *ranked(_habits(work, frozenset(drawn))))


def _drawn(models: Mapping[int | None, ProcessModel], names: tuple[str, ...]) -> set[tuple[str, str]]:
    pairs = (
        (one, activity.id) for model in models.values() for activity in model.activities for one in activity.four_eyes
    )
    return {(min(pair), max(pair)) for pair in pairs if set(pair) <= set(names)}


def _habits(work: Work, drawn: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    names = work.activity.names
    both, one_person, chance = _all_pairs(work)
    one, other = np.nonzero(np.triu((both >= ENOUGH) & (chance >= CHANCE), 1))
    told = both[one, other], one_person[one, other]
    levels = corrected(stats.binom.cdf(told[1], told[0], chance[one, other]))
    rare = (levels <= SURE) & (told[1] < HABIT * told[0])
    for first, second in zip(one[rare].tolist(), other[rare].tolist(), strict=True):
        if (names[first], names[second]) not in drawn:
            yield _finding(work, (names[first], names[second]), "habit", float(chance[first, second]))


def _all_pairs(work: Work) -> tuple[Counts, Counts, npt.NDArray[np.float64]]:
    """Of each pair of activities the cases with both, those in which one officer did both, and how often chance would do that:
    if each activity fell to its officers independently, as often as it does."""
    rows = np.flatnonzero(work.officer.codes != UNKNOWN)
    activity, case, officer = work.activity.codes[rows], work.case[rows], work.officer.codes[rows]
    people = max(len(work.officer.names), 1)
    by_case = _incidence(activity, case, (len(work.activity.names), len(work.cases)))
    person, place = np.unique(case * people + officer, return_inverse=True)
    by_person = _incidence(activity, place, (len(work.activity.names), len(person)))
    pieces = sparse.csr_array(
        (np.ones(len(rows)), (activity, officer)), shape=(len(work.activity.names), people)
    ).toarray()
    shares = pieces / np.maximum(pieces.sum(axis=1, keepdims=True), 1)
    return (by_case @ by_case.T).toarray(), (by_person @ by_person.T).toarray(), shares @ shares.T


def _incidence(row: Counts, column: Counts, shape: tuple[int, int]) -> Any:
    """Which pairs occur, as ones of a sparse matrix."""
    found = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    found.data[:] = 1
    return found


def _together(work: Work, pair: tuple[str, str]) -> tuple[Flags, Flags]:
    """By case: whether both were done by somebody known, and whether one officer did both."""
    keys, cases = [], []
    for name in pair:
        rows = np.flatnonzero(
            (work.activity.codes == work.activity.names.index(name)) & (work.officer.codes != UNKNOWN)
        )
        keys.append(np.unique(work.case[rows] * len(work.officer.names) + work.officer.codes[rows]))
        cases.append(np.unique(work.case[rows]))
    both, one_person = (np.zeros(len(work.cases), np.bool_) for _ in "12")
    both[np.intersect1d(cases[0], cases[1])] = True
    one_person[np.intersect1d(keys[0], keys[1]) // max(len(work.officer.names), 1)] = True
    return both, one_person


def _finding(work: Work, pair: tuple[str, str], measure: str, chance: float | None = None) -> Finding:
    both, one_person = _together(work, pair)
    cases, of = int(one_person.sum()), int(both.sum())
    return Finding(
        kind=Kind.SEPARATION,
        subject=pair,
        measure=measure,
        value=float(cases),
        unit="cases",
        share=cases / of,
        cases=cases,
        insufficient=of < ENOUGH,
        evidence={
            "share_of": "eligible",
            "eligible": of,
            "share_interval": list(wilson(cases, of)),
            "by_chance": chance,
            "examples": [work.cases[code] for code in np.flatnonzero(one_person)[:SHOWN].tolist()],
        },
    )
