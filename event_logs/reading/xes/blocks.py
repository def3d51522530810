"""Whole traces of a plainly written XES file, a few megabytes at a time, without an object for any event.

Quotation marks cut the text into values and what stands between them; if all that stands between them is of the plain grammar
(`tokens`), the block is that and nothing else, and its columns are gathered from the stretches. A block with anything unusual (nested
attributes, comments, other quotation marks, an event that cannot go in) is left to the careful reader, which says the same of all
others.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from event_logs.reading.facts import Row
from event_logs.reading.json_values import JsonValues
from event_logs.reading.lifecycles import lifecycle_words
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.stamps import Clock
from event_logs.reading.stretches import (
    Integers,
    Members,
    Stretches,
    null_where_empty,
    objects,
    rewritten,
)
from event_logs.reading.xes.careful import CLOSED, PLACES, VERSION, ZONE
from event_logs.reading.xes.tokens import IN_EVENT, Token, Tokens, column, is_plain_end

_QUOTE, _LEAST_PRINTABLE = ord('"'), 0x20
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_MOST_TOKENS = 5_000
_INT = re.compile(r"-?\d{1,18}")
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_UNWRITTEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unusual(Exception):
    """This block is not of the plain grammar."""


@dataclass(frozen=True)
class Block:
    """What some whole traces tell: columns of events by the fields of Row, and of their cases."""

    columns: Mapping[str, pa.Array]
    at: pa.Array
    start: pa.Array | None
    cases: pa.Array
    closed: pa.Array
    case_attributes: pa.Array


@dataclass
class BlockReader:
    """Reads one block after the other; raises Unusual."""

    tokens: Tokens
    mapping: ColumnMapping
    clock: Clock
    _json: JsonValues = field(default_factory=JsonValues)

    def __post_init__(self) -> None:
        mapped = self.mapping.columns()
        places = {mapped[meaning]: Row._fields[place] for meaning, place in PLACES.items() if meaning in mapped}
        self._places = {VERSION: "version", ZONE: "zone", **places}

    def read(self, text: bytes) -> Block:
        traces = _traces(text, self.tokens)
        events = _Owners(traces, traces.in_event, traces.event_of, traces.events)
        cases = _Owners(traces, ~traces.in_event, traces.trace_of, traces.traces)
        columns = {field: events.texts(key) for key, field in self._places.items()}
        at, start = self._instants(columns.pop("at")), self._starts(columns.pop("start", None))
        names, closed = cases.texts(self.mapping.case_id), cases.texts(CLOSED)
        if columns["activity"].null_count or names.null_count or (at.null_count and _lack(at, start)):
            raise Unusual
        columns |= {
            "case_id": Stretches.of(names).at(traces.trace_of_event).array(),
            "lifecycle": lifecycle_words(columns["lifecycle"]),
            "version": _version(columns["version"]),
            "attributes": self._objects(events, self._places.keys()),
        }
        for absent in ("instance", "officer", "post", "office", "zone"):
            columns.setdefault(absent, pa.nulls(traces.events, pa.string()))
        return Block(
            columns=columns,
            at=at,
            start=start,
            cases=names,
            closed=_truths(closed),
            case_attributes=self._objects(cases, {self.mapping.case_id, CLOSED}, distinct=True),
        )

    def _instants(self, texts: pa.Array) -> pa.Array:
        """Only columns that are read as a whole: a text that is no time is the careful reader's."""
        naive = self.clock.naive
        read = self.clock.whole_column(texts)
        if read is None:
            self.clock.naive = naive
            raise Unusual
        return read

    def _starts(self, texts: pa.Array | None) -> pa.Array | None:
        return None if texts is None or texts.null_count == len(texts) else self._instants(texts)

    def _objects(self, owners: _Owners, apart: Container[str], *, distinct: bool = False) -> pa.Array:
        members: list[Members] = []
        keys: list[str] = []
        rank = owners.ranks(apart)
        for token, places in owners.groups:
            if token.key not in apart:
                if distinct:
                    _refuse_repeated(owners.of[places])
                    keys.append(token.key)
                for part in self._json.column(token.kind, owners.traces.values(places)):
                    there = places[part.places]
                    members.append(Members(token.json_key, owners.of[there], rank[there], part.values, part.form))
        if len(set(keys)) < len(keys):
            raise Unusual
        return objects(owners.count, members)


@dataclass(frozen=True)
class _Traces:
    """The attributes of a block in their order, each with its token and value, its event and its trace."""

    text: bytes
    begin: Integers
    end: Integers
    tokens: list[Token]
    token: Integers
    in_event: npt.NDArray[np.bool_]
    event_of: Integers
    trace_of: Integers
    trace_of_event: Integers
    references: Integers  # where a reference (`&amp;`) begins

    @property
    def events(self) -> int:
        return len(self.trace_of_event)

    @property
    def traces(self) -> int:
        return int(self.trace_of[-1]) + 1

    def values(self, places: Integers) -> Stretches:
        """What stands between the quotation marks, with its references resolved."""
        values = Stretches(self.text, self.begin[places], self.end[places])
        if not _holds(values, self.references):
            return values
        which, texts = values.encoded()
        return rewritten([_resolved(text.decode()) for text in texts], which)


