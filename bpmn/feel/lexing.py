"""Cuts the text of an expression into tokens (DMN 1.5, grammar rules 27 to 39)."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from bpmn.feel.errors import TooExpensive, UnreadableExpression

LONGEST_TEXT = 32_768

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3003-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\uff61-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = r"\s\u0085\u00a0\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\ufeff\u3000"
_TOKEN = re.compile(
    rf"(?P<skip>[{_SPACE}]+|//[^\n\r]*|/\*.*?\*/)"
    r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<word>[{_START}][{_PART}]*)"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<mark>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},:.@'])",
    re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_REMEDIES = {
    "，": "write the half-width comma ,",
    "（": "write the half-width bracket (",
    "）": "write the half-width bracket )",
    "：": "write the half-width colon :",
    "＞": "write the half-width >",
    "＜": "write the half-width <",
    "＝": "write the half-width =",
    "“": 'write straight quotes "',
    "”": 'write straight quotes "',
    "&": "write and",
    "|": "write or",
    "!": "write not(…), or != for unequal",
    "'": 'write double quotes "',
    '"': "the text in quotes is not closed",
    ";": "one expression has no semicolons",
    "%": "for the rest of a division write modulo(dividend, divisor)",
}


class Kind(Enum):
    WORD = auto()
    NUMBER = auto()
    STRING = auto()
    MARK = auto()
    END = auto()


class Token(NamedTuple):
    kind: Kind
    text: str  # of a string: what it says, without quotes and escapes
    position: int
    end: int


_KINDS = {"word": Kind.WORD, "number": Kind.NUMBER, "string": Kind.STRING, "mark": Kind.MARK}


def tokens(text: str) -> list[Token]:
    """The tokens of the text and a closing END; raises UnreadableExpression or TooExpensive."""
    if len(text) > LONGEST_TEXT:
        raise TooExpensive(f"The expression has {len(text)} characters; at most {LONGEST_TEXT} are read.")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        if match.lastgroup != "skip":
            found.append(_token(match, text))
        position = match.end()
    found.append(Token(Kind.END, "", len(text), len(text)))
    return found


def _token(match: re.Match[str], text: str) -> Token:
    kind = _KINDS[match.lastgroup or ""]
    content = match.group()
    if kind is Kind.STRING:
        content = unescape(content[1:-1], text, match.start() + 1)
    return Token(kind, content, match.start(), match.end())


def unescape(content: str, text: str, position: int) -> str:
    """What stands between the quotes, which begins at that position of the text, without its escapes."""
    if "\\" not in content:
        return content
    plain = _ESCAPE.sub(lambda m: _unescaped(m.group(1), text, position + m.start()), content)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(escape: str, text: str, position: int) -> str:
    if len(escape) > 1:
        code = int(escape[1:], 16)
        if code > 0x10FFFF:
            raise UnreadableExpression(f"There is no character with the code {escape[1:]}.", text, position)
        return chr(code)
    return _ESCAPED.get(escape, "\\" + escape)


def _unreadable(text: str, position: int) -> UnreadableExpression:
    sign = text[position]
    remedy = _REMEDIES.get(sign)
    return UnreadableExpression(
        f"The character {sign} has no meaning here{f'; {remedy}' if remedy else ''}.", text, position
    )
