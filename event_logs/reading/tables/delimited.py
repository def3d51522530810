"""CSV of any dialect: whole blocks by Arrow's parser where their quotation marks are regular, row by row where they are not."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from event_logs.reading.aside import Aside
from event_logs.reading.source import Source
from event_logs.reading.stretches import Integers
from event_logs.reading.tables.dialect import Dialect, dialect_of
from event_logs.reading.tables.table import Rows, distinct

BLOCK = 4 * 1024**2
_SMALLEST = 64 * 1024  # an irregular block is halved down to this, so that one bad row costs no more
_SAMPLE_ROWS = 500
LONGEST_CELL = 16 * 1024**2
_QUOTE = ord('"')


class DelimitedTable:
    """A text file with one row a line, or more where a cell holds line ends."""

    def __init__(self, source: Source) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self.source = source
        self.dialect: Dialect = dialect_of(source)
        self.kinds: Mapping[str, str] = {}
        self.notes: list[str] = []

    @cached_property
    def _head(self) -> list[list[str]]:
        newlines = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)
        lines = Lines(newlines.decode(text) for text in _text(self.source.again(), self.dialect.encoding))
        return [row for _, row in islice(_careful_rows(lines, self.dialect.delimiter), _SAMPLE_ROWS)]

    @property
    def header(self) -> Sequence[str]:
        return distinct(self._head[0]) if self._head else []

    def sample(self) -> Sequence[Sequence[str]]:
        return self._head[1:]

    def blocks(self, aside: Aside | None) -> Iterator[Rows]:
        """The rows below the header; a reading without `aside` does not count as the one reading of the source."""
        source = self.source if aside else self.source.again()
        line, first, block = 1, True, b"\n"
        for block in _blocks(_text(source, self.dialect.encoding)):
            for rows in self._block(block, line, aside):
                yield _without_first(rows) if first and len(rows.lines) else rows
                first = first and not len(rows.lines)
            line += _line_ends(block)
        if aside and not block.endswith(b"\n"):
            self.notes.append("The last line has no line end: if the file was cut off, its last row is not whole.")

    def _block(self, block: bytes, line: int, aside: Aside | None) -> Iterator[Rows]:
        quotes = np.flatnonzero(np.frombuffer(block, np.uint8) == _QUOTE)
        if _is_regular(block, quotes, ord(self.dialect.delimiter)):
            rows = self._parsed(block, _lines(block, quotes) + line, aside)
            yield rows or self._read_with_care(block, line, aside)
        elif len(block) > _SMALLEST and 0 < (half := _row_end(block[: len(block) // 2])) < len(block):
            yield from self._block(block[:half], line, aside)
            yield from self._block(block[half:], line + _line_ends(block[:half]), aside)
        else:
            yield self._read_with_care(block, line, aside)

    def _parsed(self, block: bytes, lines: Integers, aside: Aside | None) -> Rows | None:
        """None where the parser sees other rows than those that begin on these lines."""
        spoilt: list[tuple[int, str, str]] = []
        names = [str(n) for n in range(len(self._head[0]))]
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                newlines_in_values=True,
                invalid_row_handler=lambda row: _note(spoilt, row),
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        if len(table) + len(spoilt) != len(lines):
            return None
        for number, reason, text in spoilt:
            if aside and text.strip(self.dialect.delimiter + "\r\n "):
                aside.put(int(lines[number]), reason, text=text)
        kept = np.delete(lines, [number for number, _, _ in spoilt])
        return Rows([column.combine_chunks() for column in table.columns], kept)

    def _read_with_care(self, block: bytes, line: int, aside: Aside | None) -> Rows:
        width = len(self._head[0])
        text = block.decode().replace("\r\n", "\n").replace("\r", "\n")
        lines = Lines(iter([text]), number=line - 1)
        rows, begins = [], []
        for begun, row in _careful_rows(lines, self.dialect.delimiter, aside):
            if len(row) == width:
                rows.append(row)
                begins.append(begun)
            elif aside:
                aside.put(begun, _wrong_width(len(row), width), text="".join(lines.taken).rstrip("\n"))
        columns = zip(*rows, strict=True) if rows else [()] * width
        return Rows([pa.array(column, pa.string()) for column in columns], np.array(begins, np.int64))


def _note(spoilt: list[tuple[int, str, str]], row: Any) -> str:
    spoilt.append((row.number - 1, _wrong_width(row.actual_columns, row.expected_columns), row.text))
    return "skip"


def _wrong_width(actual: int, expected: int) -> str:
    return f"it has {actual} cells where the header has {expected}"


def _without_first(rows: Rows) -> Rows:
    return Rows([column[1:] for column in rows.columns], rows.lines[1:])


def _text(source: Source, encoding: str) -> Iterator[bytes]:
    """The text in pieces of UTF-8; lines that end in a carriage return alone are given a line feed."""
    pieces = _pieces(source) if encoding == "utf-8" else _decoded(source, encoding)
    bare = b"\r" in source.head().replace(b"\r\n", b"")
    longest = 0
    for text in pieces:
        text = text.replace(b"\r", b"\n") if bare else text
        longest = longest + len(text) if b"\n" not in text else 0
        if longest > LONGEST_CELL:
            raise source.unreadable(f"a line is longer than {LONGEST_CELL:,} characters")
        yield text


def _pieces(source: Source) -> Iterator[bytes]:
    """Of a file that is known to be UTF-8, without its byte order mark."""
    mark = codecs.BOM_UTF8
    for chunk in source.chunks():
        yield chunk.removeprefix(mark)
        mark = b""


def _decoded(source: Source, encoding: str) -> Iterator[bytes]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    for chunk in source.chunks():
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", True).encode()


def _blocks(texts: Iterator[bytes]) -> Iterator[bytes]:
    """The text in blocks of whole rows, as far as its quotation marks are regular."""
    waiting: list[bytes] = []
    for text in texts:
        waiting.append(text)
        if sum(map(len, waiting)) >= BLOCK:
            block = b"".join(waiting)
            if end := _row_end(block):
                yield block[:end]
                waiting = [block[end:]]
            else:
                waiting = [block]
    if last := b"".join(waiting):
        yield last


def _line_ends(block: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))


def _row_end(block: bytes) -> int:
    """Behind the last line end that is not within quotation marks."""
    if block.count(b'"') % 2 == 0:
        return block.rfind(b"\n") + 1
    within = block.rfind(b"\n", 0, block.rfind(b'"')) + 1
    return within or block.rfind(b"\n") + 1


def _is_regular(block: bytes, quotes: Integers, delimiter: int) -> bool:
    """Whether every cell either has no quotation mark or begins and ends with one, those within doubled."""
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    around = np.frombuffer(b"\n" + block + b"\n", np.uint8)
    edges = np.array([delimiter, ord("\n"), _QUOTE])
    before, behind = around[quotes[::2]], around[quotes[1::2] + 2]
    return bool(np.isin(before, edges).all() and np.isin(behind, [*edges, ord("\r")]).all())


def _lines(block: bytes, quotes: Integers) -> Integers:
    """How many lines lie before each row that is not empty."""
    raw = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(raw == ord("\n"))
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    last = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    first = np.concatenate([[0], last[:-1] + 1])
    begins = np.concatenate([[0], ends[last[:-1]] + 1])
    lines: Integers = first[(ends[last] > begins) & ~((ends[last] == begins + 1) & (raw[begins] == ord("\r")))]
    return lines


# Row by row


@dataclass
class Lines:
    """The lines of a text, keeping those that the row in hand was read from."""

    texts: Iterator[str]
    number: int = 0  # of the last line given out
    taken: list[str] = field(default_factory=list)
    _again: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._given = self._lines()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._given)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Take only the first line for spoilt, and read those behind it anew; answers the spoilt one."""
        first, *others = self.taken or [""]
        self._again.extend(reversed(others))
        self.number -= len(others)
        self.taken = []
        return first

    def _lines(self) -> Iterator[str]:
        rest = ""
        for text in self.texts:
            lines = (rest + text).split("\n")
            rest = lines.pop()
            yield from (line + "\n" for line in lines)
        if rest:
            yield rest


def _careful_rows(lines: Lines, delimiter: str, aside: Aside | None = None) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line on which each begins; one that breaks the rules of CSV is set aside."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken = []
        begins = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            spoilt = lines.give_back()
            if aside:
                aside.put(begins, f"the row breaks the rules of CSV ({error})", text=spoilt.rstrip("\n"))
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if any(row):
            yield begins, row
