"""Deviations in business words: what an alignment says a case did differently from the drawn procedure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mining.alignment import Alignment, Side


class Word(StrEnum):
    """What happened to an activity."""

    SKIPPED = "skipped"  # the procedure has it here, the case did not do it
    BYPASSED = "bypassed"  # the same, because a person decided so, on record
    INSERTED = "inserted"  # done where the procedure does not have it
    REPEATED = "repeated"  # done again where the procedure has it once
    OUT_OF_ORDER = "out_of_order"  # done, but earlier or later than drawn
    UNKNOWN = "unknown"  # not an activity of the procedure at all


@dataclass(frozen=True, slots=True)
class Deviation:
    """`after` is the step that the case had done last before it, None at the very beginning."""

    word: Word
    activity: str
    after: str | None


def deviations(alignment: Alignment, known: frozenset[str]) -> Iterator[Deviation]:
    """What the moves of one alignment mean; `known` are the activities of the model.

    A step that the log makes alone and the model makes alone elsewhere is one deviation, out of order, not two.
    """
    together = {move.activity for move in alignment.moves if move.side is Side.BOTH}
    unpaired = Counter(move.activity for move in alignment.moves if move.side is Side.MODEL)
    extra = Counter(move.activity for move in alignment.moves if move.side is Side.LOG)
    moved = unpaired & extra
    missed = unpaired - moved
    after: str | None = None
    for move in alignment.moves:
        if move.side is Side.MODEL and missed[move.activity] > 0:
            missed[move.activity] -= 1
            yield Deviation(Word.SKIPPED, move.activity, after)
        if move.side is Side.LOG:
            yield Deviation(_word(move.activity, moved, together, known), move.activity, after)
        if move.side is not Side.MODEL:
            after = move.activity


def _word(activity: str, moved: Counter[str], together: set[str], known: frozenset[str]) -> Word:
    if activity not in known:
        return Word.UNKNOWN
    if moved[activity] > 0:
        moved[activity] -= 1
        return Word.OUT_OF_ORDER
    return Word.REPEATED if activity in together else Word.INSERTED
