"""Finds work that a form recorded in one stroke: steps that follow each other in time elsewhere, and here have the very same instant."""

from __future__ import annotations

from dataclasses import dataclass

from event_logs.quality.contexts import Contexts

FEWEST = 5
CHANCE = 0.02  # below this share of ties they are coincidences
USUAL = 0.6  # above this share of ties, falling together is how the two activities are
ONE_WAY = 0.95  # one comes before the other, whenever they follow each other


@dataclass(frozen=True, slots=True)
class OneForm:
    """Two activities that were recorded together `times` times out of `of` that they follow each other."""

    first: str
    then: str
    times: int
    of: int


def form_based(company: Contexts) -> list[OneForm]:
    """Pairs of activities, one always before the other, that some cases have at one instant and most have not."""
    found: list[OneForm] = []
    if company.coarse:
        return found
    for (first, then), tied in sorted(company.tied.items()):
        there, back = company.pairs[first, then], company.pairs[then, first]
        at_times = max(FEWEST, CHANCE * there) <= tied <= USUAL * there
        if at_times and first != then and there >= ONE_WAY * (there + back):
            found.append(OneForm(first, then, tied, there))
    return found
