"""Finds labels that mean several activities: their events stand, in part, where one activity usually stands, in part where another does."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TypeAlias

from event_logs.quality.contexts import Contexts, likeness

Place: TypeAlias = tuple[str | None, str | None]  # what is before and after; None where that says nothing
FEWEST = 20
SHARE = 0.15  # of the events of the label that each sense must explain
TOGETHER = 0.7  # of them that all senses must explain
ALIKE = 0.75  # how like the company of these events is to that of the activity in whose place they stand
SURE = 0.5  # how much of a place must belong to the activity that usually stands there
APART = 0.5  # two senses keep company that is less alike than this


@dataclass(frozen=True, slots=True)
class Homonym:
    """A label with its senses: the activities in whose place its events stand, and how many do."""

    label: str
    senses: tuple[tuple[str, int], ...]


def homonymous(company: Contexts) -> list[Homonym]:
    """Labels of at least twenty events that two other activities explain, by what stands before and after."""
    frequent = [label for label, n in company.counts.items() if n >= FEWEST]
    found = (Homonym(label, _senses(label, company)) for label in sorted(frequent))
    return [homonym for homonym in found if len(homonym.senses) > 1]


def _senses(label: str, company: Contexts) -> tuple[tuple[str, int], ...]:
    """The activities that explain a share of the events each, and keep company of their own."""
    usual = _usual(label, company)
    explained: Counter[str] = Counter()
    beside: defaultdict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    for (activity, before, after), n in company.around.items():
        place = before if before != label else None, after if after != label else None
        if activity == label and place in usual:
            explained[usual[place]] += n
            beside[usual[place]].update({(side, name): n for side, name in enumerate(place) if name is not None})
    kept: list[tuple[str, int]] = []
    for activity, n in explained.most_common():
        theirs = company.neighbours[activity]
        apart = all(likeness(theirs, company.neighbours[other]) < APART for other, _ in kept)
        if apart and n >= SHARE * company.counts[label] and likeness(beside[activity], theirs) >= ALIKE:
            kept.append((activity, n))
    return tuple(kept) if sum(n for _, n in kept) >= TOGETHER * company.counts[label] else ()


def _usual(label: str, company: Contexts) -> dict[Place, str]:
    """The other activity to which most of each place belongs, known by both sides, or by one where the label stands beside itself."""
    there: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for (activity, before, after), n in company.around.items():
        if activity != label:
            for place in ((before, after), (before, None), (None, after)):
                there[place][activity] += n
    most = {place: activities.most_common(1)[0] for place, activities in there.items()}
    return {place: activity for place, (activity, n) in most.items() if n > SURE * there[place].total()}
