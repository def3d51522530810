"""An office played minute by minute, so that the cause of every waiting minute is known: it was seen to pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from mining.causes import WaitingCause
from tests.mining.logs import Done

HOUR = 60
FIRST = 10 * HOUR  # nothing comes before ten o'clock of the first day


@dataclass(eq=False)
class Piece:
    """A piece of work in minutes; `batch` are those that were let gather with it, itself included."""

    number: int
    activity: str
    enabled: int
    takes: int
    begun: int = -1
    batch: tuple[Piece, ...] = ()

    @property
    def ready(self) -> int:
        return max((piece.enabled for piece in self.batch), default=self.enabled)


@dataclass(frozen=True)
class Office:
    """One officer; `rate` pieces come an hour. With `last_first` the newest is taken first; of the activity "stamp" always `batch`
    pieces are let gather; with `nights` the office is closed from 18:00 to 09:00."""

    rate: float
    pieces: int = 150
    nights: bool = False
    last_first: bool = False
    batch: int = 0
    seed: int = 0

    def open(self, minute: int) -> bool:
        return not self.nights or 9 <= minute // HOUR % 24 < 18


@dataclass(frozen=True)
class Played:
    """The pieces, and what the officer was at in each minute (None: free or away)."""

    office: Office
    pieces: tuple[Piece, ...]
    minutes: tuple[Piece | None, ...]

    def causes(self, piece: Piece) -> Counter[WaitingCause]:
        """Minutes by cause, each looked at on its own."""
        return Counter(self._cause(piece, minute) for minute in range(piece.enabled, piece.begun))

    def _cause(self, piece: Piece, minute: int) -> WaitingCause:
        if minute < piece.ready:
            return WaitingCause.BATCHING
        if not self.office.open(minute):
            return WaitingCause.UNAVAILABILITY
        other = self.minutes[minute]
        if other is None:
            return WaitingCause.EXTRANEOUS
        came_first = other.enabled <= (piece.enabled if other in piece.batch else piece.ready)
        return WaitingCause.CONTENTION if came_first else WaitingCause.PRIORITISATION

    def recorded(self) -> list[Done]:
        """What the engine would record: one case a piece, with its enablement."""
        return [
            Done(
                f"{piece.number:05}",
                piece.activity,
                (piece.begun + piece.takes) / HOUR,
                started=piece.begun / HOUR,
                scheduled=piece.enabled / HOUR,
                officer="li",
            )
            for piece in self.pieces
        ]


def play(office: Office) -> Played:
    """Until everything that came is done. The officer never stops before a piece is finished, and files each batch:
    two that follow each other without anything between them could not be told apart by anybody."""
    pieces = _coming(office)
    queue, minutes = list(pieces), []
    at_work: Piece | None = None
    while queue or at_work:
        minute = len(minutes)
        if at_work and minute >= at_work.begun + at_work.takes:
            filing = _filing(at_work, len(pieces), minute)
            at_work = None
            if filing:
                pieces, at_work = (*pieces, filing), filing
        if at_work is None and office.open(minute):
            at_work = _chosen(office, [piece for piece in queue if piece.enabled <= minute])
            if at_work:
                at_work.begun = minute
                queue.remove(at_work)
        minutes.append(at_work)
    return Played(office, pieces, tuple(minutes))


def _coming(office: Office) -> tuple[Piece, ...]:
    random = np.random.default_rng(office.seed)
    gaps = 1 + random.exponential(HOUR / office.rate, office.pieces).astype(int)
    takes = random.integers(3, 40, office.pieces)
    kinds = random.choice(["stamp", "check"], office.pieces) if office.batch else ["check"] * office.pieces
    whole = office.batch * (list(kinds).count("stamp") // office.batch) if office.batch else 0
    pieces, stamps = [], 0
    for kind, at, duration in zip(kinds, FIRST + np.cumsum(gaps), takes, strict=True):
        stamps += kind == "stamp"
        if kind == "check" or stamps <= whole:  # what would never be enough for a batch does not come
            pieces.append(Piece(len(pieces), str(kind), int(at), int(duration)))
    return tuple(pieces)


def _filing(done: Piece, number: int, minute: int) -> Piece | None:
    """What follows the last piece of a batch at once."""
    last = done.batch and all(piece.begun >= 0 for piece in done.batch)
    return Piece(number, "file", minute, 1, begun=minute) if last else None


def _chosen(office: Office, there: list[Piece]) -> Piece | None:
    begun = [piece for piece in there if piece.batch]
    if begun:
        return begun[0]
    stamps = [piece for piece in there if piece.activity == "stamp"]
    if stamps and len(stamps) >= office.batch:
        for piece in stamps[: office.batch]:
            piece.batch = tuple(stamps[: office.batch])
        return stamps[0]
    rest = [piece for piece in there if piece.activity != "stamp"]
    if not rest:
        return None
    return rest[-1] if office.last_first else rest[0]
