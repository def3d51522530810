"""CSV of any dialect: encoding, delimiter and line ends told from the file, bad rows set aside, the rest taken in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from event_logs import typed_json
from event_logs.errors import UnreadableLog
from event_logs.reading.facts import FactWriter, Row
from event_logs.reading.lifecycles import lifecycle_word
from event_logs.reading.mapping import ColumnMapping, Sample, propose_mapping
from event_logs.reading.source import Source
from event_logs.reading.stamps import Clock, Order
from event_logs.reading.xes_values import key_text, scalar_text

_SAMPLE_ROWS = 2000
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 16 * 1024**2
_INT = re.compile(r"-?(0|[1-9]\d{0,17})$")
_FLOAT = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")
_TRUTH = {"true": True, "false": False}
_CASE_PREFIX = "case:"
Given = ColumnMapping | Mapping[str, str] | None


@dataclass(frozen=True)
class Dialect:
    """How the text of a table is written."""

    encoding: str
    delimiter: str


def dialect_of(source: Source) -> Dialect:
    """Told from the whole file for the encoding, from its first rows for the delimiter; raises UnreadableLog for what is no text."""
    encoding = _encoding(source)
    head = source.head().decode(encoding, errors="replace")
    _refuse_rubbish(source, head)
    return Dialect(encoding, _delimiter(head))


def _encoding(source: Source) -> str:
    head = source.head(64 * 1024)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    nul = [head[parity::2].count(0) / max(len(head) // 2, 1) for parity in (0, 1)]
    if max(nul) > 0.3:
        return "utf-16-le" if nul[1] > nul[0] else "utf-16-be"
    foreign = _not_utf8(source)
    return "utf-8" if foreign is None else _legacy(foreign)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _not_utf8(source: Source) -> bytes | None:
    """The first piece of the file that is no UTF-8; a file of letters may hide its Chinese behind a megabyte of digits."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    try:
        for chunk in Source(source.path, limits=source.limits).chunks():
            last = chunk
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return last
    return None


