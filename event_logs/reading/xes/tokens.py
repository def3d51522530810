"""The plain grammar of XES between the values of attributes, as nearly every file is written.

Between the quotation marks around two values there stands always the same: the end of one attribute, perhaps the end of an event
and of a trace and the beginning of the next ones, and the beginning of an attribute with its key. Such a stretch is a token here.
A log has some dozens of them, so each is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from event_logs.reading.xes_values import key_text

ANYWHERE, IN_TRACE, IN_EVENT = 0, 1, 2
_SPACE = rb"[ \t\r\n]*"
_TAG = re.compile(rb"<(/?)(event|trace)" + _SPACE + rb">")
_TAGS = rb"(?P<tags>(?:" + _SPACE + rb"</?(?:event|trace)" + _SPACE + rb">)*)" + _SPACE
_ATTRIBUTE = (
    rb"<(?P<kind>string|date|int|float|boolean|id)[ \t\r\n]+key=\"(?P<key>[^\"<&\x00-\x1f]*)\"[ \t\r\n]+value=\Z"
)
_BETWEEN = re.compile(rb"(?P<ends>" + _SPACE + rb"/>)?" + _TAGS + _ATTRIBUTE)
_LAST = re.compile(_SPACE + rb"/>" + _SPACE + rb"</event" + _SPACE + rb">" + _SPACE + rb"</trace>\Z")
_MOVES = {  # tags on the way: where one must have been, and where one is then
    (): (ANYWHERE, ANYWHERE),
    ("event",): (IN_TRACE, IN_EVENT),
    ("/event",): (IN_EVENT, IN_TRACE),
    ("/event", "event"): (IN_EVENT, IN_EVENT),
    ("/event", "/trace", "trace"): (IN_EVENT, IN_TRACE),
    ("/event", "/trace", "trace", "event"): (IN_EVENT, IN_EVENT),
}
_FIRST_MOVES = {("trace",): (ANYWHERE, IN_TRACE), ("trace", "event"): (ANYWHERE, IN_EVENT)}


@dataclass(frozen=True)
class Token:
    """`needs` and `gives` say where one is before and behind it; `marks` and `controls` how many `<` and control characters it has."""

    needs: int
    gives: int
    begins_trace: bool
    begins_event: bool
    kind: str
    key: str
    json_key: str
    marks: int
    controls: int


def is_plain_end(text: bytes) -> bool:
    """Whether this can stand behind the last value of some whole traces."""
    return _LAST.fullmatch(text) is not None


class Tokens:
    """The tokens seen so far; `canonical` gives keys their standard prefix."""

    def __init__(self, canonical: Callable[[str], str]) -> None:
        self._canonical = canonical
        self._known: dict[tuple[bytes, bool], Token | None] = {}

    def told(self, texts: Sequence[bytes]) -> list[Token] | None:
        """What these stretches are, the first of them being that before the first value; None if one of them is unusual."""
        found = [self._token(text, n == 0) for n, text in enumerate(texts)]
        return None if None in found else [token for token in found if token is not None]

    def _token(self, text: bytes, first: bool) -> Token | None:
        known = self._known.get((text, first), _UNSEEN)
        if known is _UNSEEN:
            known = self._known[(text, first)] = self._read(text, first)
        return known  # type: ignore[return-value]

    def _read(self, text: bytes, first: bool) -> Token | None:
        found = _BETWEEN.fullmatch(text)
        if found is None or (found["ends"] is None) != first:
            return None
        tags = tuple((slash + name).decode() for slash, name in _TAG.findall(found["tags"]))
        move = (_FIRST_MOVES if first else _MOVES).get(tags)
        if move is None:
            return None
        key = self._canonical(found["key"].decode())
        return Token(
            *move,
            begins_trace="trace" in tags,
            begins_event="event" in tags,
            kind=found["kind"].decode(),
            key=key,
            json_key=key_text(key),
            marks=text.count(b"<"),
            controls=sum(byte < 0x20 for byte in text),
        )


_UNSEEN = object()


def column(tokens: Sequence[Token], name: str) -> npt.NDArray[np.int64]:
    return np.array([getattr(token, name) for token in tokens], np.int64)
