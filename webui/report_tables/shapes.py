"""What a report is made of: sections, tables and cells, and the writer who names and writes things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mining.findings import Finding
from webui.report_texts import duration, say, working_duration

Labels = Callable[[str], str]
MOST_ROWS = 15


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table shows: a text, and for a share the part that its bar fills."""

    text: str
    bar: float | None = None
    number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; `narrow` are the columns that are enough on a terminal, all where empty."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    in_all: int = 0
    narrow: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its key in the texts, sentences, and tables."""

    key: str
    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Writer:
    """How this report names and writes things."""

    language: str
    labels: Labels

    def say(self, key: str, **values: Any) -> str:
        return say(self.language, key, **values)

    def time(self, seconds: object) -> str:
        return duration(float(seconds) if isinstance(seconds, int | float) else None, self.language)

    def working(self, seconds: object) -> str:
        return working_duration(float(seconds) if isinstance(seconds, int | float) else None, self.language)

    def subject(self, finding: Finding) -> str:
        return " → ".join(self.labels(part) for part in finding.subject)

    def activity(self, finding: Finding) -> str:
        return self.labels(finding.subject[-1]) if finding.subject else ""

    def columns(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.say(key) for key in keys)
