"""Columns of text into facts: times read, attributes typed and written as JSON, rows that cannot go in set aside with their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from event_logs import typed_json
from event_logs.reading.facts import FactWriter
from event_logs.reading.json_values import JsonValues
from event_logs.reading.lifecycles import lifecycle_words
from event_logs.reading.mapping import ColumnMapping
from event_logs.reading.stamps import Clock
from event_logs.reading.stretches import Integers, Members, Stretches, null_where_empty, objects
from event_logs.reading.xes_values import key_text, scalar_text

_INT = re.compile(r"-?(0|[1-9]\d{0,17})$")
_FLOAT = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")
_CASE_PREFIX = "case:"
_VERSION, _ZONE, _CLOSED = "qj:version", "qj:zone", "case:qj:closed"
_WHOLE, _WHOLE_CASE = "qj:attributes", "case:qj:attributes"  # all attributes as one JSON object
Mask = npt.NDArray[np.bool_]


def guessed_kind(cells: Sequence[str]) -> str:
    """The XES type of a column of which only text is known."""
    if cells and all(map(_INT.match, cells)):
        return "int"
    return "float" if cells and all(map(_FLOAT.match, cells)) else "string"


def _guessed_json(kind: str, text: str) -> str:
    """A number only where it is written as one; `007` or a word in a column of numbers stays text."""
    if (kind == "int" and _INT.match(text)) or (kind == "float" and _FLOAT.match(text)):
        return scalar_text(kind, text)
    return typed_json.dumps(text)


@dataclass
class Cells:
    """Takes blocks of columns; `exact` says that the kinds are those of the file, and not guessed from a sample."""

    header: Sequence[str]
    mapping: ColumnMapping
    kinds: Mapping[str, str]
    clock: Clock
    writer: FactWriter
    exact: bool = False
    before: int = 0  # events of the log that these come behind; pieces of work are numbered on from there

    def __post_init__(self) -> None:
        at = {column: index for index, column in enumerate(self.header)}
        mapped = self.mapping.columns()
        self._at = {meaning: at[column] for meaning, column in mapped.items()}
        self._version, self._zone, self._closed = (at.get(ours) for ours in (_VERSION, _ZONE, _CLOSED))
        self._whole, self._whole_case = at.get(_WHOLE), at.get(_WHOLE_CASE)
        ours = {*mapped.values(), _VERSION, _ZONE, _CLOSED, _WHOLE, _WHOLE_CASE}
        free = [column for column in self.header if column not in ours]
        of_case = [column for column in free if column.startswith(_CASE_PREFIX)]
        self._of_event = [(at[c], key_text(c), self.kinds[c]) for c in free if c not in of_case]
        self._of_case = [(at[c], key_text(c.removeprefix(_CASE_PREFIX)), self.kinds[c]) for c in of_case]
        self._json = JsonValues(scalar_text if self.exact else _guessed_json)
        self._count = self.before

    def take(self, columns: Sequence[pa.Array], lines: Integers) -> None:
        case, activity = self._mapped(columns, "case_id"), self._mapped(columns, "activity")
        at_text, start_text = self._mapped(columns, "timestamp"), self._mapped(columns, "start_timestamp")
        at, start = self.clock.instants_of(at_text), self.clock.instants_of(start_text)
        empty = _all_empty(columns, case)
        bad = [
            (_null(case), "it has no case"),
            (_null(activity), "it has no activity"),
            (_null(at) & ~_null(at_text), "{timestamp!r} is no time that can be read"),
            (_null(start) & ~_null(start_text), "{start_timestamp!r} is no time that can be read"),
            (_null(at) & _null(start), "it has no time"),
            *((_no_objects(columns[place]), "its attributes are no JSON object") for place in self._wholes()),
        ]
        spoilt = np.logical_or.reduce([mask for mask, _ in bad])
        if spoilt.any():
            self._set_aside(columns, lines, bad, spoilt & ~empty)
            good = pa.array(~spoilt)
            columns = [column.filter(good) for column in columns]
            case, activity, at, start = (column.filter(good) for column in (case, activity, at, start))
        if len(case):
            self._keep(columns, case, activity, at, start if start.null_count < len(start) else None)

    def _keep(
        self, columns: Sequence[pa.Array], case: pa.Array, activity: pa.Array, at: pa.Array, start: pa.Array | None
    ) -> None:
        facts = {
            "case_id": case,
            "activity": activity,
            "lifecycle": lifecycle_words(self._mapped(columns, "lifecycle")),
            "instance": self._instances(columns, start),
            "version": self._versions(columns, len(case)),
            "officer": self._mapped(columns, "resource"),
            "post": self._mapped(columns, "post"),
            "office": self._mapped(columns, "office"),
            "attributes": _merged(self._objects(columns, self._of_event, len(case)), columns, self._whole),
            "zone": self._texts(columns, self._zone),
        }
        self._count += len(case)
        self.writer.add_block(facts, at, start)
        self._describe(columns, case)

    def _wholes(self) -> list[int]:
        return [place for place in (self._whole, self._whole_case) if place is not None]

    def _mapped(self, columns: Sequence[pa.Array], meaning: str) -> pa.Array:
        return self._texts(columns, self._at.get(meaning))

    def _texts(self, columns: Sequence[pa.Array], place: int | None) -> pa.Array:
        if place is None:
            return pa.nulls(len(columns[0]), pa.string())
        return null_where_empty(pc.utf8_trim_whitespace(columns[place]))

    def _instances(self, columns: Sequence[pa.Array], start: pa.Array | None) -> pa.Array:
        """A row with both times is one piece of work, so its two facts belong together for certain."""
        named = self._mapped(columns, "instance")
        if start is None:
            return named
        number = pa.array(np.arange(self._count + 1, self._count + 1 + len(start))).cast(pa.string())
        return pc.if_else(pc.and_(named.is_null(), start.is_valid()), number, named)

    def _versions(self, columns: Sequence[pa.Array], count: int) -> pa.Array:
        if self._version is None:
            return pa.nulls(count, pa.int64())
        texts = columns[self._version]
        known = pc.match_substring_regex(texts, "^-?(0|[1-9][0-9]{0,17})$")
        return pc.if_else(known, texts, pa.scalar(None, pa.string())).cast(pa.int64())

    def _objects(
        self,
        columns: Sequence[pa.Array] | Mapping[int, pa.Array],
        wanted: Sequence[tuple[int, str, str]],
        count: int,
    ) -> pa.Array:
        """The cells that are not empty, row by row."""
        filled = np.zeros((count, len(wanted)), bool)
        for n, (place, _, _) in enumerate(wanted):
            filled[:, n] = pc.binary_length(columns[place]).to_numpy(zero_copy_only=False) > 0
        rank = (np.cumsum(filled.ravel()) - 1).reshape(filled.shape)
        members = []
        for n, (place, key, kind) in enumerate(wanted):
            owner = np.flatnonzero(filled[:, n])
            if not len(owner):
                continue
            for part in self._json.column(kind, Stretches.of(columns[place]).at(owner)):
                there = owner[part.places]
                members.append(Members(key, there, rank[there, n], part.values, part.form))
        return objects(count, members)

    def _describe(self, columns: Sequence[pa.Array], case: pa.Array) -> None:
        """The first row of a case says what the case is."""
        coded = case.dictionary_encode().indices.to_numpy()
        firsts = pa.array(np.flatnonzero(np.diff(np.maximum.accumulate(coded), prepend=-1)))  # codes count up
        told = {place: columns[place].take(firsts) for place, _, _ in self._of_case}
        closed = pa.nulls(len(firsts), pa.bool_())
        if self._closed is not None:
            texts = columns[self._closed].take(firsts)
            known = pc.if_else(pc.equal(texts, "false"), pa.scalar(False), pa.scalar(None, pa.bool_()))
            closed = pc.if_else(pc.equal(texts, "true"), pa.scalar(True), known)
        if self._whole_case is not None:
            told[self._whole_case] = columns[self._whole_case].take(firsts)
        attributes = _merged(self._objects(told, self._of_case, len(firsts)), told, self._whole_case)
        self.writer.cases.describe_block(case.take(firsts), closed, attributes)

    def _set_aside(
        self, columns: Sequence[pa.Array], lines: Integers, bad: Sequence[tuple[Mask, str]], rows: Mask
    ) -> None:
        for row in np.flatnonzero(rows):
            cells = [column[row].as_py() for column in columns]
            told = {meaning: cells[place].strip() for meaning, place in self._at.items()}
            reason = next(reason for mask, reason in bad if mask[row])
            self.writer.aside.put(int(lines[row]), _filled(reason, told), cells)


def _filled(reason: str, told: Mapping[str, str]) -> str:
    """The reason with the cells that it speaks of."""
    for meaning, text in told.items():
        reason = reason.replace(f"{{{meaning}!r}}", repr(text))
    return reason


def _no_objects(column: pa.Array) -> Mask:
    coded = column.dictionary_encode()
    bad = np.array([bool(text) and not _is_object(text) for text in coded.dictionary.to_pylist()], np.bool_)
    found: Mask = bad[coded.indices.to_numpy()]
    return found


def _is_object(text: str) -> bool:
    try:
        return isinstance(typed_json.loads(text), dict)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return False


def _merged(
    objects_of_cells: pa.Array, columns: Sequence[pa.Array] | Mapping[int, pa.Array], place: int | None
) -> pa.Array:
    """The attributes that are columns of their own, and those that stand together in one."""
    if place is None:
        return objects_of_cells
    whole = pc.if_else(pc.equal(columns[place], ""), "{}", columns[place])
    both = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(objects_of_cells, 0, -1), pc.utf8_slice_codeunits(whole, 1), ","
    )
    only_whole, only_cells = pc.equal(objects_of_cells, "{}"), pc.equal(whole, "{}")
    return pc.if_else(only_whole, whole, pc.if_else(only_cells, objects_of_cells, both))


def _null(column: pa.Array) -> Mask:
    mask: Mask = column.is_null().to_numpy(zero_copy_only=False)
    return mask


def _all_empty(columns: Sequence[pa.Array], case: pa.Array) -> Mask:
    """Rows without anything in them, which are no rows."""
    empty = _null(case)
    if empty.any():
        for column in columns:
            empty = empty & (pc.binary_length(column).to_numpy(zero_copy_only=False) == 0)
    return empty
