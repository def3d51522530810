"""A shallow tree over what was known, and the disjoint rows that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mining.choices.moments import Known
from mining.findings import ENOUGH

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
Value: TypeAlias = str | bool | Decimal | None

DEEPEST = 3  # conditions in a row of the table
MOST_CUTS = 32  # of a number that are tried, and of values of a text
TELLING = 0.005  # bits a decision that a split must explain


@dataclass(frozen=True, slots=True)
class Test:
    """Whether the variable is at most `value` (`less`) or is `value`; nothing known passes where `or_null` says so.

    A value of another type than `kind` counts as not known, as it does for a decision model with types.
    """

    variable: str
    kind: type
    value: Value
    less: bool = False
    or_null: bool = False

    def passes(self, value: Any) -> bool:
        known: Any = value if type(value) is self.kind else None
        if known is None:
            return self.or_null if self.less else self.value is None
        return bool(known <= self.value) if self.less else bool(known == self.value)


@dataclass(frozen=True, slots=True)
class Leaf:
    """`counts` are the decisions by outcome; the most frequent one (the first by name of several) is what it says."""

    counts: tuple[tuple[str, int], ...]

    @property
    def outcome(self) -> str:
        return max(self.counts, key=lambda pair: pair[1])[0]

    @property
    def cases(self) -> int:
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Split:
    test: Test
    yes: Tree
    no: Tree


Tree: TypeAlias = Leaf | Split


def decided(tree: Tree, known: Known) -> Leaf:
    """The leaf at which those variables come out."""
    while isinstance(tree, Split):
        tree = tree.yes if tree.test.passes(known.get(tree.test.variable)) else tree.no
    return tree


def grown(known: Sequence[Known], outcomes: Sequence[str], deepest: int = DEEPEST, *, prune: bool = True) -> Tree:
    """A tree by greatest gain of information (Quinlan, 1986; binary as in Breiman et al., 1984), leaves of at least 20 decisions.

    Neither the order of the decisions nor that of the variables matters: ties go to the first by name. With `prune` splits whose
    leaves all say the same are taken back, although one may say it more surely.
    """
    names = sorted(set(outcomes))
    codes = np.array([names.index(outcome) for outcome in outcomes], dtype=np.int64)
    columns = {name: column for name in _variables(known) if (column := _Column.of(name, known)) is not None}
    tree = _grown(columns, codes, names, np.ones(len(codes), np.bool_), deepest)
    return _pruned(tree) if prune else tree


def _variables(known: Sequence[Known]) -> list[str]:
    return sorted({name for row in known for name in row})


def _pruned(tree: Tree) -> Tree:
    if isinstance(tree, Leaf):
        return tree
    yes, no = _pruned(tree.yes), _pruned(tree.no)
    if isinstance(yes, Leaf) and isinstance(no, Leaf) and yes.outcome == no.outcome:
        both = dict(yes.counts)
        for outcome, count in no.counts:
            both[outcome] = both.get(outcome, 0) + count
        return Leaf(tuple(sorted(both.items())))
    return Split(tree.test, yes, no)


@dataclass(frozen=True)
class _Column:
    """One variable of all decisions: its values, and which of them are not known."""

    name: str
    kind: type
    values: npt.NDArray[np.object_]
    missing: Flags
    numbers: npt.NDArray[np.float64] | None

    @classmethod
    def of(cls, name: str, known: Sequence[Known]) -> _Column | None:
        """None for a variable of several types, or of a type that tables do not test here."""
        values = np.array([row.get(name) for row in known], dtype=object)
        missing = np.array([value is None for value in values], dtype=np.bool_)
        kinds = {type(value) for value in values[~missing]}
        if len(kinds) != 1 or not kinds <= {str, bool, Decimal}:
            return None
        numbers = None
        if kinds == {Decimal}:
            numbers = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
        return cls(name, next(iter(kinds)), values, missing, numbers)

    def tests(self, here: Flags) -> Iterator[tuple[Test, Flags]]:
        if self.missing[here].any():
            yield Test(self.name, self.kind, None), self.missing
        present = here & ~self.missing
        if not present.any():
            return
        if self.numbers is None:
            yield from self._is(present)
        else:
            yield from self._at_most(self.numbers, present, here)

    def _is(self, present: Flags) -> Iterator[tuple[Test, Flags]]:
        values, counts = np.unique(self.values[present].astype(str), return_counts=True)
        texts = self.values.astype(str)
        for text in values[np.argsort(-counts, kind="stable")][:MOST_CUTS]:
            passing = ~self.missing & (texts == text)
            yield Test(self.name, self.kind, self.values[np.flatnonzero(passing)[0]]), passing

    def _at_most(self, numbers: npt.NDArray[np.float64], present: Flags, here: Flags) -> Iterator[tuple[Test, Flags]]:
        different = np.unique(numbers[present])
        if len(different) < 2:
            return
        for cut in np.unique(np.linspace(0, len(different) - 2, MOST_CUTS).astype(int)):
            bound = between(Decimal(str(different[cut])), Decimal(str(different[cut + 1])))
            passing = numbers <= float(bound)
            yield Test(self.name, self.kind, bound, less=True), passing
            if self.missing[here].any():
                yield Test(self.name, self.kind, bound, less=True, or_null=True), passing | self.missing


def between(low: Decimal, high: Decimal) -> Decimal:
    """The roundest number from `low` up to, but not with, `high`."""
    middle = (low + high) / 2
    for digits in range(1, 17):
        exponent = middle.adjusted() - digits + 1
        rounded = middle.quantize(Decimal(1).scaleb(exponent)) if middle else middle
        if low <= rounded < high:
            return Decimal(format(rounded, "f"))
    return low


def _grown(columns: Mapping[str, _Column], codes: Codes, names: Sequence[str], here: Flags, deepest: int) -> Tree:
    found = _best(columns, codes, len(names), here) if deepest else None
    if found is None:
        counts = np.bincount(codes[here], minlength=len(names))
        return Leaf(tuple((name, int(count)) for name, count in zip(names, counts, strict=True) if count))
    test, passing = found
    yes = _grown(columns, codes, names, here & passing, deepest - 1)
    return Split(test, yes, _grown(columns, codes, names, here & ~passing, deepest - 1))


def _best(columns: Mapping[str, _Column], codes: Codes, kinds: int, here: Flags) -> tuple[Test, Flags] | None:
    best, found = TELLING, None
    before = _entropy(np.bincount(codes[here], minlength=kinds))
    for column in columns.values():
        for test, passing in column.tests(here):
            yes, no = (np.bincount(codes[here & side], minlength=kinds) for side in (passing, ~passing))
            if min(yes.sum(), no.sum()) < ENOUGH:
                continue
            share = yes.sum() / (yes.sum() + no.sum())
            gain = before - share * _entropy(yes) - (1 - share) * _entropy(no)
            if gain > best + 1e-9:
                best, found = gain, (test, passing)
    return found


def _entropy(counts: npt.NDArray[np.int64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
