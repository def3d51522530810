"""What each kind of tabular file offers to those who read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from event_logs.reading.aside import Aside
from event_logs.reading.source import Source
from event_logs.reading.stretches import Integers


@dataclass(frozen=True)
class Rows:
    """Some rows of a table: one text column for each of its header, and the line on which each row begins."""

    columns: Sequence[pa.Array]
    lines: Integers


class Table(Protocol):
    """What each kind of file offers."""

    source: Source
    notes: list[str]  # sentences about what was odd in what `blocks` gave

    @property
    def header(self) -> Sequence[str]: ...

    @property
    def kinds(self) -> Mapping[str, str]:
        """The XES types of the columns, where the file says them."""
        ...

    def sample(self) -> Sequence[Sequence[str]]:
        """The first rows below the header."""
        ...

    def blocks(self, aside: Aside | None) -> Iterator[Rows]:
        """All rows; those that are no rows go aside."""
        ...


def distinct(header: Sequence[str]) -> list[str]:
    """Column names that differ: a name that comes again gets its number, an empty one that of its column."""
    seen: Counter[str] = Counter()
    names = []
    for place, raw in enumerate(header, 1):
        name = raw.strip() or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
