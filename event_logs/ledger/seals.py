"""Seals: signed statements of how many events of each procedure there are and what root they have; a book of them, hash to hash."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from event_logs.errors import BrokenSeal
from event_logs.ledger.keys import PublicKey, SigningKey

FORMAT = "qiangji seal 1"
NONE_BEFORE = ""  # what the first seal says of the one before


@dataclass(frozen=True, slots=True)
class Head:
    """The tree of one procedure when a seal was closed: its number of leaves and its root."""

    size: int
    root: bytes


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What was signed. `through` is the last position that it covers; `next_key` is set where this seal hands over to a new key."""

    number: int
    closed_at: datetime
    through: int
    heads: Mapping[str, Head]  # by procedure
    before: str  # SHA-256 of the text of the seal before
    key: PublicKey
    next_key: PublicKey | None = None

    def text(self) -> str:
        """The canonical text, which is what is signed."""
        heads = {name: [head.size, head.root.hex()] for name, head in self.heads.items()}
        told = {
            "format": FORMAT,
            "number": self.number,
            "closed_at": self.closed_at.isoformat(),
            "through": self.through,
            "heads": heads,
            "before": self.before,
            "key": self.key.raw.hex(),
            "next_key": self.next_key.raw.hex() if self.next_key else None,
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class SignedSeal:
    seal: Seal
    signature: bytes
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode("ascii")).hexdigest()

    @property
    def holds(self) -> bool:
        """Whether the key that it names has signed this very text."""
        return self.seal.key.signed(self.text.encode("ascii"), self.signature)

    def line(self) -> str:
        signature = base64.b64encode(self.signature).decode("ascii")
        return json.dumps({"seal": self.text, "signature": signature}, sort_keys=True)


def signed(seal: Seal, key: SigningKey) -> SignedSeal:
    text = seal.text()
    return SignedSeal(seal, key.sign(text.encode("ascii")), text)


def read_seal(line: str) -> SignedSeal:
    """A seal from its line, its signature not yet checked; raises BrokenSeal where that is none."""
    try:
        outer = json.loads(line)
        told = json.loads(outer["seal"])
        if told["format"] != FORMAT:
            raise BrokenSeal(None, f"its format is {told['format']!r} and not {FORMAT!r}")
        return SignedSeal(_seal(told), base64.b64decode(outer["signature"], validate=True), str(outer["seal"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenSeal(None, "it cannot be read") from error


def _seal(told: Mapping[str, Any]) -> Seal:
    return Seal(
        number=int(told["number"]),
        closed_at=datetime.fromisoformat(told["closed_at"]),
        through=int(told["through"]),
        heads={name: Head(int(size), bytes.fromhex(root)) for name, (size, root) in told["heads"].items()},
        before=str(told["before"]),
        key=PublicKey(bytes.fromhex(told["key"])),
        next_key=PublicKey(bytes.fromhex(told["next_key"])) if told["next_key"] else None,
    )


@dataclass(frozen=True)
class SealBook:
    """All seals in one file, a line each, that only grows."""

    path: Path

    def read(self) -> Iterator[SignedSeal]:
        """In their order; a last line without an end is what a crash left, and none."""
        if not self.path.exists():
            return
        with self.path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                if line.endswith("\n"):
                    yield read_seal(line)

    def last(self) -> SignedSeal | None:
        """The newest seal, read from the end of the file."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            reach = 1 << 16
            while True:
                file.seek(max(0, size - reach))
                lines = file.read().split(b"\n")[:-1]  # what follows the last line end is none
                if len(lines) > 1 or reach >= size:
                    return read_seal(lines[-1].decode("ascii", "replace")) if lines else None
                reach *= 4

    def append(self, seal: SignedSeal) -> None:
        """Add a line; it is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        with self.path.open("r+b") as file:
            file.truncate(_whole_lines(self.path))
            file.seek(0, os.SEEK_END)
            file.write(seal.line().encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _whole_lines(path: Path) -> int:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 20)))
        tail = file.read()
    return size - len(tail) + tail.rfind(b"\n") + 1


def sound_part(seals: Iterable[SignedSeal]) -> tuple[list[SignedSeal], BrokenSeal | None]:
    """The seals up to the first that is unreadable, not signed by the key in force or does not follow the one before, and that."""
    sound: list[SignedSeal] = []
    try:
        for one in seals:
            if reason := _defect(one, sound[-1] if sound else None):
                return sound, BrokenSeal(one.seal.number, reason)
            sound.append(one)
    except BrokenSeal as unreadable:
        return sound, unreadable
    return sound, None


def _defect(one: SignedSeal, before: SignedSeal | None) -> str:
    seal = one.seal
    if not one.holds:
        return "its signature is wrong"
    if before is None:
        return "" if (seal.number, seal.before) == (1, NONE_BEFORE) else "the seals before it are missing"
    if seal.number != before.seal.number + 1 or seal.before != before.digest:
        return "it does not follow the seal before"
    if seal.key != (before.seal.next_key or before.seal.key):
        return "it is signed with a key that was not handed over to"
    if seal.through < before.seal.through or any(
        seal.heads.get(name, Head(0, b"")).size < head.size for name, head in before.seal.heads.items()
    ):
        return "it covers less than the seal before"
    return ""
