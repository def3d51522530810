"""The signs of an expression, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bpmn.errors import Untranslatable

_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<text>'[^'\\\n]*'|\"[^\"\\\n]*\")"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[<>!()\[\]+\-*/%?:.,])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, text, name, sign or end."""

    kind: str
    text: str
    position: int


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of a part of the text, with one at the end; raises Untranslatable at a sign that no language shares."""
    at = start
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None or match.lastgroup is None:
            raise Untranslatable(text, at, f"the sign {text[at]!r} has no certain meaning")
        if match.lastgroup != "blank":
            yield Token(match.lastgroup, match[match.lastgroup], at)
        at = match.end()
    yield Token("end", "", end)
