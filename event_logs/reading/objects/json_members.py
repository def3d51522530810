"""The outermost object of a JSON text member by member, the largest of them element by element, in bounded memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from json.decoder import JSONDecodeError
from typing import Any

from event_logs.reading.source import Source

_LONGEST = 64 * 1024**2  # characters of one element
_OF_A_NUMBER = len("e+")  # what may stand behind a whole number and before the rest of it
_SPACE = " \t\n\r"
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the outermost object; of a divided one an element, `within` being its name or its number there."""

    key: str
    value: Any
    within: str | int | None = None


class Members:
    """Iterate once; `keys` are the names of the members that have begun. Raises UnreadableLog."""

    def __init__(self, source: Source, divided: Collection[str]) -> None:
        self.keys: set[str] = set()
        self._source, self._divided = source, divided
        self._text = _Text(source)

    def __iter__(self) -> Iterator[Member]:
        text = self._text
        text.take("{")
        if not text.takes("}"):
            while True:
                yield from self._member(text.name())
                if not text.takes(","):
                    break
            text.take("}")
        text.end()

    def _member(self, key: str) -> Iterator[Member]:
        if key in self.keys:
            raise self._source.unreadable(f"it has `{key}` twice")
        self.keys.add(key)
        opening = self._text.next() if key in self._divided else ""
        if opening == "[":
            yield from (Member(key, value, n) for n, value in enumerate(self._list()))
        elif opening == "{":
            yield from (Member(key, value, name) for name, value in self._object())
        else:
            yield Member(key, self._text.value())

    def _list(self) -> Iterator[Any]:
        self._text.take("[")
        if self._text.takes("]"):
            return
        yield self._text.value()
        while self._text.takes(","):
            yield self._text.value()
        self._text.take("]")

    def _object(self) -> Iterator[tuple[str, Any]]:
        self._text.take("{")
        if self._text.takes("}"):
            return
        while True:
            name = self._text.name()
            yield name, self._text.value()
            if not self._text.takes(","):
                break
        self._text.take("}")


class _Text:
    """The text as it comes; what was taken is forgotten."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pieces = _decoded(source)
        self._held, self._at, self._before, self._ended = "", 0, 0, False

    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            held, at = self._held, self._at
            while at < len(held) and held[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(held) or not self._more():
                return held[at : at + 1]

    def takes(self, mark: str) -> bool:
        found = self.next() == mark
        self._at += found
        return found

    def take(self, mark: str) -> None:
        if not self.takes(mark):
            raise self._broken(f"{mark!r} was expected", self._at)

    def name(self) -> str:
        if self.next() != '"':
            raise self._broken("a name in quotation marks was expected", self._at)
        name: str = self.value()
        self.take(":")
        return name

    def value(self) -> Any:
        """Any value. Behind a number stands enough to tell that it does not go on."""
        self.next()
        tried = 0
        while True:
            try:
                value, end = _decode(self._held, self._at)
                if end + _OF_A_NUMBER < len(self._held) or not self._more():
                    self._at = end
                    return value
                continue
            except JSONDecodeError as error:
                reason, place = error.msg, error.pos
            except RecursionError:
                raise self._source.unreadable("its JSON is nested too deeply") from None
            except ValueError as error:
                raise self._source.unreadable(f"this is no JSON ({error})") from error
            tried = max(2 * tried, len(self._held) - self._at)
            if tried > _LONGEST or not self._more_than(tried):
                raise self._broken(reason, place)

    def end(self) -> None:
        if self.next():
            raise self._broken("something stands behind its end", self._at)

    def _more_than(self, characters: int) -> bool:
        """Twice as much, so that a long value is not tried with every piece; whether there was more."""
        grown = False
        while len(self._held) - self._at <= characters and self._more():
            grown = True
        return grown

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            self._ended = True
            return False
        self._before += self._at
        self._held, self._at = self._held[self._at :] + piece, 0
        return True

    def _broken(self, reason: str, place: int) -> Exception:
        held = self._held.rstrip()
        cut = self._ended and (place >= len(held) or not held.endswith("}"))
        told = "the file is cut off" if cut else "this is no JSON"
        return self._source.unreadable(f"{told} ({reason}, character {self._before + place + 1:,})")


def _decoded(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(json.detect_encoding(source.head(4)))("surrogatepass")
    try:
        for chunk in source.chunks():
            if text := decoder.decode(chunk):
                yield text
        yield decoder.decode(b"", True)
    except UnicodeError as error:
        raise source.unreadable(f"this is no JSON ({error})") from error
