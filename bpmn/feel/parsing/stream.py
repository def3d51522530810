"""The tokens of one text, with a place in them, and the names that stand there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from bpmn.feel import syntax as s
from bpmn.feel.builtins import BUILTIN_NAMES
from bpmn.feel.errors import TooExpensive, UnreadableExpression
from bpmn.feel.known_names import KnownNames
from bpmn.feel.lexing import Kind, Token, tokens

LONGEST_CHAIN = 2_000  # tokens
MOST_NODES = 6_000

_ENDS_A_NAME = frozenset(
    ("and", "or", "in", "between", "then", "else", "return", "satisfies", "instance", "true", "false", "null")
)
_STARTS_NO_NAME = _ENDS_A_NAME - {"instance"} | {"if", "for", "some", "every"}
# what paths may name although it holds keywords
_PROPERTIES = ("time offset", "start included", "end included")
_STANDARD = KnownNames((*BUILTIN_NAMES, *_PROPERTIES))


class TokenStream:
    """The tokens, and how far they are read."""

    def __init__(self, text: str, known: Iterable[str] = ()) -> None:
        self.text = text
        self.stream = tokens(text)
        self.at = 0
        self.depth = 0
        self.values_read = 0
        self.range_ends = 0
        self.known = KnownNames(known, _STANDARD)

    # -- tokens

    @property
    def token(self) -> Token:
        return self.stream[self.at]

    def is_mark(self, *marks: str) -> bool:
        return self.token.kind is Kind.MARK and self.token.text in marks

    def is_word(self, *words: str) -> bool:
        return self.token.kind is Kind.WORD and self.token.text in words

    def accept(self, mark: str) -> bool:
        if self.is_mark(mark):
            self.at += 1
            return True
        return False

    def expect(self, mark: str) -> Token:
        if not self.is_mark(mark):
            raise self.unreadable(f"A {mark} is expected here.")
        self.at += 1
        return self.stream[self.at - 1]

    def expect_word(self, word: str) -> None:
        if not self.is_word(word):
            raise self.unreadable(f"The word {word} is expected here.")
        self.at += 1

    def unreadable(self, message: str) -> UnreadableExpression:
        return UnreadableExpression(message, self.text, self.token.position)

    def attempt(self, read: Callable[[], Any]) -> Any:
        """What `read` gives; None, with nothing consumed, where the text is something else."""
        at, depth = self.at, self.depth
        try:
            return read()
        except UnreadableExpression:
            self.at, self.depth = at, depth
            return None

    def limit_chain(self, start: int) -> None:
        """`1+1+1+…` nests without a bracket; it is stopped before it has become a tree."""
        if self.at - start > LONGEST_CHAIN:
            raise TooExpensive("The expression is too long; split it into several.", self.text, self.token.position)

    def separated(self, read: Callable[[], s.Node], first: s.Node | None = None) -> s.Nodes:
        items = [first or read()]
        while self.accept(","):
            items.append(read())
            if len(items) > MOST_NODES:
                raise TooExpensive("The expression is too long; split it into several.", self.text, self.token.position)
        return tuple(items)

    # -- names

    def parameter(self) -> str:
        start = self.at
        while self.token.kind is not Kind.END and not self.is_mark(",", ":", ")"):
            self.at += 1
        name = self._spelled(start)
        self.known.add(name)
        return name

    def name(self) -> str:
        """A known name, however many words it has; otherwise the words up to the next keyword or mark."""
        if self.token.kind is not Kind.WORD:
            raise self.unreadable("A name is expected here.")
        if match := self.known.match(self.stream, self.at):
            longer = self._words(self.at)
            if longer <= match[1]:
                self.at = match[1]
                return match[0]
        if self.token.text == "not" and not match and self._words(self.at) > self.at + 1:
            raise self.unreadable("Write not(…), with brackets.")
        if self.token.text in _STARTS_NO_NAME and not match:
            raise self.unreadable(f"A value is expected here, not the word {self.token.text}.")
        start, self.at = self.at, self._words(self.at)
        return self._spelled(start)

    def _words(self, at: int) -> int:
        """The index after the words that can only be one name, since two names never stand side by side."""
        at += 1
        while (token := self.stream[at]).kind is Kind.WORD or (token.kind is Kind.NUMBER and token.text.isdigit()):
            if token.text in _ENDS_A_NAME:
                break
            at += 1
        return at

    def _spelled(self, start: int) -> str:
        if start == self.at:
            raise self.unreadable("A name is expected here.")
        written = self.text[self.stream[start].position : self.stream[self.at - 1].end]
        return re.sub(r"\s+", " ", written)
