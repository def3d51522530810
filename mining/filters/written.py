"""Filters as text for an address and as JSON: `and(started(2026-01-01T00:00Z,),not(again(check,1)))`.

Both are a word with its arguments, `word(argument,…)` and `{"word": [argument, …]}`; an argument is a text or another filter. In
the text, `%`, `(`, `)`, `,` and control characters of an argument are written as `%` and two hexadecimal digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mining.errors import UnreadableFilter
from mining.filters.attribute import Attribute, Bound, Fits, Of
from mining.filters.filter import Filter, all_of, any_of
from mining.filters.paths import End, Endpoint, Follower, How, Most, Officers, Path, Rework, Variant
from mining.filters.performance import Measure, Performance
from mining.filters.texts import moment, number, whole
from mining.filters.time import Time, When

DEEPEST, LONGEST = 20, 20_000  # nested filters, and signs of a text
_SPECIAL = re.compile(r"[%(),\x00-\x1f]")
_ESCAPED = re.compile(r"%([0-9A-F]{2})")
Arguments = Sequence["str | Filter"]


def write(chosen: Filter) -> str:
    """The short text of a filter; equal filters have equal texts."""
    word, arguments = chosen.told()
    return f"{word}({','.join(write(a) if isinstance(a, Filter) else _escaped(a) for a in arguments)})"


def read(text: str) -> Filter:
    """The filter of a text; raises UnreadableFilter."""
    if len(text) > LONGEST:
        raise UnreadableFilter(f"it has more than {LONGEST} signs")
    found, at = _read(text, 0, 0)
    if at != len(text):
        raise UnreadableFilter(f"nothing may stand behind {text[:at]!r}")
    return found


def as_json(chosen: Filter) -> dict[str, Any]:
    """A filter as nested objects, one key each: its word with the list of its arguments."""
    word, arguments = chosen.told()
    return {word: [as_json(a) if isinstance(a, Filter) else a for a in arguments]}


def from_json(plain: object, depth: int = 0) -> Filter:
    """The filter of a value as `json.loads` gives it; raises UnreadableFilter."""
    if depth > DEEPEST:
        raise UnreadableFilter(f"it is nested more than {DEEPEST} deep")
    if not isinstance(plain, Mapping) or len(plain) != 1:
        raise UnreadableFilter("it is an object with the one word that says what it is")
    ((word, arguments),) = plain.items()
    if not isinstance(arguments, list) or not all(isinstance(a, str | Mapping) for a in arguments):
        raise UnreadableFilter(f"the arguments of {word!r} are a list of texts and filters")
    return _made(str(word), [a if isinstance(a, str) else from_json(a, depth + 1) for a in arguments])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda sign: f"%{ord(sign[0]):02X}", text)


def _plain(text: str) -> str:
    if "%" in _ESCAPED.sub("", text):
        raise UnreadableFilter(f"in {text!r} a % is not followed by two hexadecimal digits")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _read(text: str, at: int, depth: int) -> tuple[Filter, int]:
    """The filter that begins there, and where it ends."""
    if depth > DEEPEST:
        raise UnreadableFilter(f"it is nested more than {DEEPEST} deep")
    opening = re.compile(r"[a-z_]*\(").match(text, at)
    if opening is None:
        raise UnreadableFilter(f"at sign {at + 1} a word and a bracket are missing, as in starts(check)")
    arguments: list[str | Filter] = []
    at = opening.end()
    while True:
        argument, at = _argument(text, at, depth)
        arguments.append(argument)
        if text[at : at + 1] == ",":
            at += 1
            continue
        if text[at : at + 1] != ")":
            raise UnreadableFilter(f"at sign {at + 1} a closing bracket is missing")
        return _made(opening[0][:-1], [] if arguments == [""] else arguments), at + 1


def _argument(text: str, at: int, depth: int) -> tuple[str | Filter, int]:
    end = at
    while end < len(text) and text[end] not in "(),":
        end += 1
    if text[end : end + 1] == "(":
        return _read(text, at, depth + 1)
    return _plain(text[at:end]), end


# --- the words --------------------------------------------------------------------------------------------------------


def _made(word: str, arguments: Arguments) -> Filter:
    if word in ("and", "or", "not"):
        return _combined(word, arguments)
    texts = [a for a in arguments if isinstance(a, str)]
    if len(texts) < len(arguments):
        raise UnreadableFilter(f"{word!r} takes texts, no filters")
    if word not in WORDS:
        raise UnreadableFilter(
            f"there is no filter {word!r}; there are {', '.join(sorted([*WORDS, 'and', 'or', 'not']))}"
        )
    fewest, most, make = WORDS[word]
    if not fewest <= len(texts) <= (most or len(texts)):
        raise UnreadableFilter(f"{word!r} takes {_how_many(fewest, most)}, not {len(texts)}")
    return make(word, texts)


def _how_many(fewest: int, most: int) -> str:
    if not most:
        return f"at least {fewest} arguments"
    return f"{fewest} arguments" if fewest == most else f"{fewest} to {most} arguments"


def _combined(word: str, arguments: Arguments) -> Filter:
    filters = [a for a in arguments if isinstance(a, Filter)]
    if len(filters) < len(arguments) or not filters:
        raise UnreadableFilter(f"{word!r} takes filters")
    if word == "not":
        if len(filters) > 1:
            raise UnreadableFilter("'not' takes one filter")
        return ~filters[0]
    return all_of(*filters) if word == "and" else any_of(*filters)


def _time(word: str, texts: list[str]) -> Filter:
    return Time(When(word), moment(texts[0]), moment(texts[1]))


def _attribute(word: str, texts: list[str]) -> Filter:
    name, test, *values = texts
    if test not in [*Fits] or not name:
        raise UnreadableFilter(f"{word!r} takes a name and one of {', '.join(Fits)}, then values")
    if test == Fits.RANGE:
        if len(values) != 2:
            raise UnreadableFilter(f"a range of {name!r} has a least and a greatest value")
        least, most = (_bound(value) for value in values)
        if None not in (least, most) and isinstance(least, datetime) != isinstance(most, datetime):
            raise UnreadableFilter(f"a range of {name!r} lies between two numbers or between two moments")
        return Attribute(Of(word), name, Fits.RANGE, (), least, most)
    if bool(values) != (test == Fits.IN):
        raise UnreadableFilter(f"{name!r} {test} takes {'values' if test == Fits.IN else 'no value'}")
    return Attribute(Of(word), name, Fits(test), tuple(sorted(set(values))))


def _bound(text: str) -> Bound:
    return moment(text) if re.match(r"\d+-\d", text) else number(text)


def _endpoint(word: str, texts: list[str]) -> Filter:
    return Endpoint(End(word), tuple(sorted({_activity(word, text) for text in texts})))


def _path(word: str, texts: list[str]) -> Filter:
    return Path(tuple(_activity(word, text) for text in texts))


def _follower(word: str, texts: list[str]) -> Filter:
    first, then, within, officers = (*texts, "", "")[:4]
    if officers not in [*Officers]:
        raise UnreadableFilter(f"officers are same or different, not {officers!r}")
    names = _activity(word, first), _activity(word, then)
    return Follower(How(word), *names, _length(within), Officers(officers))


def _performance(word: str, texts: list[str]) -> Filter:
    return Performance(Measure(word), _length(texts[0]), _length(texts[1]))


def _length(text: str) -> float | None:
    seconds = number(text)
    if seconds is not None and seconds < 0:
        raise UnreadableFilter(f"{text!r} is no length of time in seconds")
    return seconds


def _rework(_word: str, texts: list[str]) -> Filter:
    return Rework(texts[0] or None, whole(texts[1], 1))


def _variants(word: str, texts: list[str]) -> Filter:
    if word == Most.VARIANTS:
        return Variant(Most.VARIANTS, whole(texts[0], 1))
    share = number(texts[0])
    if share is None or not 0 < share <= 1:
        raise UnreadableFilter(f"{texts[0]!r} is no share above 0 and up to 1")
    return Variant(Most.SHARE, share)


def _activity(word: str, text: str) -> str:
    if not text:
        raise UnreadableFilter(f"{word!r} names activities, and no name is empty")
    return text


# word: the fewest and the most arguments (0: any number), and what makes the filter of them
WORDS: Mapping[str, tuple[int, int, Callable[[str, list[str]], Filter]]] = {
    **{when.value: (2, 2, _time) for when in When},
    **{of.value: (2, 0, _attribute) for of in Of},
    **{end.value: (1, 0, _endpoint) for end in End},
    **{how.value: (2, 4, _follower) for how in How},
    **{measure.value: (2, 2, _performance) for measure in Measure},
    **{most.value: (1, 1, _variants) for most in Most},
    "path": (1, 0, _path),
    "again": (2, 2, _rework),
}
