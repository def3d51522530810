"""Finds labels that mean an activity of another name: polluted by numbers, distorted by a slip of the hand, or a synonym.

Nothing is known of any language: labels are judged by how they are written and by the company that they keep in the log.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from event_logs.quality.contexts import Contexts, in_order_of_frequency, likeness

Names: TypeAlias = Mapping[str, str]  # the label that is wrong: the name that is meant
_CUT = re.compile(r"[\s_\-#/:.|]+")
FEWEST_POLLUTED = 5  # so many endings make a pattern
SAME_ENDING = 2  # an ending that is a number of one event is hardly ever repeated
RARE = 0.1  # a slip is rarer than a tenth of what was meant
SAME_COMPANY, SAME_PEOPLE = 0.8, 0.6
FEWEST_SYNONYM = 5
FEWEST_TO_JUDGE = 5  # the company of fewer events says nothing
SHORTEST = 4  # in shorter labels every other letter is another word


def polluted(counts: Mapping[str, int]) -> Names:
    """Labels with a number, date or code before or behind that is new nearly every time, and the label without it."""
    found: dict[str, str] = {}
    for backwards in (False, True):
        found |= _polluted_on_one_side({label: n for label, n in counts.items() if label not in found}, backwards)
    return found


def _polluted_on_one_side(counts: Mapping[str, int], backwards: bool) -> dict[str, str]:
    stems: dict[str, dict[str, str]] = defaultdict(dict)
    for label in counts:
        for stem, rest in _cuts(label, backwards):
            if len(rest) >= SHORTEST and any(sign.isdigit() for sign in rest):
                stems[stem][label] = rest
    found: dict[str, str] = {}
    for stem in sorted(stems, key=len):  # the longest stem that is a pattern has the last word
        labels = stems[stem]
        events = sum(counts[label] for label in labels)
        if len(labels) >= FEWEST_POLLUTED and events <= SAME_ENDING * len(labels):
            found |= dict.fromkeys(labels, stem)
    return found


def _cuts(label: str, backwards: bool) -> Iterable[tuple[str, str]]:
    """The label divided at each of its seams: (what may be the name, what may be the number)."""
    for seam in _CUT.finditer(label):
        before, after = label[: seam.start()], label[seam.end() :]
        if before and after:
            yield (after, before) if backwards else (before, after)


def distorted(company: Contexts) -> Names:
    """Rare labels that are one slip away from a common one: another case, or a letter too many, too few, wrong or exchanged."""
    counts = company.counts
    common = list(in_order_of_frequency(counts))
    by_shape: dict[str, list[str]] = defaultdict(list)
    for label in common:
        for shape in _shapes(label.casefold()):
            by_shape[shape].append(label)
    found: dict[str, str] = {}
    for label in reversed(common):
        candidates = dict.fromkeys(c for shape in _shapes(label.casefold()) for c in by_shape[shape])
        meant = next((c for c in candidates if counts[label] <= RARE * counts[c] and one_slip(label, c)), None)
        if meant is not None and (counts[label] < FEWEST_TO_JUDGE or _shares_company(company, label, meant)):
            found[label] = meant
    return {label: found.get(meant, meant) for label, meant in found.items()}


def _shapes(text: str) -> set[str]:
    """The text, and it without each of its letters: two texts that are one slip apart have one of these in common."""
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def one_slip(written: str, meant: str) -> bool:
    """Is one written for the other by one slip? Another digit is another thing, not a slip; case does not count."""
    one, other = written.casefold(), meant.casefold()
    if written == meant or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < SHORTEST:
        return False
    if _digits(one) != _digits(other):
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if _in_a_number(one, start) or _in_a_number(other, start):
        return False
    one, other = one[start:], other[start:]
    return (
        one == other
        or one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2] == other[:2][::-1] and one[2:] == other[2:])
    )


def _in_a_number(text: str, at: int) -> bool:
    """Does that letter stand beside a digit, as in `101b`? Then it is a part of a code."""
    around = text[max(0, at - 1) : at + 2]
    return text[at : at + 1].isalpha() and any(sign.isdigit() for sign in around)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _shares_company(company: Contexts, one: str, other: str) -> bool:
    """Does anything stand before or after both? Labels that never had a neighbour in common are two activities."""
    return not company.neighbours[one].keys().isdisjoint(company.neighbours[other])


def synonymous(company: Contexts) -> Names:
    """Labels that hold all words of a more frequent one, and are done by the same people between the same activities."""
    common = [label for label in in_order_of_frequency(company.counts) if company.counts[label] >= FEWEST_SYNONYM]
    found: dict[str, str] = {}
    for place, label in enumerate(common):
        for meant in common[:place]:
            if meant not in found and _words_alike(label, meant) and _same_work(company, label, meant):
                found[label] = meant
                break
    return found


def _words_alike(one: str, other: str) -> bool:
    words, others = (set(_CUT.split(label.casefold())) - {""} for label in (one, other))
    return bool(words and others) and (words <= others or others <= words)


def _same_work(company: Contexts, one: str, other: str) -> bool:
    """Between the same neighbours (where one stands beside the other, both count as one), and by the same people if any is known."""
    near = [_renamed(company.neighbours[label], one, other) for label in (one, other)]
    people = [company.officers.get(label, Counter()) for label in (one, other)]
    return likeness(*near) >= SAME_COMPANY and (not all(people) or likeness(*people) >= SAME_PEOPLE)


def _renamed(neighbours: Counter[tuple[int, str]], name: str, other: str) -> Counter[tuple[int, str]]:
    summed: Counter[tuple[int, str]] = Counter()
    for (side, activity), n in neighbours.items():
        summed[side, other if activity == name else activity] += n
    return summed
