"""How many cases, activities and variants a log holds, counted block by block in a few bytes a case.

The path of a case is a polynomial over its activities, modulo 2**64: two stretches of a path are joined by one multiplication,
whatever stood between them in the file. Activities and cases go in by their hash of 64 bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)


def hashes(texts: pa.Array) -> Hashes:
    """One number a text, the same for the same text as long as the process lives."""
    return _hashed(texts)[0]


def different(*numbers: npt.NDArray[np.uint64]) -> int:
    """How many different rows there are. (Sorting goes through memory in order, which `np.unique` with its table of hashes does not.)"""
    if len(numbers[0]) == 0:
        return 0
    order = np.lexsort(numbers)
    ordered = [column[order] for column in numbers]
    return 1 + int(np.count_nonzero(np.any([column[1:] != column[:-1] for column in ordered], axis=0)))


def _hashed(texts: pa.Array) -> tuple[Hashes, int]:
    """And how many different ones there are."""
    coded = texts.dictionary_encode()
    known = np.fromiter(map(hash, coded.dictionary.to_pylist()), np.int64, len(coded.dictionary)).view(np.uint64)
    found: Hashes = known[coded.indices.to_numpy(zero_copy_only=False)]
    return found, len(known)


@dataclass
class Paths:
    """Feed it the events in their order; ask it when all have come."""

    _activities: set[str] = field(default_factory=set)
    _stretches: list[tuple[Hashes, Hashes, Hashes]] = field(default_factory=list)  # case, path, how many events

    def see(self, cases: pa.Array, activities: pa.Array) -> None:
        self._activities.update(activities.unique().to_pylist())
        (case, distinct), (code, _) = _hashed(cases), _hashed(activities)
        if np.count_nonzero(case[1:] != case[:-1]) + 1 > distinct:  # the cases are mixed: bring each together
            order = np.argsort(case, kind="stable")
            case, code = case[order], code[order]
        starts = np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))
        lengths = np.diff(np.append(starts, len(case)))
        behind = np.repeat(starts + lengths, lengths) - np.arange(len(case)) - 1
        paths = np.add.reduceat(code * _powers(int(lengths.max()))[behind], starts)
        self._stretches.append((case[starts], paths, lengths.astype(np.uint64)))

    @property
    def activities(self) -> int:
        return len(self._activities)

    def cases_and_variants(self) -> tuple[int, int]:
        if not self._stretches:
            return 0, 0
        case, path, length = (np.concatenate(part) for part in zip(*self._stretches, strict=True))
        order = np.argsort(case, kind="stable")
        case, path, length = case[order], path[order], length[order]
        starts = np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))
        if len(starts) < len(case):
            path, length = _joined(path, length, starts)
        return len(starts), different(path, length)


def _joined(path: Hashes, length: Hashes, starts: npt.NDArray[np.int64]) -> tuple[Hashes, Hashes]:
    """The stretches of each case as one: a stretch counts by the power of how many events come behind it."""
    upto = np.cumsum(length)
    ends = np.append(starts[1:], len(path)) - 1
    behind = np.repeat(upto[ends], np.diff(np.append(starts, len(path)))) - upto
    return np.add.reduceat(path * _power(behind), starts), np.add.reduceat(length, starts)


def _powers(count: int) -> Hashes:
    return np.concatenate([[np.uint64(1)], np.full(count, _BASE).cumprod(dtype=np.uint64)])


def _power(exponents: Hashes) -> Hashes:
    """The base to each of these powers, by squaring."""
    result, base, left = np.ones_like(exponents), _BASE, exponents.copy()
    with np.errstate(over="ignore"):
        while left.any():
            result = np.where(left & np.uint64(1), result * base, result)
            base, left = base * base, left >> np.uint64(1)
    return result
