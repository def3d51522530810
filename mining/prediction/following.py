"""Which step comes next: how often each followed where the last steps were the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers, Prefixes
from mining.work import Codes, Flags

SEEN_OFTEN = 30
THE_END = -1


@dataclass(frozen=True)
class Followers:
    """Pairs of a context and what followed it, by context and falling frequency; `begin` is the first pair of each context."""

    context: Codes
    begin: Codes
    follower: Codes
    times: Codes

    @classmethod
    def learnt(cls, context: Codes, follower: Codes) -> Followers:
        width = int(follower.max(initial=THE_END)) + 2
        pairs, times = np.unique(
            context * width + follower + 1, return_counts=True
        )  # a number a pair: ten times as fast
        before, after = pairs // width, pairs % width - 1
        order = np.lexsort((after, -times, before))
        contexts, begin = np.unique(before[order], return_index=True)
        return cls(contexts, np.append(begin, len(pairs)).astype(np.int64), after[order], times[order].astype(np.int64))

    def row(self, context: Codes, least: int) -> Codes:
        """The number of each context, -1 where it was seen too seldom."""
        if not len(self.context):
            return np.full(len(context), -1)
        place = np.minimum(np.searchsorted(self.context, context), len(self.context) - 1)
        seen = np.add.reduceat(self.times, self.begin[:-1])
        return np.where((self.context[place] == context) & (seen[place] >= least), place, -1)


@dataclass(frozen=True)
class NextStep:
    """By the longest run of last steps that was seen often enough, back to the last step alone."""

    tables: tuple[Followers, ...]

    @classmethod
    def learnt(cls, known: Prefixes, until: np.datetime64) -> NextStep:
        """From the steps that had been followed by then; shorter runs stand in for those seen too seldom (back-off, Katz 1987)."""
        follower = known.follower
        followed_at = np.where(known.last, known.ended, np.append(known.at[1:], known.ended[-1:]))
        seen = (follower != -2) & (followed_at <= until)
        return cls(tuple(Followers.learnt(codes[seen], follower[seen]) for codes in known.contexts))

    def most_likely(self, of: Prefixes, *, longest: int | None = None) -> Codes:
        """The step that followed most often, -1 for the end, -2 where nothing is known; from at most that many last steps."""
        found = np.full(len(of), -2)
        for number, table in enumerate(self.tables[:longest]):
            row = table.row(of.contexts[number], SEEN_OFTEN if number else 1)
            found = np.where(
                row >= 0, table.follower[table.begin[np.maximum(row, 0)]] if len(table.follower) else -2, found
            )
        return found

    def most_likely_chance(self, of: Prefixes) -> Numbers:
        """The probability given to the step that `most_likely` names, NaN where nothing is known."""
        found = np.full(len(of), np.nan)
        for number, table in enumerate(self.tables):
            row = table.row(of.contexts[number], SEEN_OFTEN if number else 1)
            if len(table.context):
                share = table.times[table.begin[:-1]] / np.add.reduceat(table.times, table.begin[:-1])
                found = np.where(row >= 0, share[np.maximum(row, 0)], found)
        return found

    def chances(self, of: Prefixes, row: int) -> tuple[tuple[int, float], ...]:
        """What may follow one prefix, the most likely first: the code of the step (-1 for the end) and its probability."""
        for number in range(len(self.tables) - 1, -1, -1):
            table = self.tables[number]
            [found] = table.row(of.contexts[number][row : row + 1], SEEN_OFTEN if number else 1)
            if found >= 0:
                own = slice(table.begin[found], table.begin[found + 1])
                share = table.times[own] / table.times[own].sum()
                return tuple(zip(table.follower[own].tolist(), share.tolist(), strict=True))
        return ()


def right(predicted: Codes, of: Codes, counted: Flags) -> float:
    """The share of the counted that were predicted rightly."""
    hits: Numbers = (predicted == of)[counted].astype(np.float64)
    return float(hits.mean()) if len(hits) else float("nan")
