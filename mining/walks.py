"""The distinct paths that the cases of a log took, and what can be counted from them alone, as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]


class Tally(NamedTuple):
    """How often something was done, in how many cases, and in how many of these more than once."""

    times: int
    cases: int
    cases_again: int


@dataclass(frozen=True, kw_only=True)
class Walks:
    """`steps` are the numbers of the activities (places in `names`), path after path; of each path, its `length`, how many `cases`
    took it, and how long they needed from first to last step: the median in seconds, the total in microseconds.
    """

    names: tuple[str, ...]
    steps: Numbers
    length: Numbers
    cases: Numbers
    median_lead: npt.NDArray[np.float64]
    total_lead: Numbers

    def __len__(self) -> int:
        return len(self.length)

    @classmethod
    def read(cls, names: tuple[str, ...], steps: pa.Array, length: pa.Array, counted: pa.Table) -> Walks:
        """From the steps of all paths one behind the other, and a table with cases, median_lead and total of each."""
        return cls(
            names=names,
            steps=_whole(steps),
            length=_whole(length),
            cases=_whole(counted["cases"]),
            median_lead=counted["median_lead"].to_numpy(),
            total_lead=_whole(counted["total"]),
        )

    @property
    def paths(self) -> list[tuple[str, ...]]:
        """The activities of each path."""
        named = np.array(self.names, dtype=object)[self.steps]
        return [tuple(part) for part in np.split(named, np.cumsum(self.length)[:-1])] if len(self) else []

    def activities(self) -> Mapping[str, Tally]:
        found = self._tallied(self.steps, self._path)
        return {self.names[key]: tally for key, tally in found.items()}

    def follows(self) -> Mapping[tuple[int, int], Tally]:
        """By two activities (their numbers) that were done one right after the other."""
        within = self._path[1:] == self._path[:-1]
        pairs = self.steps[:-1] * len(self.names) + self.steps[1:]
        found = self._tallied(pairs[within], self._path[1:][within])
        return {divmod(key, len(self.names)): tally for key, tally in found.items()}

    @property
    def _path(self) -> Numbers:
        """The path of each step."""
        return np.repeat(np.arange(len(self)), self.length)

    def _tallied(self, keys: Numbers, path: Numbers) -> dict[int, Tally]:
        """By key, where each stands in one of the paths."""
        kinds = int(keys.max(initial=0)) + 1
        both, times = np.unique(path * kinds + keys, return_counts=True)
        at, key = np.divmod(both, kinds)
        order = np.argsort(key, kind="stable")
        key, weight, times = key[order], self.cases[at[order]], times[order]
        found, first = np.unique(key, return_index=True)
        sums = [
            np.add.reduceat(part, first) if len(first) else part
            for part in (weight * times, weight, weight * (times > 1))
        ]
        return {int(one): Tally(*map(int, row)) for one, *row in zip(found, *sums, strict=True)}


def _whole(column: pa.Array | pa.ChunkedArray) -> Numbers:
    found: Numbers = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return found
