"""Columns of typed text as JSON, whole columns at a time where they are written plainly, text by text where they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from event_logs.reading.stretches import INSTANT, QUOTED, RAW, Integers, Stretches, rewritten
from event_logs.reading.xes_values import scalar_text

_CACHED = 200_000
_LEAST_UNESCAPED = 0x20
_LEAST_PLAIN, _MOST_PLAIN = 1e-4, 1e15  # between them a float is written without an exponent
_INSTANT = pa.timestamp("us", "UTC")
_HEAD, _FRACTION, _ZONE = 19, 4, 6  # 2026-03-02T09:00:00 .000 +08:00
_SEPARATORS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
Matrix = npt.NDArray[np.uint8]


@dataclass
class JsonValues:
    """Remembers what it wrote for texts that it had to look at one by one; they come again and again."""

    _written: dict[tuple[str, str], str] = field(default_factory=dict)

    def column(self, kind: str, values: Stretches) -> tuple[Stretches, int]:
        """The JSON of values of one XES type, and the form in which it stands."""
        plain = _PLAIN.get(kind, _plain_string)(values)
        return plain if plain is not None else (self._one_by_one(kind, values), RAW)

    def _one_by_one(self, kind: str, values: Stretches) -> Stretches:
        which, texts = values.encoded()
        return rewritten([self._write(kind, text.decode()) for text in texts], which)

    def _write(self, kind: str, text: str) -> str:
        known = self._written.get((kind, text))
        if known is None:
            if len(self._written) >= _CACHED:
                self._written.clear()
            known = self._written[(kind, text)] = scalar_text(kind, text)
        return known


Plain = Callable[[Stretches], "tuple[Stretches, int] | None"]


def _plain_string(values: Stretches) -> tuple[Stretches, int] | None:
    """Texts without a sign that JSON escapes."""
    raw = np.frombuffer(values.array().buffers()[2] or b"", np.uint8)
    escaped = (raw == ord("\\")).any() or (raw == ord('"')).any() or (raw < _LEAST_UNESCAPED).any()
    return None if escaped else (values, QUOTED)


def _plain_int(values: Stretches) -> tuple[Stretches, int] | None:
    texts = values.array()
    try:
        again = texts.cast(pa.int64()).cast(pa.string())
    except pa.ArrowInvalid:
        return None
    return (values, RAW) if again.equals(texts) else None


def _plain_float(values: Stretches) -> tuple[Stretches, int] | None:
    texts = values.array()
    try:
        numbers = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    size = np.abs(numbers.to_numpy(zero_copy_only=False))
    written_plainly = ((size >= _LEAST_PLAIN) & (size < _MOST_PLAIN)) | (size == 0)
    if not written_plainly.all() or not numbers.cast(pa.string()).equals(texts):
        return None
    return (values, RAW) if pc.all(pc.match_substring(texts, ".")).as_py() else None


def _plain_boolean(values: Stretches) -> tuple[Stretches, int] | None:
    return (values, RAW) if set(values.array().unique().to_pylist()) <= {"true", "false"} else None


def _plain_date(values: Stretches) -> tuple[Stretches, int] | None:
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
        for places, matrix in _isoformat(rows, raw[values.begin[rows][:, None] + np.arange(width)]) or [(rows, None)]:
            if matrix is None:
                return None
            begin[places] = filled + matrix.shape[1] * np.arange(len(places))
            end[places] = begin[places] + matrix.shape[1]
            filled += matrix.size
            made.append(matrix.tobytes())
    return Stretches(b"".join(made), begin, end), INSTANT


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


_PLAIN: dict[str, Plain] = {
    "int": _plain_int,
    "float": _plain_float,
    "boolean": _plain_boolean,
    "date": _plain_date,
}
