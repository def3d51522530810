"""Reads the names of types, such as `list<number>` and `function<string> -> boolean`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bpmn.feel import syntax as s
from bpmn.feel.errors import TooExpensive
from bpmn.feel.lexing import Kind
from bpmn.feel.parsing.stream import TokenStream

T = TypeVar("T")
DEEPEST_NESTING = 50
_TYPE_NAMES = ("date and time", "days and time duration", "years and months duration")


class TypeReader(TokenStream):
    """A stream that types can be read from."""

    def nested(self, read: Callable[[], T], too_deep: str) -> T:
        """What `read` gives, one level deeper; `too_deep` is said where that is more than may be."""
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise TooExpensive(too_deep, self.text, self.token.position)
        found = read()
        self.depth -= 1
        return found

    def type_name(self) -> s.TypeName:
        return self.nested(self._type_name, "The type is nested too deeply.")

    def _type_name(self) -> s.TypeName:
        position, name = self.token.position, self._type_word()
        if name == "function" and self.accept("<"):
            arguments = self._types_until(">")
            self.expect("->")
            return s.TypeName(position, name, arguments, (), self.type_name())
        if name == "context" and self.accept("<"):
            return self._context_type(position)
        if name in ("list", "range") and self.accept("<"):
            return s.TypeName(position, name, self._types_until(">"))
        return s.TypeName(position, name)

    def _type_word(self) -> str:
        for name in _TYPE_NAMES:
            words = name.split()
            if [t.text for t in self.stream[self.at : self.at + len(words)]] == words:
                self.at += len(words)
                return name
        start = self.at
        if self.token.kind is not Kind.WORD:
            raise self.unreadable("The name of a type is expected here.")
        self.at = self._words(self.at)
        while self.is_mark(".") and self.stream[self.at + 1].kind is Kind.WORD:
            self.at = self._words(self.at + 1)
        return self._spelled(start)

    def _types_until(self, mark: str) -> tuple[s.TypeName, ...]:
        found: list[s.TypeName] = []
        while not self.accept(mark):
            if found:
                self.expect(",")
            found.append(self.type_name())
        return tuple(found)

    def _context_type(self, position: int) -> s.TypeName:
        keys: list[str] = []
        types: list[s.TypeName] = []
        while not self.accept(">"):
            if keys:
                self.expect(",")
            keys.append(self.parameter())
            self.expect(":")
            types.append(self.type_name())
        return s.TypeName(position, "context", tuple(types), tuple(keys))
