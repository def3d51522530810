"""What is done to files: bytes turned over, pieces cut off, doubled, exchanged and put in, tags and rows lost, archives damaged."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.event_logs.fuzz.whole import WHOLE

Harm = Callable[[bytearray, random.Random], None]
_PIECE = re.compile(rb"<[^<>]*>|[^<>\r\n]*\r?\n|\{[^{}]*\},?")  # tags, rows, and the innermost objects of JSON
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError, KeyError, RuntimeError, UnicodeError,
)  # fmt: skip
INSERTED = [
    b'<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', b"&b;", b"&#0;", b"<!--", b"]]>", b"<![CDATA[", b"<?pi ?>", b'"', b"'",
    b"<string key='x' value='y'>" * 300, b"[" * 3000, b"{" * 3000, b"\x00" * 8, b"\xff\xfe", b"\r", b",,,,,", b"\n" * 50, b"</log>",
    b"\xf0\x9f\x98\x80", b"</trace>", b"<event/>", b"<trace><event/></trace>", b"null", b"\x1a", b"=1+1", b"\xef\xbb\xbf",
]  # fmt: skip
NUMBERS = [b"9" * 400, b"-", b"1e999", b"NaN", b"0x7f", b"99999999999999999999", b"-0", b"1e-400", "１".encode()]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A file with what was done to it; `cut` says that its end is missing, and that nothing else was done to it."""

    data: bytes
    harms: tuple[str, ...]
    cut: bool


def spoilt(kind: str, chance: random.Random) -> Spoilt:
    """A file of this kind with one to three things done to it; of a packed one, to what is packed or to the package."""
    original = WHOLE[kind]
    inside = kind.endswith(".gz") and chance.random() < 0.5
    whole = bytearray(gzip.decompress(original) if inside else original)
    before = bytes(whole)
    harms = [chance.choice(HARMS) for _ in range(chance.choice([1, 1, 2, 3]))]
    for harm in harms:
        harm(whole, chance)
    if chance.random() < 0.05:
        harms.append(recode)
        recode(whole, chance)
    data = gzip.compress(bytes(whole), mtime=0) if inside else bytes(whole)
    cut_off = harms == [cut] and whole.rstrip() != before.rstrip()
    return Spoilt(data, tuple(harm.__name__ for harm in harms), cut_off)


def flip(whole: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 4)):
        if whole:
            whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)


def cut(whole: bytearray, chance: random.Random) -> None:
    del whole[chance.randint(0, len(whole)) :]


def double(whole: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(whole))
    whole[at:at] = whole[at : at + chance.randint(1, 400)] * chance.randint(1, 4)


def insert(whole: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(whole))
    whole[at:at] = chance.choice(INSERTED)


def number(whole: bytearray, chance: random.Random) -> None:
    digits = [n for n, byte in enumerate(whole) if 48 <= byte < 58]
    if digits:
        at = chance.choice(digits)
        whole[at : at + 1] = chance.choice(NUMBERS)


def piece_lost(whole: bytearray, chance: random.Random) -> None:
    begin, end = _piece(whole, chance)
    del whole[begin:end]


def piece_doubled(whole: bytearray, chance: random.Random) -> None:
    begin, end = _piece(whole, chance)
    whole[end:end] = whole[begin:end]


def pieces_exchanged(whole: bytearray, chance: random.Random) -> None:
    (a, b), (c, d) = sorted([_piece(whole, chance), _piece(whole, chance)])
    if b <= c:
        whole[a:d] = whole[c:d] + whole[b:c] + whole[a:b]


def pieces_shuffled(whole: bytearray, chance: random.Random) -> None:
    rows = bytes(whole).splitlines(keepends=True)
    if len(rows) > 3:
        rest = rows[1:]
        chance.shuffle(rest)
        whole[:] = b"".join([rows[0], *rest])


def recode(whole: bytearray, chance: random.Random) -> None:
    """The same letters in another encoding than the file says."""
    try:
        text = bytes(whole).decode()
        whole[:] = text.encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "gb18030", "utf-8-sig", "cp037"]))
    except UnicodeError:
        return


def repack(whole: bytearray, chance: random.Random) -> None:
    """What is within an archive is spoilt, and the archive is whole."""
    if whole[:2] != b"PK":
        return insert(whole, chance)
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(whole))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            victim = chance.choice(old.namelist())
            for name in old.namelist():
                part = bytearray(old.read(name))
                if name == victim:
                    chance.choice([flip, cut, double, insert, number, piece_lost, piece_doubled])(part, chance)
                new.writestr(name, bytes(part))
    except _DAMAGED:
        return None
    whole[:] = out.getvalue()
    return None


def _piece(whole: bytearray, chance: random.Random) -> tuple[int, int]:
    found = [match.span() for match in _PIECE.finditer(bytes(whole)) if match.end() > match.start()]
    return chance.choice(found) if found else (0, 0)


HARMS: list[Harm] = [
    flip, cut, cut, double, insert, number, repack, piece_lost, piece_doubled, pieces_exchanged, pieces_shuffled,
]  # fmt: skip
