"""XES in memory that does not grow with the file: plain blocks by the million, whatever is unusual with care."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import numpy as np

from event_logs.reading.facts import FactWriter
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.source import Source
from event_logs.reading.stamps import Clock
from event_logs.reading.xes.blocks import Block, BlockReader, Unusual
from event_logs.reading.xes.careful import CarefulReader, Header
from event_logs.reading.xes.tokens import Tokens

BLOCK = 2 * 1024**2  # bytes of whole traces read in one go
_LONGEST_TRACE = 64 * 1024**2  # what is longer is read with care, which needs no whole trace in one piece
_NATIVE = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "latin-1"}  # the parser knows these itself
_DECLARED = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._\-]+)[\"']")
_VERSION = re.compile(rb"<\?xml\s+version\s*=\s*[\"'](?!1\.[0-9]+[\"'])([^\"'<>]*)[\"']")  # one that there is not
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*\?>")
_FIRST_TRACE = re.compile(rb"<trace[ \t\r\n]*>")
_TRACE_ENDS = b"</trace>"
_LINE_END = ord("\n")
_DOUBTFUL = (b"<!", b"<?")  # in them `</trace>` may stand without ending a trace


class XesReader:
    """Feeds the events of one source to a writer; `notes` are sentences about what was found.

    `in_blocks=False` reads all with care, event by event: what blocks are held against.
    """

    def __init__(
        self, source: Source, writer: FactWriter, mapping: ColumnMapping, clock: Clock, *, in_blocks: bool = True
    ) -> None:
        self._source, self._writer = source, writer
        self._declared = _declared(source)
        native = self._declared in _NATIVE
        self._careful = CarefulReader(source, writer, mapping, None if native else "utf-8")
        self._blocks = BlockReader(Tokens(self._careful.canonical), mapping, clock)
        utf8 = self._declared in ("utf-8", "utf8") and source.head(2) not in (b"\xff\xfe", b"\xfe\xff")
        self._is_plain = in_blocks and utf8

    @property
    def header(self) -> Header:
        return self._careful.header

    @property
    def notes(self) -> list[str]:
        repeated = self._writer.cases.repeated
        joined = [f"{repeated:,} traces bear the name of an earlier one and were joined to it."] if repeated else []
        return self._careful.notes + joined

    def read(self) -> None:
        """Raises UnreadableLog where the text is no XES, cut off, or carries declarations of entities."""
        chunks = self._utf8()
        if self._is_plain:
            chunks = self._read_blocks(self._after_header(chunks))
        for chunk in chunks:
            self._careful.feed(chunk)
        self._careful.finish()

    def _after_header(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Feeds what stands before the first trace to the careful reader; the rest comes back, if it may be read in blocks."""
        head = b""
        for chunk in chunks:
            head += chunk
            first = _FIRST_TRACE.search(head)
            if first and _is_closed(head[: first.start()]):
                self._careful.feed(head[: first.start()])
                yield head[first.start() :]
                break
            if first or len(head) > _LONGEST_TRACE:
                self._is_plain = False
                yield head
                break
        else:
            self._careful.feed(head)
        yield from chunks

    def _read_blocks(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Reads whole traces; what must be read with care comes back, in the order of the file."""
        text = b""
        for chunk in _gathered(chunks):
            text += chunk
            end = text.rfind(_TRACE_ENDS) + len(_TRACE_ENDS) if self._goes_on else -1
            if end >= len(_TRACE_ENDS):
                yield from self._read_block(text[:end])
                text = text[end:]
            elif not self._goes_on or len(text) > _LONGEST_TRACE:
                self._is_plain = False
                yield text
                text = b""
        yield text

    @property
    def _goes_on(self) -> bool:
        return self._is_plain and self._careful.between_traces

    def _read_block(self, text: bytes) -> Iterator[bytes]:
        try:
            block = self._blocks.read(text)
        except Unusual:
            self._is_plain = not any(mark in text for mark in _DOUBTFUL)
            yield text
        else:
            self._keep(block, lines=int(np.count_nonzero(np.frombuffer(text, np.uint8) == _LINE_END)))

    def _keep(self, block: Block, *, lines: int) -> None:
        self._writer.add_block(block.columns, block.at, block.start)
        self._writer.cases.describe_block(block.cases, block.closed, block.case_attributes)
        self._careful.skip(lines=lines, traces=len(block.cases), events=len(block.at))

    def _utf8(self) -> Iterator[bytes]:
        """The text as the parser knows it."""
        if self._declared in _NATIVE:
            yield from self._source.chunks()
            return
        decoder = codecs.getincrementaldecoder(self._declared)()
        try:
            for chunk in self._source.chunks():
                yield decoder.decode(chunk).encode()
            yield decoder.decode(b"", True).encode()
        except UnicodeError as error:
            reason = f"its text is not in the encoding that it declares ({error})"
            raise self._source.unreadable(reason, event=self._careful.events or None) from error


def _declared(source: Source) -> str:
    """The encoding that the text declares; raises UnreadableLog where there is none of that name."""
    head = source.head(4096).removeprefix(b"\xef\xbb\xbf")
    odd, found = _VERSION.match(head), _DECLARED.search(head)
    if odd:
        raise source.unreadable(f"there is no XML of version {odd[1].decode('latin-1')!r}", line=1)
    declared = found[1].decode("ascii").lower() if found else "utf-8"
    if declared in _NATIVE:
        return declared
    try:
        b"<".decode(declared, "ignore")  # refuses codecs that are no encodings of text, such as zlib
        codecs.getincrementaldecoder(declared)
    except (LookupError, UnicodeError):
        raise source.unreadable(f"its encoding {declared!r} is not known", line=1) from None
    return declared


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    for chunk in chunks:
        waiting.append(chunk)
        if sum(map(len, waiting)) >= BLOCK:
            yield b"".join(waiting)
            waiting = []
    yield b"".join(waiting)


def _is_closed(head: bytes) -> bool:
    """Whether a text that ends here ends outside of comments, and has nothing else in which a tag may stand that is none."""
    body = _DECLARATION.sub(b"", head, count=1)
    if b"<![CDATA[" in body or b"<!DOCTYPE" in body or b"<?" in body:
        return False
    return body.rfind(b"<!--") <= body.rfind(b"-->")
