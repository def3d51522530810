"""The leaves of one procedure on file: the position and link of every sealed event, and the hashes over whole blocks of them.

Three files that only grow: `leaves` holds records of 8 + 32 bytes, `blocks.8` and `blocks.16` the hash over each complete 2^8
and 2^16 leaves, so that a root or a proof over ten million leaves needs some hundred hashes. What lies beyond the size that was
last sealed is what a crash left, and is cut off before more is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from event_logs.ledger.digests import SIZE
from event_logs.ledger.merkle import folded, leaf

_RECORD = 8 + SIZE
_LEVELS = (8, 16)
_READ = 4096  # records at a time


@dataclass(frozen=True)
class Leaves:
    """The first `size` leaves in `folder`; a `Tree` for proofs."""

    folder: Path
    size: int

    def __len__(self) -> int:
        return self.size

    def complete(self, first: int, size: int) -> bytes:
        level = size.bit_length() - 1
        for known in reversed(_LEVELS):
            if level >= known:
                return folded(self._blocks(known, first >> known, size >> known))
        return folded([leaf(link) for _, link in self.read(first, first + size)])

    def read(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Position and link of the leaves from `first` up to `end`."""
        left = (self.size if end is None else min(end, self.size)) - first
        if left <= 0:
            return
        with self._file().open("rb") as file:
            file.seek(first * _RECORD)
            while left > 0 and (piece := file.read(min(left, _READ) * _RECORD)):
                left -= len(piece) // _RECORD
                for at in range(0, len(piece), _RECORD):
                    yield int.from_bytes(piece[at : at + 8], "big"), piece[at + 8 : at + _RECORD]

    def find(self, position: int) -> int | None:
        """Which leaf holds that position, None if none does; positions rise."""
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._position(middle) < position else (low, middle)
        return low if low < self.size and self._position(low) == position else None

    def extended(self, records: Iterable[tuple[int, bytes]]) -> Leaves:
        """The leaves with more at their end, on the disk when this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._at_end(self._file(), self.size * _RECORD) as file:
            added = 0
            for position, link in records:
                file.write(position.to_bytes(8, "big") + link)
                added += 1
            _flush(file)
        longer = Leaves(self.folder, self.size + added)
        for level in _LEVELS:
            longer._complete_blocks(level, self.size >> level)
        return longer

    def _complete_blocks(self, level: int, known: int) -> None:
        lower = max((other for other in _LEVELS if other < level), default=0)
        with self._at_end(self._file(level), known * SIZE) as file:
            for block in range(known, self.size >> level):
                first, count = block << (level - lower), 1 << (level - lower)
                parts = self._blocks(lower, first, count) if lower else self._hashes(first, count)
                file.write(folded(parts))
            _flush(file)

    def _hashes(self, first: int, count: int) -> list[bytes]:
        return [leaf(link) for _, link in self.read(first, first + count)]

    def _blocks(self, level: int, first: int, count: int) -> list[bytes]:
        with self._file(level).open("rb") as file:
            file.seek(first * SIZE)
            piece = file.read(count * SIZE)
        return [piece[at : at + SIZE] for at in range(0, len(piece), SIZE)]

    def _position(self, index: int) -> int:
        return next(self.read(index, index + 1))[0]

    def _file(self, level: int = 0) -> Path:
        return self.folder / (f"blocks.{level}" if level else "leaves")

    @staticmethod
    def _at_end(path: Path, size: int) -> BinaryIO:
        path.touch()
        file = path.open("r+b")
        file.truncate(size)
        file.seek(size)
        return file


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
