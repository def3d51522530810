"""Conditions in the expression language of Camunda 7, Flowable and Activiti (`${amount > 5 && !late}`) as FEEL.

Only comparisons and logic of plain variables are translated, for which there is no doubt; calls of methods are not.
"""

from __future__ import annotations

import re

_WRAPPED = re.compile(r"\s*[$#]\{([^{}]*)\}\s*")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!()+\-*/]))"
)
_SIGNS = {"==": "=", "&&": "and", "||": "or"}
_WORDS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_OTHERS = ("empty", "instanceof", "div", "mod", "not", "matches", "contains")


def translated(text: str) -> str | None:
    """The same condition in FEEL, or None where it is no such expression or its meaning is not certain."""
    wrapped = _WRAPPED.fullmatch(text)
    tokens = _tokens(wrapped[1]) if wrapped else None
    if not tokens:
        return None
    found: list[str] = []
    for i, (kind, token) in enumerate(tokens):
        following = tokens[i + 1][1] if i + 1 < len(tokens) else ""
        if kind == "name" and (token in _OTHERS or following == "("):
            return None
        if token == "!" and kind == "sign":
            found.append("not")
        elif i and tokens[i - 1] == ("sign", "!") and token != "(":
            if kind != "name" or token in _WORDS:
                return None
            found.append(f"({token})")
        else:
            found.append(_feel(kind, token))
    return " ".join(found).replace("not (", "not(").replace("( ", "(").replace(" )", ")")


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            return None
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _feel(kind: str, token: str) -> str:
    if kind == "text":
        return f'"{token[1:-1]}"' if '"' not in token[1:-1] else token
    if kind == "name":
        return _WORDS.get(token, token)
    return _SIGNS.get(token, token)