def _traces(text: bytes, known: Tokens) -> _Traces:
    raw = np.frombuffer(text, np.uint8)
    marks = np.flatnonzero(raw == _QUOTE)
    if len(marks) % 4 or not len(marks) or not is_plain_end(text[marks[-1] + 1 :]) or not _is_clean(text):
        raise Unusual
    quotes = marks.reshape(-1, 4)  # around the key, and around the value
    before = Stretches(text, np.concatenate([[0], quotes[:-1, 3] + 1]), quotes[:, 2])
    which, texts = before.encoded()
    tokens = known.told(texts) if len(texts) < _MOST_TOKENS else None
    if tokens is None or not _is_all(raw, tokens, which, text[quotes[-1, 3] + 1 :]):
        raise Unusual
    state = _states(tokens, which)
    begins_trace, begins_event = (column(tokens, name)[which] for name in ("begins_trace", "begins_event"))
    trace_of = np.cumsum(begins_trace) - 1
    return _Traces(
        text,
        quotes[:, 2] + 1,
        quotes[:, 3],
        tokens,
        which,
        state == IN_EVENT,
        np.cumsum(begins_event) - 1,
        trace_of,
        trace_of[np.flatnonzero(begins_event)],
        np.flatnonzero(raw == ord("&")),
    )


def _holds(values: Stretches, places: Integers) -> bool:
    """Whether one of these places of the buffer lies in one of the values, which ascend."""
    among = np.searchsorted(values.begin, places, side="right") - 1
    return bool(((among >= 0) & (places < values.end[among])).any())


def _is_clean(text: bytes) -> bool:
    """UTF-8 without the characters that XML has not."""
    whole = np.array([0, len(text)], np.int32)
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(whole), pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return b"\xef" not in text or not any(bad in text for bad in _NONCHARACTERS)


def _is_all(raw: npt.NDArray[np.uint8], tokens: list[Token], which: Integers, end: bytes) -> bool:
    """Whether every `<` and every control character stands in a token, and so none in a value."""
    times = np.bincount(which, minlength=len(tokens))
    marks = int(column(tokens, "marks") @ times) + end.count(b"<")
    controls = int(column(tokens, "controls") @ times) + sum(byte < _LEAST_PRINTABLE for byte in end)
    return marks == np.count_nonzero(raw == ord("<")) and controls == np.count_nonzero(raw < _LEAST_PRINTABLE)


def _states(tokens: list[Token], which: Integers) -> Integers:
    """Where one is behind each token; raises Unusual where one must have been somewhere else."""
    needs, gives = column(tokens, "needs")[which], column(tokens, "gives")[which]
    moved = np.maximum.accumulate(np.where(gives > 0, np.arange(len(which)), 0))
    state = gives[moved]
    if ((needs[1:] > 0) & (needs[1:] != state[:-1])).any() or state[-1] != IN_EVENT:
        raise Unusual
    return state


class _Owners:
    """The attributes of the events of a block, or of its traces, by their key and kind."""

    def __init__(self, traces: _Traces, here: npt.NDArray[np.bool_], of: Integers, count: int) -> None:
        self.traces, self.of, self.count = traces, of, count
        places = np.flatnonzero(here)
        kinds: dict[tuple[str, str], int] = {}
        number = np.array([kinds.setdefault((token.key, token.kind), len(kinds)) for token in traces.tokens], np.int16)
        numbers = number[traces.token[places]]
        order = places[np.argsort(numbers, kind="stable")]
        ends = np.cumsum(np.bincount(numbers, minlength=len(kinds)))
        tokens = {(token.key, token.kind): token for token in traces.tokens}
        self.groups = [
            (tokens[known], group) for known, group in zip(kinds, np.split(order, ends[:-1]), strict=True) if len(group)
        ]
        self._here = here

    def texts(self, key: str) -> pa.Array:
        """The value of one key for each owner, null where there is none or an empty one; raises Unusual where there are several."""
        groups = [places for token, places in self.groups if token.key == key]
        if not groups:
            return pa.nulls(self.count, pa.string())
        if len(groups) > 1:
            raise Unusual
        owner = self.of[groups[0]]
        _refuse_repeated(owner)
        found = self.traces.values(groups[0])
        if len(owner) < self.count:
            begin, end = np.zeros((2, self.count), np.int64)
            begin[owner], end[owner] = found.begin, found.end
            found = Stretches(found.buffer, begin, end)
        return null_where_empty(found.array())

    def ranks(self, apart: Container[str]) -> Integers:
        """The place of each attribute among those of the owners whose key is not `apart`."""
        counted = np.array([token.key not in apart for token in self.traces.tokens], np.bool_)
        return np.cumsum(self._here & counted[self.traces.token]) - 1


def _refuse_repeated(owner: Integers) -> None:
    if (owner[1:] == owner[:-1]).any():
        raise Unusual


def _lack(at: pa.Array, start: pa.Array | None) -> bool:
    begun = np.zeros(len(at), bool) if start is None else start.is_valid().to_numpy(zero_copy_only=False)
    return not (at.is_valid().to_numpy(zero_copy_only=False) | begun).all()


def _version(texts: pa.Array) -> pa.Array:
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.int64())
    if not all(text is None or _INT.fullmatch(text) for text in texts.unique().to_pylist()):
        raise Unusual
    return texts.cast(pa.int64())


def _truths(texts: pa.Array) -> pa.Array:
    return pa.array([None if text is None else text == "true" for text in texts.to_pylist()], pa.bool_())


def _resolved(text: str) -> str:
    """With the references that XML knows by itself resolved; raises Unusual for all others."""
    resolved = _REFERENCE.sub(_referred, text)
    if resolved.count("&") != text.count("&amp;") + text.count("&#38;") + text.count("&#x26;"):
        raise Unusual
    return resolved


def _referred(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    number = int(found[2]) if found[2] else int(found[3], 16)
    if number > 0x10FFFF or _UNWRITTEN.match(chr(number)) or number < _LEAST_PRINTABLE:
        raise Unusual
    return chr(number)
