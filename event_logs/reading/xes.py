"""XES by a streaming parser: event by event, in memory that does not grow with the file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from event_logs.errors import UnreadableLog
from event_logs.reading.facts import FactWriter, Row
from event_logs.reading.mapping import XES, ColumnMapping
from event_logs.reading.source import Source
from event_logs.reading.xes_values import ATTRIBUTES, Attribute, attribute_text, key_text, object_of, scalar_text

_DEEPEST = 100
_LONGEST = 16 * 1024**2  # bytes of one element
_CACHED = 200_000
_STANDARD = {"concept", "time", "lifecycle", "org", "identity", "cost"}
_VERSION, _CLOSED = "qj:version", "qj:closed"  # ours, for what XES has no word for
_NATIVE = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "latin-1"}
_CUT_OFF = (
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_PARTIAL_CHAR,
)
_TAIL = _LONGEST  # an unclosed token begins at most this far from the end
_TRANSITIONS = frozenset(
    [
        "schedule",
        "assign",
        "reassign",
        "start",
        "suspend",
        "resume",
        "complete",
        "withdraw",
        "ate_abort",
        "pi_abort",
        "autoskip",
        "manualskip",
        "unknown",
    ]
)
_DECLARED = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._\-]+)[\"']")


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
class XesReader:
    """Feeds the events of one source to a writer; `notes` are sentences about what was found."""

    source: Source
    writer: FactWriter
    mapping: ColumnMapping = XES
    header: Header = field(default_factory=Header)
    events: int = 0
    traces: int = 0
    notes: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Raises UnreadableLog where the text is no XES, cut off, or carries declarations of entities."""
        self._prepare()
        parser = self._parser
        fed = 0
        try:
            for chunk in self._utf8():
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST:
                    raise self._unreadable(f"one element is longer than {_LONGEST:,} bytes")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._broken(error, fed) from error
        if not self._seen_log:
            raise self._unreadable("there is no <log> in it")
        self._note_oddities()

    # What the parser calls

    def _prepare(self) -> None:
        self._parser = self._new_parser()
        self._seen_log = False
        self._keys = {column: meaning for meaning, column in self.mapping.columns().items() if meaning != "case_id"}
        self._prefixes: dict[str, str] = {}
        self._in: list[list[Attribute]] = []  # the attribute lists of whatever is open, innermost last
        self._cells: list[
            tuple[str, list[str]]
        ] = []  # of the open event: type and XML attributes, straight from the parser
        self._within: list[list[Any]] | None = None
        self._depth = 0
        self._line = 0
        self._trace: list[tuple[Any, ...]] | None = None  # its events so far
        self._cache: dict[tuple[str, str, str], str] = {}
        self._nameless = self._empty = self._joined = 0

    def _new_parser(self) -> Any:
        parser = expat.ParserCreate(self._encoding())
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.EntityDeclHandler = self._refuse_entity
        return parser

    def _start(self, name: str, attrs: list[str]) -> None:
        local = name.rpartition(":")[2]
        if not self._seen_log:
            self._start_log(local)
        elif local == "trace":
            self._in.append([])
            self._trace = []
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
                f"attributes are nested more than {_DEEPEST} deep", line=self._parser.CurrentLineNumber
            )
        given = dict(zip(attrs[::2], attrs[1::2], strict=True))
        children: list[Attribute] = []
        self._in[-1].append((kind, self._canonical(given.get("key", "")), given.get("value"), children))
        self._in.append(children)

    def _canonical(self, key: str) -> str:
        for prefix, standard in self._prefixes.items():
            if key.startswith(prefix):
                return standard + key[len(prefix) :]
        return key

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
        self._cells, self._within, self._depth = [], None, 0
        self._line = self._parser.CurrentLineNumber
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_in_event, self._end_in_event

    def _start_in_event(self, name: str, attrs: list[str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._cells.append((name, attrs))
        else:
            self._nest(name, attrs)

    def _nest(self, name: str, attrs: list[str]) -> None:
        if self._depth > _DEEPEST:
            raise self._unreadable(
                f"attributes are nested more than {_DEEPEST} deep", line=self._parser.CurrentLineNumber
            )
        if self._within is None:
            self._within = []
        self._within.append([len(self._cells) - 1, self._depth, name, attrs])

    def _end_in_event(self, name: str) -> None:
        self._depth -= 1
        if self._depth < 0:
            self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
            self._end_event()

    def _end_event(self) -> None:
        self.events += 1
        known: dict[str, str] = {}
        parts: list[str] = []
        keys, cache = self._keys, self._cache
        nested = self._nested() if self._within else {}
        for index, (kind, attrs) in enumerate(self._cells):
            key, value = self._key_and_value(attrs)
            meaning = keys.get(key)
            if meaning is not None:
                known[meaning] = value or ""
            if index in nested:
                parts.append(f"{key_text(key)}:{attribute_text((kind.rpartition(':')[2], key, value, nested[index]))}")
            elif meaning is not None:
                continue
            elif key == _VERSION:
                known[_VERSION] = value or ""
            elif value is None:
                parts.append(f"{key_text(key)}:{attribute_text((kind.rpartition(':')[2], key, None, None))}")
            else:
                text = cache.get((kind, key, value))
                if text is None:
                    text = f"{key_text(key)}:{scalar_text(kind.rpartition(':')[2], value)}"
                    if len(cache) >= _CACHED:
                        cache.clear()
                    cache[(kind, key, value)] = text
                parts.append(text)
        self._keep(known, "{" + ",".join(parts) + "}" if parts else "{}")

    def _key_and_value(self, attrs: list[str]) -> tuple[str, str | None]:
        if len(attrs) == 4 and attrs[0] == "key":
            key, value = attrs[1], attrs[3]
            return (self._canonical(key) if self._prefixes else key), value
        given = dict(zip(attrs[::2], attrs[1::2], strict=True))
        return self._canonical(given.get("key", "")), given.get("value")

    def _nested(self) -> dict[int, list[Attribute]]:
        """The attributes within those of the event, by the place of the outermost one; `values` of a list is no level of its own."""
        trees: dict[int, list[Attribute]] = {}
        open_at: dict[int, list[Attribute]] = {}
        for index, depth, name, attrs in self._within or ():
            parent = trees.setdefault(index, []) if depth == 2 else open_at[depth - 1]
            if name.rpartition(":")[2] == "values":
                open_at[depth] = parent
                continue
            key, value = self._key_and_value(attrs)
            children: list[Attribute] = []
            parent.append((name.rpartition(":")[2], key, value, children))
            open_at[depth] = children
        return trees

    def _keep(self, known: Mapping[str, str], attributes: str) -> None:
        activity, at = known.get("activity"), known.get("timestamp")
        start = known.get("start_timestamp")
        if not activity or not (at or start):
            lacking = "activity (concept:name)" if not activity else "time (time:timestamp)"
            self.writer.set_aside(self._line, f"event {self.events:,} has no {lacking}", f"{dict(known)} {attributes}")
            return
        if self._trace is None:
            self.writer.set_aside(
                self._line, f"event {self.events:,} stands outside of every trace", f"{dict(known)} {attributes}"
            )
            return
        version = known.get(_VERSION)
        self._trace.append(
            (
                activity,
                lifecycle_word(known.get("lifecycle")),
                at,
                start,
                known.get("instance") or None,
                int(version) if version and version.lstrip("-").isdigit() else None,
                known.get("resource") or None,
                known.get("post") or None,
                known.get("office") or None,
                attributes,
                self._line,
            )
        )

    def _end_trace(self) -> None:
        """Only now is the name of the case certain: nothing forbids it to stand behind the events."""
        attributes, events = self._in.pop(), self._trace or []
        self._trace = None
        self.traces += 1
        described = {key: (kind, key, value, children) for kind, key, value, children in attributes}
        name = described.pop(self.mapping.case_id, None)
        closed = described.pop(_CLOSED, None)
        if not events:
            self._empty += 1
            return
        self._nameless += name is None
        case_id = (name[2] if name else None) or f"trace {self.traces}"
        text = "{" + ",".join(f"{key_text(key)}:{attribute_text(one)}" for key, one in described.items()) + "}"
        self._joined += not self.writer.describe_case(case_id, text, closed[2] == "true" if closed else None)
        for event in events:
            self.writer.add(Row(case_id, *event))

    # The text and its troubles

    def _keep_log_attributes(self) -> None:
        self.header.attributes = object_of(self._in.pop())

    def _encoding(self) -> str | None:
        """None where the parser knows the declared encoding itself."""
        self._declared = None
        head = self.source.head(4096)
        found = _DECLARED.search(head.removeprefix(b"\xef\xbb\xbf"))
        declared = found[1].decode("ascii").lower() if found else "utf-8"
        if declared in _NATIVE:
            return None
        try:
            self._declared = codecs.getincrementaldecoder(declared)
        except LookupError:
            raise self._unreadable(f"its encoding {declared!r} is not known", line=1) from None
        return "utf-8"

    def _utf8(self) -> Iterator[bytes]:
        if self._declared is None:
            yield from self.source.chunks()
            return
        decoder = self._declared()
        try:
            for chunk in self.source.chunks():
                yield decoder.decode(chunk).encode()
            yield decoder.decode(b"", True).encode()
        except UnicodeDecodeError as error:
            raise self._unreadable(f"its text is not in the encoding that it declares ({error.reason})") from error

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise self._unreadable(
            f"it declares the entity {name!r}; files with entity declarations are refused, since they can read other files or grow "
            "without bound",
            line=self._parser.CurrentLineNumber,
        )

    def _broken(self, error: expat.ExpatError, fed: int) -> UnreadableLog:
        ended = (
            error.code in (expat.errors.codes[text] for text in _CUT_OFF)
            and self._parser.CurrentByteIndex >= fed - _TAIL
        )
        reason = (
            f"the file is cut off ({self.events:,} events were complete)"
            if ended
            else f"this is no XML ({expat.ErrorString(error.code)})"
        )
        return self._unreadable(reason, line=error.lineno)

    def _unreadable(self, reason: str, *, line: int | None = None) -> UnreadableLog:
        return self.source.unreadable(reason, line=line, event=self.events or None)

    def _note_oddities(self) -> None:
        if self._empty:
            self.notes.append(f"{self._empty:,} traces without an event were left out.")
        if self._nameless:
            self.notes.append(f"{self._nameless:,} traces had no name and were numbered.")
        if self._joined:
            self.notes.append(f"{self._joined:,} traces bear the name of an earlier one and were joined to it.")


def lifecycle_word(word: str | None) -> str:
    """The transition in the spelling of the standard, a foreign word as it is; nothing said means that it was completed."""
    if not word:
        return "complete"
    return word.lower() if word.lower() in _TRANSITIONS else word
