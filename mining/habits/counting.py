"""Of all rules between some activities at once: in how many cases each was activated, and in how many it was kept.

The same as asking `templates.keeps` of every path and pair, by matrices over the activities: seconds where that takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.alignment import Trace
from mining.habits.templates import BOTH, BY_EITHER, BY_SECOND, UNARY, Template

Counts = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Paths = Sequence[tuple[Trace, int]]


@dataclass(frozen=True)
class Counted:
    """`activated` and `kept` give, by template, the number of cases for each activity a (unary) or pair [a, b]."""

    activities: tuple[str, ...]
    cases: int
    activated: Mapping[Template, Counts]
    kept: Mapping[Template, Counts]


def counted(paths: Paths, activities: Iterable[str]) -> Counted:
    """Count over paths with how many cases took each. Steps that are none of the activities only part their neighbours."""
    names = tuple(activities)
    number, size = {name: at for at, name in enumerate(names)}, len(names)
    shape = {t: (size,) if t in UNARY else (size, size) for t in Template}
    on = {t: np.zeros(shape[t], np.int64) for t in Template}
    kept = {t: np.zeros(shape[t], np.int64) for t in Template}
    for path, cases in paths:
        row = _Path(np.array([number.get(step, size) for step in path], dtype=np.int64), size)
        for template, truth in row.truths().items():
            where = row.activated(template)
            on[template] += cases * where
            kept[template] += cases * (where & truth)
    return Counted(names, sum(cases for _, cases in paths), on, kept)


class _Path:
    """One path as numbers of activities; `size` stands for every activity that is not asked about."""

    def __init__(self, steps: npt.NDArray[np.int64], size: int) -> None:
        self.steps, self.size, many = steps, size, len(steps)
        self.times = np.bincount(steps, minlength=size + 1)[:size]
        self.here = self.times > 0
        self.first = np.full(size + 1, many)
        self.last = np.full(size + 1, -1)
        self.first[steps[::-1]] = np.arange(many)[::-1]
        self.last[steps] = np.arange(many)

    def activated(self, template: Template) -> Truths:
        if template in UNARY:
            return np.ones(self.size, np.bool_)
        a, b = self.here[:, None], self.here[None, :]
        if template in BY_EITHER:
            return a | b
        return np.broadcast_to(b if template in BY_SECOND else a, (self.size, self.size))

    def truths(self) -> dict[Template, Truths]:
        """What is true of each activity or pair; only where the rule is activated it says something."""
        a, b = self.here[:, None], self.here[None, :]
        first, last = self.first[: self.size], self.last[: self.size]
        after, before = self._alternating()
        pairs = np.zeros((self.size + 1, self.size + 1), np.int64)
        np.add.at(pairs, (self.steps[:-1], self.steps[1:]), 1)
        chained = pairs[: self.size, : self.size]
        absent = ~self.here
        found: dict[Template, Truths] = {
            Template.EXISTENCE: self.here,
            Template.ABSENCE: absent,
            Template.AT_MOST_ONCE: self.times <= 1,
            Template.EXACTLY_ONCE: self.times == 1,
            Template.INIT: self.here & (first == 0),
            Template.END: self.here & (last == len(self.steps) - 1),
            Template.RESPONDED_EXISTENCE: np.broadcast_to(b, a.shape[:1] * 2),
            Template.CO_EXISTENCE: a & b,
            Template.RESPONSE: last[:, None] < last[None, :],
            Template.PRECEDENCE: first[:, None] < first[None, :],
            Template.ALTERNATE_RESPONSE: after,
            Template.ALTERNATE_PRECEDENCE: before,
            Template.CHAIN_RESPONSE: chained == self.times[:, None],
            Template.CHAIN_PRECEDENCE: chained == self.times[None, :],
            Template.NOT_CO_EXISTENCE: ~(a & b),
            Template.NOT_SUCCESSION: ~(first[:, None] < last[None, :]),
            Template.EQUALLY_OFTEN: self.times[:, None] == self.times[None, :],
        }
        for template, (one, other) in BOTH.items():  # vacuously true of the half that is not activated
            found[template] = (found[one] | absent[:, None]) & (found[other] | absent[None, :])
        return found

    def _alternating(self) -> tuple[Truths, Truths]:
        """Whether between two a (and after the last) there is always a b; and between two b (and before the first) an a."""
        after = np.ones((self.size + 1, self.size + 1), np.bool_)
        before = after.copy()
        waits = np.zeros_like(after)  # [a, b]: a was done and no b since
        ready = np.zeros_like(after)  # [a, b]: a was done since the last b
        for step in self.steps:
            after[step] &= ~waits[step]
            before[:, step] &= ready[:, step]
            waits[step] = True
            waits[:, step] = False
            ready[:, step] = False
            ready[step] = True
        after &= ~waits
        return after[: self.size, : self.size], before[: self.size, : self.size]
