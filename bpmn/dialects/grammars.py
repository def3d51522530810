"""What each language calls the same thing: one table a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, ATOM = 1, 2, 3, 4, 5, 6, 7, 9


@dataclass(frozen=True)
class Grammar:
    """`binary` and `unary` give for a sign or word its binding power and the sign of FEEL."""

    name: str
    binary: Mapping[str, tuple[int, str]]
    unary: Mapping[str, tuple[int, str]]
    constants: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    chains: bool = False  # `1 < x < 5` means both
    question: bool = False  # `a ? b : c`
    if_else: bool = False  # `b if a else c`


_ARITHMETIC: Final = {"+": (ADD, "+"), "-": (ADD, "-"), "*": (MULTIPLY, "*"), "/": (MULTIPLY, "/")}
_ORDER: Final = {sign: (COMPARE, sign) for sign in ("<", ">", "<=", ">=", "!=")} | {"==": (COMPARE, "=")}
_SIGNS: Final = {"&&": (AND, "and"), "||": (OR, "or")} | _ARITHMETIC | _ORDER
_CONSTANTS: Final = {"true": "true", "false": "false", "null": "null"}
_REMAINDER: Final = "the remainder of a negative number has another sign in FEEL"

JUEL: Final = Grammar(
    "JUEL",
    {
        **_SIGNS,
        "and": (AND, "and"),
        "or": (OR, "or"),
        "div": (MULTIPLY, "/"),
        "eq": (COMPARE, "="),
        "ne": (COMPARE, "!="),
        "lt": (COMPARE, "<"),
        "gt": (COMPARE, ">"),
        "le": (COMPARE, "<="),
        "ge": (COMPARE, ">="),
    },
    {"!": (SIGN, "not"), "not": (SIGN, "not"), "-": (SIGN, "-"), "empty": (SIGN, "empty")},
    _CONSTANTS,
    {"%": _REMAINDER, "mod": _REMAINDER, "instanceof": "FEEL knows no classes of Java"},
    question=True,
)
JAVASCRIPT: Final = Grammar(
    "JavaScript",
    {**_SIGNS, "===": (COMPARE, "="), "!==": (COMPARE, "!=")},
    {"!": (SIGN, "not"), "-": (SIGN, "-")},
    _CONSTANTS | {"undefined": "null"},
    {"%": _REMAINDER, "typeof": "FEEL knows no types of JavaScript", "in": "FEEL knows no objects of JavaScript"}
    | dict.fromkeys(["new", "function", "let", "var", "const", "return", "instanceof"], "this is a program"),
    question=True,
)
GROOVY: Final = Grammar(
    "Groovy",
    _SIGNS,
    {"!": (SIGN, "not"), "-": (SIGN, "-")},
    _CONSTANTS,
    {"%": _REMAINDER} | dict.fromkeys(["new", "def", "return", "instanceof", "in", "as"], "this is a program"),
    question=True,
)
PYTHON: Final = Grammar(
    "Python",
    _ARITHMETIC
    | _ORDER
    | {"and": (AND, "and"), "or": (OR, "or"), "in": (COMPARE, "in"), "not": (COMPARE, "in"), "is": (COMPARE, "=")},
    {"not": (NOT, "not"), "-": (SIGN, "-")},
    {"True": "true", "False": "false", "None": "null"},
    dict.fromkeys(["lambda", "for", "await", "yield", "import"], "this is a program") | {"%": "it may format a text"},
    chains=True,
    if_else=True,
)
GRAMMARS: Final = (JUEL, JAVASCRIPT, GROOVY, PYTHON)
