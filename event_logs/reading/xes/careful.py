"""XES by a streaming parser, event by event: slow, and right about everything that XML allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from event_logs.errors import UnreadableLog
from event_logs.reading.facts import FactWriter, Row, told
from event_logs.reading.lifecycles import lifecycle_word
from event_logs.reading.mapping import XES, ColumnMapping
from event_logs.reading.source import Source
from event_logs.reading.xes_values import (
    ATTRIBUTES,
    SCALARS,
    Attribute,
    attribute_text,
    key_text,
    object_of,
    scalar_text,
)

_DEEPEST = 100
_LONGEST = 16 * 1024**2  # bytes of one element
_CACHED = 200_000
_STANDARD = {"concept", "time", "lifecycle", "org", "identity", "cost"}
VERSION, ZONE, CLOSED = "qj:version", "qj:zone", "qj:closed"  # ours, for what XES has no word for
_EMPTY_ROW: list[Any] = [None] * len(Row._fields)
_ACTIVITY, _LIFECYCLE, _AT, _START, _VERSION, _ATTRIBUTES, _ZONE, _LINE = map(
    Row._fields.index, ("activity", "lifecycle", "at", "start", "version", "attributes", "zone", "line")
)
PLACES = {  # the meanings of a mapping, as places in a row
    "activity": _ACTIVITY,
    "timestamp": _AT,
    "start_timestamp": _START,
    "resource": Row._fields.index("officer"),
    "lifecycle": _LIFECYCLE,
    "instance": Row._fields.index("instance"),
    "post": Row._fields.index("post"),
    "office": Row._fields.index("office"),
}
Handler = Callable[..., None]
_CUT_OFF = (
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_PARTIAL_CHAR,
)
_TAIL = _LONGEST  # an unclosed token begins at most this far from the end


@dataclass
class Header:
    """What a log says of itself before its first trace."""

    attributes: dict[str, object] = field(default_factory=dict)
    extensions: list[dict[str, str]] = field(default_factory=list)
    globals: dict[str, dict[str, object]] = field(default_factory=dict)
    classifiers: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "attributes": self.attributes,
            "extensions": self.extensions,
            "globals": self.globals,
            "classifiers": self.classifiers,
        }


@dataclass
class CarefulReader:
    """Feeds the events of a text to a writer, whatever it is cut into; `notes` are sentences about what was found.

    Runs of whole traces that were read in another way are not fed, but `skip`ped.
    """

    source: Source
    writer: FactWriter
    mapping: ColumnMapping = XES
    encoding: str | None = None  # in which it is fed, where that is not for the text to declare
    header: Header = field(default_factory=Header)
    events: int = 0
    traces: int = 0
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._parser = self._new_parser()
        self._fed = self._lines_skipped = 0
        self._seen_log = False
        mapped = self.mapping.columns()
        self._places = {mapped[meaning]: place for meaning, place in PLACES.items() if meaning in mapped}
        for key, place in ((VERSION, _VERSION), (ZONE, _ZONE)):
            self._places.setdefault(key, place)
        self._prefixes: dict[str, str] = {}
        self._in: list[list[Attribute]] = []  # the attribute lists of whatever is open, innermost last
        self._cells: list[list[str]] = []  # of the open event: XML attributes and the type behind them
        self._within: list[tuple[int, int, str, list[str]]] = []
        self._words: dict[str | None, str] = {}
        self._event_handlers = self._make_event_handlers()
        self._line = 0
        self._trace: list[list[Any]] | None = None  # its events so far
        self._spoilt: list[tuple[str, list[Any]]] = []  # those of its events that cannot go in, with the reason
        self._cache: dict[tuple[str, str, str | None], str] = {}
        self._nameless = self._empty = 0

    def feed(self, chunk: bytes) -> None:
        """Raises UnreadableLog where the text is no XES or carries declarations of entities."""
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise self._broken(error) from error
        if self._fed - self._parser.CurrentByteIndex > _LONGEST:
            raise self._unreadable(f"one element is longer than {_LONGEST:,} bytes")

    def finish(self) -> None:
        """Raises UnreadableLog where the text is cut off or no log."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._broken(error) from error
        if not self._seen_log:
            raise self._unreadable("there is no <log> in it")
        self._note_oddities()

    def skip(self, *, lines: int, traces: int, events: int) -> None:
        """So much was read in another way, between two traces."""
        self._lines_skipped += lines
        self.traces += traces
        self.events += events

    @property
    def between_traces(self) -> bool:
        return self._seen_log and len(self._in) == 1

    def canonical(self, key: str) -> str:
        """The key with the standard prefix of its extension."""
        for prefix, standard in self._prefixes.items():
            if key.startswith(prefix):
                return standard + key[len(prefix) :]
        return key

    # What the parser calls

    def _new_parser(self) -> Any:
        parser = expat.ParserCreate(self.encoding)
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.EntityDeclHandler = self._refuse_entity
        return parser

    def _start(self, name: str, attrs: list[str]) -> None:
        local = name.rpartition(":")[2]
        if not self._seen_log:
            self._start_log(local)
        elif local == "trace":
            self._start_trace()
        elif local == "event":
            self._start_event()
        elif local in ATTRIBUTES:
            self._start_attribute(local, attrs)
        elif local in ("extension", "classifier", "global"):
            self._start_declaration(local, dict(zip(attrs[::2], attrs[1::2], strict=True)))

    def _start_log(self, local: str) -> None:
        if local != "log":
            raise self._unreadable(f"this is no XES: its outermost element is <{local}>, not <log>")
        self._seen_log = True
        self._in = [[]]

    def _start_trace(self) -> None:
        if self._trace is not None:
            line = self._parser.CurrentLineNumber + self._lines_skipped
            raise self._unreadable(
                "a <trace> stands within another, so nobody can tell whose its events are", line=line
            )
        self._in.append([])
        self._trace = []

    def _start_declaration(self, local: str, attrs: dict[str, str]) -> None:
        if local == "extension":
            self.header.extensions.append(attrs)
            known = attrs.get("uri", "").rpartition("/")[2].removesuffix(".xesext")
            if known in _STANDARD and attrs.get("prefix", known) != known:
                self._prefixes[attrs["prefix"] + ":"] = known + ":"
        elif local == "classifier":
            self.header.classifiers.append(attrs)
        else:
            self._scope = attrs.get("scope", "event")
            self._in.append([])

    def _start_attribute(self, kind: str, attrs: list[str]) -> None:
        if len(self._in) > _DEEPEST:
            raise self._unreadable(
                f"attributes are nested more than {_DEEPEST} deep",
                line=self._parser.CurrentLineNumber + self._lines_skipped,
            )
        given = dict(zip(attrs[::2], attrs[1::2], strict=True))
        children: list[Attribute] = []
        self._in[-1].append((kind, self.canonical(given.get("key", "")), given.get("value"), children))
        self._in.append(children)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local in ATTRIBUTES:
            self._in.pop()
        elif local == "global":
            self.header.globals[self._scope] = object_of(self._in.pop())
        elif local == "trace":
            self._end_trace()
        elif local == "log":
            self._keep_log_attributes()

    # Events take a way of their own: they are nearly all of a file

    def _start_event(self) -> None:
        self._line = self._parser.CurrentLineNumber + self._lines_skipped
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._event_handlers

    def _make_event_handlers(self) -> tuple[Handler, Handler]:
        """Closures over plain variables: they are called for nearly every element of a file."""
        depth = 0
        cells = self._cells
        keep = cells.append

        def start(name: str, attrs: list[str]) -> None:
            nonlocal depth
            if depth:
                self._nest(name, attrs, depth + 1)
            else:
                attrs.append(name)  # the list is ours: the parser makes one for each element
                keep(attrs)
            depth += 1

        def end(name: str) -> None:
            nonlocal depth
            if depth:
                depth -= 1
                return
            self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
            self._end_event()
            cells.clear()

        return start, end

    def _nest(self, name: str, attrs: list[str], depth: int) -> None:
        if depth > _DEEPEST:
            raise self._unreadable(
                f"attributes are nested more than {_DEEPEST} deep",
                line=self._parser.CurrentLineNumber + self._lines_skipped,
            )
        self._within.append((len(self._cells) - 1, depth, name, attrs))

    def _end_event(self) -> None:
        self.events += 1
        row: list[Any] = _EMPTY_ROW.copy()
        parts: list[str] = []
        places, cache = self._places, self._cache
        nested = self._nested() if self._within else None
        value: str | None
        for index, cell in enumerate(self._cells):
            if len(cell) == 5 and cell[0] == "key" and not self._prefixes:
                key, value, kind = cell[1], cell[3], cell[4]
            else:
                key, value, kind = self._key_and_value(cell)
            place = places.get(key)
            if place is not None:
                row[place] = value or None
            elif (text := cache.get((kind, key, value))) is not None and not nested:
                parts.append(text)
                continue
            if nested and index in nested:
                parts.append(f"{key_text(key)}:{attribute_text((kind.rpartition(':')[2], key, value, nested[index]))}")
            elif place is None:
                parts.append(self._attribute(kind, key, value))
        self._keep(row, "{" + ",".join(parts) + "}" if parts else "{}")

    def _attribute(self, kind: str, key: str, value: str | None) -> str:
        """One attribute as JSON; most come again and again."""
        local = kind.rpartition(":")[2]
        if value is None or local not in SCALARS:
            return f"{key_text(key)}:{attribute_text((local, key, value, None))}"
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        text = self._cache[(kind, key, value)] = f"{key_text(key)}:{scalar_text(local, value)}"
        return text

    def _key_and_value(self, cell: list[str]) -> tuple[str, str | None, str]:
        *attrs, kind = cell
        given = dict(zip(attrs[::2], attrs[1::2], strict=True))
        return self.canonical(given.get("key", "")), given.get("value"), kind

    def _nested(self) -> dict[int, list[Attribute]]:
        """The attributes within those of the event, by the place of the outermost one; `values` of a list is no level of its own."""
        trees: dict[int, list[Attribute]] = {}
        open_at: dict[int, list[Attribute]] = {}
        for index, depth, name, attrs in self._within:
            parent = trees.setdefault(index, []) if depth == 2 else open_at[depth - 1]
            if name.rpartition(":")[2] == "values":
                open_at[depth] = parent
                continue
            key, value, _ = self._key_and_value([*attrs, name])
            children: list[Attribute] = []
            parent.append((name.rpartition(":")[2], key, value, children))
            open_at[depth] = children
        self._within.clear()
        return trees

    def _keep(self, row: list[Any], attributes: str) -> None:
        row[_ATTRIBUTES], row[_LINE] = attributes, self._line
        activity, word, version = row[_ACTIVITY], row[_LIFECYCLE], row[_VERSION]
        if activity is None or (row[_AT] is None and row[_START] is None):
            lacking = "activity (concept:name)" if activity is None else "time (time:timestamp)"
            self._set_aside(f"event {self.events:,} has no {lacking}", row)
        elif self._trace is None:
            self._set_aside(f"event {self.events:,} stands outside of every trace", row)
        else:
            row[_LIFECYCLE] = self._words.get(word) or self._words.setdefault(word, lifecycle_word(word))
            if version is not None:
                row[_VERSION] = int(version) if version.lstrip("-").isdecimal() else None
            self._trace.append(row)

    def _set_aside(self, reason: str, row: list[Any]) -> None:
        if self._trace is None:
            self.writer.aside.put(self._line, reason, told(row))
        else:
            self._spoilt.append((reason, row))

    def _end_trace(self) -> None:
        """Only now is the name of the case certain: nothing forbids it to stand behind the events."""
        attributes, events = self._in.pop(), self._trace or []
        self._trace = None
        self.traces += 1
        described = {key: (kind, key, value, children) for kind, key, value, children in attributes}
        name = described.pop(self.mapping.case_id, None)
        closed = described.pop(CLOSED, None)
        if not events and not self._spoilt:
            self._empty += 1
            return
        self._nameless += name is None
        case_id = (name[2] if name else None) or f"trace {self.traces}"
        text = "{" + ",".join(f"{key_text(key)}:{attribute_text(one)}" for key, one in described.items()) + "}"
        self.writer.describe_case(case_id, text, closed[2] == "true" if closed else None)
        for event in events:
            event[0] = case_id
        self.writer.add_all(events)
        for reason, row in self._spoilt:
            row[0] = case_id
            self.writer.aside.put(row[_LINE], reason, told(row))
        self._spoilt.clear()

    # The text and its troubles

    def _keep_log_attributes(self) -> None:
        if self._in:  # a log within the log is none, and ends nothing
            self.header.attributes = object_of(self._in.pop())

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise self._unreadable(
            f"it declares the entity {name!r}; files with entity declarations are refused, since they can read other files or grow "
            "without bound",
            line=self._parser.CurrentLineNumber + self._lines_skipped,
        )

    def _broken(self, error: expat.ExpatError) -> UnreadableLog:
        ended = (
            error.code in (expat.errors.codes[text] for text in _CUT_OFF)
            and self._parser.CurrentByteIndex >= self._fed - _TAIL
        )
        reason = (
            f"the file is cut off ({self.events:,} events were complete)"
            if ended
            else f"this is no XML ({expat.ErrorString(error.code)})"
        )
        return self._unreadable(reason, line=error.lineno + self._lines_skipped)

    def _unreadable(self, reason: str, *, line: int | None = None) -> UnreadableLog:
        return self.source.unreadable(reason, line=line, event=self.events or None)

    def _note_oddities(self) -> None:
        if self._empty:
            self.notes.append(f"{self._empty:,} traces without an event were left out.")
        if self._nameless:
            self.notes.append(f"{self._nameless:,} traces had no name and were numbered.")