def _legacy(piece: bytes) -> str:
    """GB18030 where the high bytes come in the pairs of GB 2312, a Western code page where they stand among letters."""
    high = sum(byte >= 0x80 for byte in piece)
    paired = 2 * len(re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", piece))
    if paired >= 0.8 * high:
        return "gb18030"
    return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", piece) else "cp1252"


def _refuse_rubbish(source: Source, head: str) -> None:
    odd = sum(ord(c) < 32 and c not in "\t\r\n\f\x1a" for c in head) + head.count("\ufffd")
    if odd > 0.02 * len(head):
        raise source.unreadable("this is no text; a log is XES, XES.gz or a table of text (CSV)")


def _delimiter(head: str) -> str:
    lines = head.splitlines()[:200]
    return max(_DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: Sequence[str], mark: str) -> tuple[float, int]:
    """The share of rows with as many cells as most have, provided there are several."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    width, times = widths.most_common(1)[0] if widths else (1, 0)
    return (times / max(sum(widths.values()), 1) if width > 1 else 0.0, width)


@dataclass
class Lines:
    """The lines of a table, keeping those that the row in hand was read from."""

    source: Source
    encoding: str
    number: int = 0  # of the last line given out
    taken: list[str] = field(default_factory=list)
    _again: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._text = self._lines()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._text)
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
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(self.encoding)("replace"), translate=True)
        rest = ""
        for chunk in self.source.chunks():
            lines = (rest + decoder.decode(chunk)).split("\n")
            rest = lines.pop()
            yield from (line + "\n" for line in lines)
            if len(rest) > _LONGEST_CELL:
                raise self.source.unreadable(f"a line is longer than {_LONGEST_CELL:,} characters")
        rest += decoder.decode(b"", True)
        if rest:
            yield rest


@dataclass
class TableReader:
    """Feeds the rows of one table to a writer; `notes` are sentences about what was decided."""

    source: Source
    given: Given = None
    notes: list[str] = field(default_factory=list)

    def prepare(self) -> ColumnMapping:
        """Decide dialect, mapping and the order of day and month; raises UnreadableLog."""
        csv.field_size_limit(_LONGEST_CELL)
        self.dialect = dialect_of(self.source)
        sample = self._sample()
        self.header = sample.header
        self.mapping = self._map(sample)
        self._kinds = {column: _kind(sample.cells(column)) for column in self.header}
        self.clock = Clock(self.mapping.zone, self._day_first(sample), self.mapping.timestamp_format)
        return self.mapping

    def read(self, writer: FactWriter) -> None:
        """After `prepare`: every row into the writer, or aside."""
        self.writer = writer
        self._plan()
        lines = Lines(self.source, self.dialect.encoding)
        rows = self._rows(lines)
        next(rows)
        for line, row in rows:
            self._take(line, row, lines)

    def _sample(self) -> Sample:
        head = Source(self.source.path, limits=self.source.limits)
        rows = [row for _, row in islice(self._rows(Lines(head, self.dialect.encoding), loud=False), _SAMPLE_ROWS)]
        if len(rows) < 2:
            raise self.source.unreadable("there is no row below the header")
        header, *others = rows
        if len(header) < 3:
            raise self.source.unreadable(
                f"a log needs a case, an activity and a time; the header has only {', '.join(map(repr, header))}",
                line=1,
            )
        return Sample(_distinct(header), others)

    def _rows(self, lines: Lines, *, loud: bool = True) -> Iterator[tuple[int, list[str]]]:
        """The rows with the line on which each begins; one that breaks the rules of CSV is set aside."""
        reader = csv.reader(lines, delimiter=self.dialect.delimiter, strict=True)
        while True:
            lines.taken = []
            begins = lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                spoilt = lines.give_back()
                if loud:
                    self.writer.aside.put(begins, f"the row breaks the rules of CSV ({error})", spoilt.rstrip("\n"))
                reader = csv.reader(lines, delimiter=self.dialect.delimiter, strict=True)
                continue
            if any(row):
                yield begins, row

    def _map(self, sample: Sample) -> ColumnMapping:
        try:
            if isinstance(self.given, ColumnMapping):
                return propose_mapping(sample, {k: str(v) for k, v in _said(self.given).items()})
            return propose_mapping(sample, self.given)
        except UnreadableLog as error:
            raise self.source.unreadable(error.reason) from None

    def _day_first(self, sample: Sample) -> bool:
        if self.mapping.day_first is not None or self.mapping.timestamp_format is not None:
            return self.mapping.day_first is not False
        order = Order()
        columns = [c for c in (self.mapping.timestamp, self.mapping.start_timestamp) if c]
        for column in columns:
            order.see(sample.cells(column))
        if order.asked:
            order = self._whole_order(columns)
            self._note_order(order)
        return order.day_first

    def _whole_order(self, columns: Sequence[str]) -> Order:
        order, places = Order(), [list(self.header).index(column) for column in columns]
        lines = Lines(Source(self.source.path, limits=self.source.limits), self.dialect.encoding)
        for _, row in islice(self._rows(lines, loud=False), 1, None):
            order.see(row[place] for place in places if place < len(row))
        return order

    def _note_order(self, order: Order) -> None:
        said = "the day first" if order.day_first else "the month first"
        why = (
            "the whole column shows it"
            if order.decided
            else "the column does not decide it; say day_first=true or false if wrong"
        )
        self.notes.append(f"Dates were read with {said} ({why}).")

    def _plan(self) -> None:
        at = {column: index for index, column in enumerate(self.header)}
        mapped = self.mapping.columns()
        self._at = {meaning: at[column] for meaning, column in mapped.items()}
        free = [column for column in self.header if column not in mapped.values()]
        self._version, self._closed = at.get("qj:version"), at.get("case:qj:closed")
        free = [column for column in free if column not in ("qj:version", "case:qj:closed")]
        of_case = [column for column in free if column.startswith(_CASE_PREFIX)]
        self._event_cells = [(key_text(c), at[c], self._kinds[c]) for c in free if c not in of_case]
        self._case_cells = [(key_text(c.removeprefix(_CASE_PREFIX)), at[c], self._kinds[c]) for c in of_case]
        self._count = 0

    def _take(self, line: int, row: list[str], lines: Lines) -> None:
        if len(row) != len(self.header):
            reason = f"it has {len(row)} cells where the header has {len(self.header)}"
            self.writer.aside.put(line, reason, "".join(lines.taken).rstrip("\n"))
            return
        case_id, activity = row[self._at["case_id"]].strip(), row[self._at["activity"]].strip()
        if not case_id or not activity:
            reason = f"it has no {'case' if not case_id else 'activity'}"
            self.writer.aside.put(line, reason, "".join(lines.taken).rstrip("\n"))
            return
        self._count += 1
        self.writer.add(self._row(line, row, case_id, activity))
        if self._case_cells or self._closed is not None:
            closed = None if self._closed is None else _TRUTH.get(row[self._closed])
            self.writer.describe_case(case_id, _object(row, self._case_cells), closed)

    def _row(self, line: int, row: list[str], case_id: str, activity: str) -> Row:
        start = self._cell(row, "start_timestamp")
        # A row with both times is one piece of work, so its two facts belong together for certain.
        instance = self._cell(row, "instance") or (str(self._count) if start else None)
        return Row(
            case_id,
            activity,
            lifecycle_word(self._cell(row, "lifecycle")),
            self._cell(row, "timestamp"),
            start,
            instance,
            int(row[self._version]) if self._version is not None and _INT.match(row[self._version]) else None,
            self._cell(row, "resource"),
            self._cell(row, "post"),
            self._cell(row, "office"),
            _object(row, self._event_cells),
            line,
        )

    def _cell(self, row: list[str], meaning: str) -> str | None:
        place = self._at.get(meaning)
        return (row[place].strip() or None) if place is not None else None


def _said(mapping: ColumnMapping) -> dict[str, object]:
    options = {"zone": mapping.zone, "timestamp_format": mapping.timestamp_format, "day_first": mapping.day_first}
    return mapping.columns() | {name: value for name, value in options.items() if value is not None}


def _distinct(header: Sequence[str]) -> list[str]:
    """Column names that differ: a name that comes again gets its number, an empty one that of its column."""
    seen: Counter[str] = Counter()
    names = []
    for place, raw in enumerate(header, 1):
        name = raw.strip() or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _kind(cells: Sequence[str]) -> str:
    if cells and all(map(_INT.match, cells)):
        return "int"
    return "float" if cells and all(map(_FLOAT.match, cells)) else "string"


def _object(row: Sequence[str], cells: Sequence[tuple[str, int, str]]) -> str:
    parts = [f"{key}:{_json(kind, row[place])}" for key, place, kind in cells if row[place]]
    return "{" + ",".join(parts) + "}" if parts else "{}"


def _json(kind: str, text: str) -> str:
    """A number only where it is written as one; `007` or a word in a column of numbers stays text."""
    if (kind == "int" and _INT.match(text)) or (kind == "float" and _FLOAT.match(text)):
        return scalar_text(kind, text)
    return typed_json.dumps(text)
