"""Recognises names that hold blanks or operators ("Monthly Salary", "date and time") among the tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from bpmn.feel.errors import FeelError
from bpmn.feel.lexing import Kind, Token, tokens
from bpmn.feel.values import SCALARS

DEEPEST_CONTEXT = 8


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    """The tokens of a name; none for a key such as "50 %", which can be reached only by get value(…)."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except FeelError:
        return ()


class KnownNames:
    """The names of several tokens that the text may use, by their first token; longer ones win.

    A name of one word needs no knowing: the reader takes any word for a name.
    """

    def __init__(self, names: Iterable[str], always: KnownNames | None = None) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._always = always
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        parts = () if name.isidentifier() else _parts(name)
        if len(parts) < 2:
            return
        candidates = self._by_first.setdefault(parts[0], [])
        if (parts, name) not in candidates:
            candidates.append((parts, name))
            candidates.sort(key=lambda c: -len(c[0]))

    def match(self, stream: list[Token], at: int) -> tuple[str, int] | None:
        """(the name, the index after it) of the longest known name that starts at this token."""
        own = self._match(stream, at)
        other = self._always.match(stream, at) if self._always is not None else None
        return max((m for m in (own, other) if m is not None), key=lambda m: m[1], default=None)

    def _match(self, stream: list[Token], at: int) -> tuple[str, int] | None:
        for parts, name in self._by_first.get(stream[at].text, ()):
            if tuple(t.text for t in stream[at : at + len(parts)]) == parts and stream[at].kind is Kind.WORD:
                return name, at + len(parts)
        return None


def special_names(context: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the context and of the contexts in it that are no plain words."""
    found: set[str] = set()
    for key, value in context.items():
        if type(key) is str and not key.isidentifier():
            found.add(key)
        if type(value) not in SCALARS:
            _collect(value, found, 1)
    return frozenset(found)


def _collect(value: Any, found: set[str], depth: int) -> None:
    if depth > DEEPEST_CONTEXT:
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(key, str) and not key.isidentifier():
                found.add(key)
            if isinstance(part, Mapping | list | tuple):
                _collect(part, found, depth + 1)
    elif isinstance(value, list | tuple) and value:
        _collect(value[0], found, depth + 1)  # rows of one list have the same keys
