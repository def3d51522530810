"""Classes of characters in regular expressions: escapes, Unicode categories and blocks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeAlias

from bpmn.feel.values import Undefined

Class: TypeAlias = Callable[[str], bool]

_MAJOR = {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "Z": "slp", "S": "mcko", "C": "cfon"}
CATEGORIES = frozenset(_MAJOR) | {major + minor for major, minors in _MAJOR.items() for minor in minors}
BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "HangulJamo": (0x1100, 0x11FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
SINGLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
ESCAPABLE = frozenset("\\|.?*+(){}-[]^$")


def is_space(sign: str) -> bool:
    return sign in " \t\n\r"


def is_digit(sign: str) -> bool:
    return unicodedata.category(sign) == "Nd"


def is_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "PZC"


def starts_name(sign: str) -> bool:
    return sign in "_:" or sign.isalpha()


def in_name(sign: str) -> bool:
    return starts_name(sign) or sign in "-.\u00b7" or unicodedata.category(sign) in ("Nd", "Mn", "Mc")


CLASSES: dict[str, Class] = {"s": is_space, "d": is_digit, "w": is_word, "i": starts_name, "c": in_name}


def negated(test: Class) -> Class:
    return lambda sign: not test(sign)


def property_class(name: str) -> Class:
    """The class `\\p{name}`: a Unicode category such as Lu, or a block such as IsGreek."""
    if name in CATEGORIES:
        return lambda sign: unicodedata.category(sign).startswith(name)
    if name.startswith("Is") and name[2:] in BLOCKS:
        return between(*map(chr, BLOCKS[name[2:]]))
    raise Undefined(f"There is no class of characters {name}.")


def between(first: str, last: str) -> Class:
    return lambda sign: first <= sign <= last


def one_of(signs: frozenset[str]) -> Class:
    return signs.__contains__


def any_case(test: Class) -> Class:
    return lambda sign: test(sign) or test(sign.lower()) or test(sign.upper())
