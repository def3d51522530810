"""Times as people write them: ISO 8601, day first or month first, two-digit years, seconds since 1970.

Whether `03.04.2026` is April or March cannot be told from one cell, so it is decided over the whole column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

_INSTANT = pa.timestamp("us", "UTC")
_NAIVE = pa.timestamp("us")
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d([T ]\d\d?(:?\d\d)?.*)?$")
_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[./\-年 ])(?P<b>\d{1,2}|[A-Za-z]{3,9})[./\-月 ](?P<c>\d{1,4})日?"
    r"(?:[T ,]+(?P<h>\d{1,2})[:.时](?P<m>\d{2})分?(?:[:.]?(?P<s>\d{2})秒?(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|GMT|[+\-]\d\d:?\d\d)?$"
)
_BARE_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
_MONTHS = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def looks_like_time(text: str) -> bool:
    """Whether the text can be a date or a time of day on one; bare numbers are not taken for times."""
    text = text.strip()
    return bool(_ISO.match(text) or _NUMERIC.match(text)) and not text.isdigit()


def looks_counted(text: str) -> bool:
    """Whether bare digits can be a date (20260304) or a count since 1970; many other numbers can, too."""
    return text.isdigit() and (len(text) in (10, 13, 16) or bool(_BARE_DATE.match(text)))


@dataclass
class Order:
    """What the cells of a column say about the order of day and month: feed it every cell, then ask `day_first`."""

    first_beyond_12: int = 0
    second_beyond_12: int = 0
    separators: Counter[str] = field(default_factory=Counter)

    def see(self, cells: Iterable[str]) -> None:
        for text in cells:
            found = _NUMERIC.match(text.strip()) if text else None
            if found and len(found["a"]) <= 2 and found["b"].isdigit():
                self.first_beyond_12 += int(found["a"]) > 12
                self.second_beyond_12 += int(found["b"]) > 12
                self.separators[found["sep"]] += 1

    @property
    def decided(self) -> bool:
        return bool(self.first_beyond_12) != bool(self.second_beyond_12)

    @property
    def asked(self) -> bool:
        """Whether any cell has its year last, so that the question arises."""
        return bool(self.separators)

    @property
    def day_first(self) -> bool:
        """A day beyond 12 decides by majority; a column without one is day first unless it is written with slashes."""
        if self.first_beyond_12 != self.second_beyond_12:
            return self.first_beyond_12 > self.second_beyond_12
        return not self.separators or self.separators.most_common(1)[0][0] != "/"


@dataclass
class Clock:
    """Reads columns of times; naive ones are those of `zone`, and are counted."""

    zone: str
    day_first: bool = True
    format: str | None = None
    naive: int = 0

    def instants(self, texts: Sequence[str | None]) -> pa.Array:
        """Timestamps in UTC; null where there is no text, or none that is a time."""
        return self.instants_of(pa.array([text or None for text in texts], pa.string()))

    def instants_of(self, column: pa.Array) -> pa.Array:
        """The same for a column that has no empty text."""
        done = self.whole_column(column)
        return (
            done
            if done is not None
            else pa.array([self._one(text) if text else None for text in column.to_pylist()], _INSTANT)
        )

    def whole_column(self, column: pa.Array) -> pa.Array | None:
        """The same if all of it is ISO 8601, with zones or without; None if it is not."""
        if self.format is None:
            for attempt in (self._all_zoned, self._all_naive):
                done = attempt(column)
                if done is not None:
                    return done
        return None

    def _all_zoned(self, column: pa.Array) -> pa.Array | None:
        try:
            return pc.cast(column, _INSTANT)
        except pa.ArrowInvalid:
            return None

    def _all_naive(self, column: pa.Array) -> pa.Array | None:
        try:
            local = pc.cast(column, _NAIVE)
            done = pc.assume_timezone(local, self.zone, ambiguous="earliest", nonexistent="latest")
        except pa.ArrowInvalid:
            return None
        self.naive += len(column) - column.null_count
        return pc.cast(done, _INSTANT)

    def _one(self, text: str) -> datetime | None:
        try:
            stamp = self._parsed(text.strip())
            if stamp is not None and stamp.tzinfo is None:
                self.naive += 1
                stamp = stamp.replace(tzinfo=ZoneInfo(self.zone))
            return None if stamp is None else stamp.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _parsed(self, text: str) -> datetime | None:
        if self.format is not None:
            return datetime.strptime(text, self.format)
        for read in (self._iso, self._written, self._counted):
            stamp = read(text)
            if stamp is not None:
                return stamp
        return None

    def _iso(self, text: str) -> datetime | None:
        if not _ISO.match(text) or (text.isdigit() and len(text) != 8):
            return None
        try:
            return datetime.fromisoformat(text.removesuffix(" UTC"))
        except ValueError:
            return None

    def _written(self, text: str) -> datetime | None:
        found = _NUMERIC.match(text)
        if not found:
            return None
        year, month, day = self._date(found["a"], found["b"], found["c"])
        fraction = int((found["f"] or "0")[:6].ljust(6, "0"))
        stamp = datetime(year, month, day, _hour(found), int(found["m"] or 0), int(found["s"] or 0), fraction)
        return stamp if not found["zone"] else stamp.replace(tzinfo=_offset(found["zone"]))

    def _date(self, a: str, b: str, c: str) -> tuple[int, int, int]:
        if not b.isdigit():
            return _year(c), _MONTHS.get(b[:3].lower(), 0), int(a)
        if len(a) > 2:
            return int(a), int(b), int(c)
        day, month = (int(a), int(b)) if self.day_first else (int(b), int(a))
        return _year(c), month, day

    def _counted(self, text: str) -> datetime | None:
        """Seconds (10 digits), milliseconds (13) or microseconds (16) since 1970, as databases export them."""
        unit: Callable[[float], timedelta] | None = {
            10: lambda n: timedelta(seconds=n),
            13: lambda n: timedelta(milliseconds=n),
            16: lambda n: timedelta(microseconds=n),
        }.get(len(text))
        return _EPOCH + unit(int(text)) if unit and text.isdigit() else None


def _hour(found: re.Match[str]) -> int:
    hour, half = int(found["h"] or 0), (found["half"] or "").lower()
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _offset(text: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo if text[0] in "+-" else UTC
