"""A log file as a stream of plain bytes: gzip undone within limits, the original hashed as it passes."""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from event_logs.errors import UnreadableLog

_RAW = 256 * 1024
_PLAIN = 1024 * 1024
_GZIP = b"\x1f\x8b"
_NO_LOGS = {  # what files begin with that people take for logs
    b"7z\xbc\xaf": "this is a 7-Zip archive; unpack it",
    b"%PDF": "this is a PDF document; export the log as CSV or XES",
    b"BZh": "this is compressed with bzip2; unpack it, or compress it with gzip",
    b"\xfd7zXZ\x00": "this is compressed with xz; unpack it, or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "this is compressed with Zstandard; unpack it, or compress it with gzip",
}

Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may grow to when it is unpacked; a bomb grows a thousandfold, logs hardly ever a hundredfold."""

    ratio: int = 300
    ratio_counts_from: int = 64 * 1024**2
    size: int = 64 * 1024**3


LIMITS = Limits()


class Source:
    """A file to read once; `sha256` is that of the file as it lies there, known when `chunks` has ended."""

    def __init__(self, path: Path, *, limits: Limits = LIMITS, progress: Progress | None = None) -> None:
        self.path, self.limits, self.progress = path, limits, progress
        self._hash: hashlib._Hash | None = hashlib.sha256()

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest() if self._hash else ""

    def again(self) -> Source:
        """The same file, for a look that does not count as the one reading."""
        look = Source(self.path, limits=self.limits)
        look._hash = None
        return look

    @contextmanager
    def plain_file(self) -> Iterator[Path]:
        """Where the plain file lies, for readers that jump about in it; reading it through counts as the one reading."""
        with tempfile.TemporaryDirectory(prefix="qiangji-plain-") as place:
            copy = Path(place) / "plain"
            packed = self._magic() == _GZIP
            with copy.open("wb") as file:
                for chunk in self.chunks():
                    if packed:
                        file.write(chunk)
            yield copy if packed else self.path

    def _magic(self) -> bytes:
        return next(self.again()._raw(), b"")[: len(_GZIP)]

    def unreadable(self, reason: str, *, line: int | None = None, event: int | None = None) -> UnreadableLog:
        return UnreadableLog(reason, source=self.name, line=line, event=event)

    def chunks(self) -> Iterator[bytes]:
        """The plain bytes in pieces; raises UnreadableLog where it is missing, empty, cut off, a bomb or no log at all."""
        raw = self._raw()
        first = next(raw, b"")
        if not first:
            raise self.unreadable("the file is empty")
        yield from self._unpacked(first, raw) if first.startswith(_GZIP) else self._checked(first, raw)

    def head(self, size: int = _PLAIN) -> bytes:
        """The first plain bytes, without counting as the one reading."""
        head = b""
        for chunk in self.again().chunks():
            head += chunk
            if len(head) >= size:
                break
        return head[:size]

    def _raw(self) -> Iterator[bytes]:
        try:
            size = max(self.path.stat().st_size, 1)
            self._hash = self._hash and hashlib.sha256()
            with self.path.open("rb") as file:
                done = 0
                while block := file.read(_RAW):
                    if self._hash:
                        self._hash.update(block)
                    done += len(block)
                    if self.progress:
                        self.progress(done / size)
                    yield block
        except OSError as error:
            raise self.unreadable(f"the file cannot be opened ({error.strerror or error})") from error

    def _checked(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        for magic, reason in _NO_LOGS.items():
            if first.startswith(magic):
                raise self.unreadable(reason)
        yield first
        yield from rest

    def _unpacked(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        plain = self._inflated(first, rest)
        begin = next(plain, b"")
        if not begin:
            raise self.unreadable("there is nothing in the gzip file: it is empty")
        yield from self._checked(begin, plain)

    def _inflated(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        packed, unpacked = 0, 0
        inflate = zlib.decompressobj(wbits=31)
        block: bytes | None = first
        while block is not None:
            packed += len(block)
            while block:
                if inflate.eof:  # several gzip members may follow one another
                    if not block.strip(b"\x00"):
                        break
                    inflate = zlib.decompressobj(wbits=31)
                try:
                    plain = inflate.decompress(block, _PLAIN)
                except zlib.error as error:
                    raise self.unreadable(
                        f"the gzip data are damaged after {unpacked:,} plain bytes ({error})"
                    ) from error
                unpacked += len(plain)
                self._refuse_bomb(packed, unpacked)
                block = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                if plain:
                    yield plain
            block = next(rest, None)
        if not inflate.eof:
            yield from self._remainder(inflate)
            raise self.unreadable(f"the gzip file is cut off after {unpacked:,} plain bytes; fetch it again")

    def _remainder(self, inflate: zlib._Decompress) -> Iterator[bytes]:
        plain = inflate.flush()
        if plain:
            yield plain

    def _refuse_bomb(self, packed: int, unpacked: int) -> None:
        if unpacked > self.limits.size:
            raise self.unreadable(f"it unpacks to more than {self.limits.size:,} bytes, which is refused")
        if unpacked > self.limits.ratio_counts_from and unpacked > self.limits.ratio * packed:
            raise self.unreadable(
                f"it unpacks to more than {self.limits.ratio} times its size, as a decompression bomb does; "
                "unpack it yourself if you trust it"
            )
