"""From the choices at one gateway to a table, and how good it is on cases that came later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from mining.bootstrap import intervals, resampled_totals
from mining.choices.moments import Decision
from mining.choices.tree import DEEPEST, Leaf, Split, Tree, decided, grown
from mining.findings import ENOUGH, Interval
from mining.shares import wilson

LATER = 0.3  # of the cases, the last to arrive: what was learnt from the others is tried on them
FEWEST = 100  # decisions below which no table is learnt


@dataclass(frozen=True)
class Learnt:
    """A table as a tree, and how it fares on later cases.

    `accuracy` is the share that went as the table says, `usual` the share that went as most did before; `gain` is the first less
    the second, with an interval by bootstrap over cases. `covered` is the share of the decisions for which all was known that
    their row asks. `alike` of all decisions had a twin in everything known, `torn` of these went another way than most twins.
    """

    tree: Tree
    learnt_from: int
    tried_on: int
    accuracy: float
    accuracy_interval: Interval
    usual: float
    gain: float
    gain_interval: Interval
    covered: float
    alike: int
    torn: int

    @property
    def tells(self) -> bool:
        """Whether the table is surely better than to expect of everybody what most did."""
        return isinstance(self.tree, Split) and self.gain_interval[0] > 0


def learn_choice(decisions: Sequence[Decision], *, seed: int = 0) -> Learnt | None:
    """From decisions by arrival of their cases; None where there are too few, or only one way was ever taken often.

    Nothing of a case is in both parts. The depth is the smallest whose accuracy on the last third of the earlier part is within one
    standard error of the best (Breiman et al., 1984).
    """
    earlier, later = _parted(decisions, LATER)
    often = [count for count in Counter(d.outcome for d in earlier).values() if count >= ENOUGH]
    if len(decisions) < FEWEST or len(often) < 2 or len(later) < ENOUGH:
        return None
    tree = _grown(earlier, _depth(earlier))
    usual = Leaf(tuple(sorted(Counter(d.outcome for d in earlier).items()))).outcome
    right = np.array([decided(tree, d.known).outcome == d.outcome for d in later], dtype=np.float64)
    as_usual = np.array([d.outcome == usual for d in later], dtype=np.float64)
    alike, torn = _twins(decisions)
    return Learnt(
        tree=tree,
        learnt_from=len(earlier),
        tried_on=len(later),
        accuracy=float(right.mean()),
        accuracy_interval=wilson(int(right.sum()), len(right)),
        usual=float(as_usual.mean()),
        gain=float((right - as_usual).mean()),
        gain_interval=_by_case(later, right - as_usual, seed),
        covered=float(np.mean([_covers(tree, d) for d in later])),
        alike=alike,
        torn=torn,
    )


def _parted(decisions: Sequence[Decision], share: float) -> tuple[list[Decision], list[Decision]]:
    """Those of the earlier cases and those of the later ones."""
    cases = list(dict.fromkeys(d.case for d in decisions))
    late = set(cases[int(len(cases) * (1 - share)) :])
    return [d for d in decisions if d.case not in late], [d for d in decisions if d.case in late]


def _grown(decisions: Sequence[Decision], depth: int) -> Tree:
    return grown([d.known for d in decisions], [d.outcome for d in decisions], depth)


def _depth(decisions: Sequence[Decision]) -> int:
    earlier, later = _parted(decisions, 1 / 3)
    if not earlier or not later:
        return DEEPEST
    right = [_accuracy(_grown(earlier, depth), later) for depth in range(DEEPEST + 1)]
    best = max(right)
    slack = sqrt(best * (1 - best) / len(later))
    return next(depth for depth, share in enumerate(right) if share >= best - slack)


def _accuracy(tree: Tree, decisions: Sequence[Decision]) -> float:
    return float(np.mean([decided(tree, d.known).outcome == d.outcome for d in decisions]))


def _by_case(decisions: Sequence[Decision], better: npt.NDArray[np.float64], seed: int) -> Interval:
    numbers = {case: n for n, case in enumerate(dict.fromkeys(d.case for d in decisions))}
    case = np.array([numbers[d.case] for d in decisions], dtype=np.int64)
    twice, group = np.concatenate([case, case]), np.repeat([0, 1], len(case))
    values = np.concatenate([better, np.ones(len(case))])
    totals = resampled_totals(twice, group, values, cases=len(numbers), groups=2, seed=seed)
    [interval] = intervals(totals[:, :1] / np.maximum(totals[:, 1:], 1))
    return interval


def _covers(tree: Tree, decision: Decision) -> bool:
    while isinstance(tree, Split):
        value = decision.known.get(tree.test.variable)
        if type(value) is not tree.test.kind and tree.test.value is not None:
            return False
        tree = tree.yes if tree.test.passes(value) else tree.no
    return True


def _twins(decisions: Sequence[Decision]) -> tuple[int, int]:
    """Decisions that share everything known with another one, and those of them that went another way than most."""
    groups: dict[object, Counter[str]] = defaultdict(Counter)
    for d in decisions:
        groups[frozenset((name, str(value)) for name, value in d.known.items())][d.outcome] += 1
    twins = [counts for counts in groups.values() if counts.total() > 1]
    return sum(c.total() for c in twins), sum(c.total() - max(c.values()) for c in twins)
