"""Work that was held back: waiting of which no officer, queue or night is the cause, estimated from when officers were free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.causes.free_time import duty_time, free_time, last_moment, pooled
from mining.causes.hours import Hours
from mining.causes.spans import Spans
from mining.work import UNKNOWN, Cause, Codes, Flags, Work

Microseconds = npt.NDArray[np.float64]
ROUNDS = 200  # of the self-consistency iteration; it has settled long before on everything measured


@dataclass(frozen=True)
class Held:
    """Between `least` and `most` microseconds each row was held back, `expected` on average; UNKNOWN in rows of no officer's work."""

    least: Codes
    most: Codes
    expected: Microseconds


def held_back(work: Work, hours: Hours) -> Held:
    """How long each piece of work could not have been begun by anybody who does this activity.

    While one of them is free, what is there is begun; so a piece begun out of free time came at that moment, and one begun out of a
    queue came between the last free moment and its begin. What the bounds leave open is filled in by the self-consistent estimate of
    the activity's own distribution (Turnbull 1976, interval-censored observations). Source of the idea: Chapela-Campos and Dumas,
    "Enhancing business process simulation models with extraneous activity delays", 2024 (there by the officer alone).
    """
    known = (work.cause == Cause.OFFICER) & (work.waiting != UNKNOWN) & (work.officer.codes != UNKNOWN)
    least, most = np.full(len(work), UNKNOWN), np.where(known, work.waiting, UNKNOWN)
    expected = np.full(len(work), float(UNKNOWN))
    free = free_time(work, duty_time(work, hours))
    for code in np.unique(work.activity.codes[known]):
        rows = np.flatnonzero(known & (work.activity.codes == code))
        least[rows] = _least(work, rows, free)
        expected[rows] = _expected(least[rows], most[rows])
    return Held(least, most, expected)


def _least(work: Work, rows: Codes, free: Spans) -> Codes:
    started = work.started[rows].astype(np.int64)
    enabled = np.minimum(work.enabled[rows].astype(np.int64), started)
    pool = pooled(free, np.unique(work.officer.codes[rows]))
    return last_moment(pool, started, enabled) - enabled


def _expected(least: Codes, most: Codes) -> Microseconds:
    """The mean of each observation, given that it lies within its bounds and is distributed like all of them."""
    exact: Flags = least == most
    support = np.unique(np.concatenate([most[exact], least[~exact]]))
    first = np.searchsorted(support, least, side="left")
    last = np.searchsorted(support, most, side="right")
    weights = np.full(len(support), 1 / len(support))
    for _ in range(ROUNDS):
        before = np.concatenate([[0.0], np.cumsum(weights)])
        share = 1 / np.maximum(before[last] - before[first], 1e-300)
        steps = np.zeros(len(support) + 1)
        np.add.at(steps, first, share)
        np.add.at(steps, last, -share)
        renewed = weights * np.cumsum(steps)[:-1] / len(least)
        if np.abs(renewed - weights).max() < 1e-9:
            break
        weights = renewed
    before = np.concatenate([[0.0], np.cumsum(weights)])
    moment = np.concatenate([[0.0], np.cumsum(weights * support)])
    mass = np.maximum(before[last] - before[first], 1e-300)
    mean = (moment[last] - moment[first]) / mass
    return np.clip(np.where(exact, most, mean), least, most)
