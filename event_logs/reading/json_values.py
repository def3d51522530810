"""Columns of typed text as JSON, whole columns at a time where they are written plainly, text by text where they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from event_logs.reading.stretches import DECIMAL, INSTANT, QUOTED, RAW, Integers, Stretches, rewritten
from event_logs.reading.xes_values import scalar_text

_CACHED = 200_000
_LEAST_UNESCAPED = 0x20
_MOST_INT = 10**18
_ESCAPED = r'["\\\x00-\x1f]'
_INT = r"^(0|-?[1-9][0-9]{0,17})$"
_FLOAT = r"^-?(0|[1-9][0-9]*)\.([0-9]*[1-9]|0)$"
_TINY, _EXACT = r"^-?0\.0000", 16  # smaller ones are written with an exponent; fifteen digits and the point are exact
_INSTANT = pa.timestamp("us", "UTC")
_HEAD, _FRACTION, _ZONE = 19, 4, 6  # 2026-03-02T09:00:00 .000 +08:00
_SEPARATORS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
Matrix = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Written:
    """Some values of a column as JSON: `places` among its values, their text, and the form in which it stands."""

    places: Integers
    values: Stretches
    form: int


@dataclass
class JsonValues:
    """Remembers what it wrote for texts that it had to look at one by one with `write(kind, text)`; they come again and again."""

    write: Callable[[str, str], str] = scalar_text
    _written: dict[tuple[str, str], str] = field(default_factory=dict)

    def column(self, kind: str, values: Stretches) -> list[Written]:
        """The JSON of values of one XES type."""
        everything = np.arange(len(values))
        if kind == "decimal":
            return [Written(everything, values, DECIMAL)]
        if kind == "date":
            instants = _instants(values)
            if instants is not None:
                return [Written(everything, instants, INSTANT)]
            return [Written(everything, self._one_by_one(kind, values), RAW)]
        plain, form = _PLAIN.get(kind, _plain_string)(values.array())
        if plain is True:
            return [Written(everything, values, form)]
        apart = (np.flatnonzero(plain), np.flatnonzero(~plain))
        return [
            Written(apart[0], values.at(apart[0]), form),
            Written(apart[1], self._one_by_one(kind, values.at(apart[1])), RAW),
        ]

    def _one_by_one(self, kind: str, values: Stretches) -> Stretches:
        which, texts = values.encoded()
        return rewritten([self._one(kind, text.decode()) for text in texts], which)

    def _one(self, kind: str, text: str) -> str:
        known = self._written.get((kind, text))
        if known is None:
            if len(self._written) >= _CACHED:
                self._written.clear()
            known = self._written[(kind, text)] = self.write(kind, text)
        return known


Plain = Callable[[pa.Array], "tuple[Literal[True] | npt.NDArray[np.bool_], int]"]  # which texts are JSON as they are


def _plain_string(texts: pa.Array) -> tuple[Literal[True] | npt.NDArray[np.bool_], int]:
    """Texts without a sign that JSON escapes."""
    raw = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    escaped = (raw == ord("\\")).any() or (raw == ord('"')).any() or (raw < _LEAST_UNESCAPED).any()
    return ~_matching(texts, _ESCAPED) if escaped else True, QUOTED


def _plain_int(texts: pa.Array) -> tuple[Literal[True] | npt.NDArray[np.bool_], int]:
    try:
        numbers = texts.cast(pa.int64())
        if numbers.cast(pa.string()).equals(texts) and pc.max(pc.abs(numbers)).as_py() < _MOST_INT:
            return True, RAW
    except pa.ArrowInvalid:
        pass
    return _matching(texts, _INT), RAW


def _plain_float(texts: pa.Array) -> tuple[Literal[True] | npt.NDArray[np.bool_], int]:
    matching = _matching(texts, _FLOAT) & ~_matching(texts, _TINY) & (pc.binary_length(texts).to_numpy() <= _EXACT)
    return True if matching.all() else matching, RAW


def _plain_boolean(texts: pa.Array) -> tuple[Literal[True] | npt.NDArray[np.bool_], int]:
    matching = _matching(texts, "^(true|false)$")
    return True if matching.all() else matching, RAW


def _matching(texts: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    matching: npt.NDArray[np.bool_] = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return matching


def _instants(values: Stretches) -> Stretches | None:
    """Instants as most files write them, `2026-03-02T09:00:00.000+08:00`, in the form of `datetime.isoformat`."""
    try:
        values.array().cast(_INSTANT)  # every field is within its range
    except pa.ArrowInvalid:
        return None
    raw = np.frombuffer(values.buffer, np.uint8)
    length = values.end - values.begin
    made, begin, end, filled = [], np.empty(len(values), np.int64), np.empty(len(values), np.int64), 0
    for width in np.unique(length):
        rows = np.flatnonzero(length == width)
        written = _isoformat(rows, raw[values.begin[rows][:, None] + np.arange(width)])
        if written is None:
            return None
        for places, matrix in written:
            begin[places] = filled + matrix.shape[1] * np.arange(len(places))
            end[places] = begin[places] + matrix.shape[1]
            filled += matrix.size
            made.append(matrix.tobytes())
    return Stretches(b"".join(made), begin, end)


def _isoformat(rows: Integers, text: Matrix) -> list[tuple[Integers, Matrix]] | None:
    """Texts of one width, those with and without a fraction apart; None where they are not of the usual form."""
    width = text.shape[1]
    tail = 1 if width and (text[:, -1] == ord("Z")).all() else _ZONE
    fraction = width - _HEAD - tail
    if fraction not in (0, _FRACTION) or not _usual(text, tail, fraction):
        return None
    zone = text[:, -tail:] if tail == _ZONE else np.tile(np.frombuffer(b"+00:00", np.uint8), (len(text), 1))
    head = text[:, :_HEAD]
    if not fraction:
        return [(rows, np.hstack([head, zone]))]
    whole = (text[:, _HEAD + 1 : _HEAD + _FRACTION] == ord("0")).all(axis=1)
    micro = np.full((len(text), 3), ord("0"), np.uint8)
    split = text[:, _HEAD : _HEAD + _FRACTION]
    return [
        (rows[whole], np.hstack([head, zone])[whole]),
        (rows[~whole], np.hstack([head, split, micro, zone])[~whole]),
    ]


def _usual(text: Matrix, tail: int, fraction: int) -> bool:
    fixed = all((text[:, place] == ord(sign)).all() for place, sign in _SEPARATORS)
    dotted = not fraction or bool((text[:, _HEAD] == ord(".")).all())
    year = (text[:, :4] != ord("0")).any(axis=1).all()
    return bool(fixed and dotted and year and (tail == 1 or _usual_zone(text[:, -_ZONE:])))


def _usual_zone(zone: Matrix) -> bool:
    """`+hh:mm`, less than a day; `-00:00` has another spelling in Python."""
    digits = zone[:, (1, 2, 4, 5)].astype(np.int64) - ord("0")
    signed = np.isin(zone[:, 0], (ord("+"), ord("-"))) & (zone[:, 3] == ord(":"))
    ranged = ((digits >= 0) & (digits <= 9)).all(axis=1) & (digits[:, 0] <= 1) & (digits[:, 2] <= 5)
    negative_zero = (zone[:, 0] == ord("-")) & (digits == 0).all(axis=1)
    return bool((signed & ranged & ~negative_zero).all())


_PLAIN: dict[str, Plain] = {"int": _plain_int, "float": _plain_float, "boolean": _plain_boolean}
