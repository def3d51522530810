"""Tables of a TOML file, read so that every wrong entry is named with its file and place, and none is ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass
class Mistakes:
    """What is wrong, as sentences that begin with the file and the place in it."""

    found: list[str] = field(default_factory=list)

    def add(self, file: str, place: str, sentence: str) -> None:
        self.found.append(f"{file}{f' [{place}]' if place else ''}: {sentence}")


class Table:
    """One table; `close` names the entries that nobody asked for."""

    def __init__(self, content: Mapping[str, Any], file: str, place: str, mistakes: Mistakes) -> None:
        self._content, self._file, self._place, self._mistakes = dict(content), file, place, mistakes

    def wrong(self, key: str, sentence: str) -> None:
        self._mistakes.add(self._file, f"{self._place}.{key}" if self._place else key, sentence)

    def optional(self, key: str) -> str | None:
        value = self._content.pop(key, None)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.wrong(key, "this is to be a text between quotation marks.")
            return None
        return value

    def text(self, key: str) -> str:
        if key not in self._content:
            self.wrong(key, "the entry is missing.")
        return self.optional(key) or ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._content.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self.wrong(key, "this is to be a list of texts.")
            return ()
        return tuple(value)

    def count(self, key: str) -> int:
        value = self._content.pop(key, None)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(key, "this is to be a whole number of at least 1.")
            return 1
        return value

    def flag(self, key: str) -> bool:
        value = self._content.pop(key, None)
        if not isinstance(value, bool):
            self.wrong(key, "this is to be true or false.")
            return False
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        value = self._content.pop(key, None)
        if value not in [choice.value for choice in choices]:
            self.wrong(key, f"this is to be one of {', '.join(choice.value for choice in choices)}, not {value!r}.")
            return next(iter(choices))
        return choices(value)

    def table(self, key: str) -> Table | None:
        value = self._content.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, f"this is to be a table [{key}].")
            return None
        return self._inner(key, value)

    def tables(self, key: str) -> list[Table]:
        value = self._content.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.wrong(key, f"these are to be tables [[{key}]].")
            return []
        return [self._inner(f"{key}[{i}]", entry) for i, entry in enumerate(value)]

    def _inner(self, name: str, content: Mapping[str, Any]) -> Table:
        return Table(content, self._file, f"{self._place}.{name}" if self._place else name, self._mistakes)

    def translations(self, key: str) -> dict[str, str]:
        """A table with an entry in Chinese and one in English."""
        table = self.table(key)
        if table is None:
            self.wrong(key, "the table with zh and en is missing.")
            return {}
        found = {code: table.text(code) for code in ("zh", "en")}
        table.close()
        return found

    def close(self) -> None:
        for key in self._content:
            self.wrong(key, "nothing is known of such an entry; look for a slip of the pen.")
