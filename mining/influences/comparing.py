"""Every trait against every outcome, and what of it can be called found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mining.findings import ENOUGH, Evidence, Finding, Kind
from mining.influences.effects import Effect, effect
from mining.influences.many_looks import corrected
from mining.influences.outcomes import Outcome, Question, deviating, lateness, lead_time
from mining.influences.strata import Strata, strata_of
from mining.influences.traits import ACTIVITY, Trait, told_once, traits_of
from mining.performance import is_open
from mining.reading import Reading

FALSE_SHARE = 0.05  # of what is called found, the part that may be chance on average
MOSTLY_THE_SAME = 0.9  # correlation of two traits from which on one is said to coincide with the other


@dataclass(frozen=True)
class Influences:
    """`looks` is the number of comparisons, all of which were corrected for; `found` is how many of them are called found.

    `adjusted_for` names what the strata are made of, `within` the seconds at which lead times were cut off.
    """

    findings: tuple[Finding, ...]
    looks: int
    found: int
    adjusted_for: tuple[str, ...]
    within: float | None


@dataclass(frozen=True)
class _Look:
    trait: Trait
    outcome: Outcome
    effect: Effect

    @property
    def surely(self) -> bool:
        """Whether the interval of the adjusted difference leaves out nothing at all."""
        adjusted = self.effect.adjusted
        return adjusted is not None and (adjusted.interval[0] > 0 or adjusted.interval[1] < 0)

    @property
    def weight(self) -> float:
        """The difference of all cases with the trait together."""
        adjusted = self.effect.adjusted or self.effect.raw
        return abs(adjusted.value) * adjusted.rests_on


def influences(shared: Reading) -> Influences:
    """Every trait of the cases of a log against each outcome that it knows.

    A trait is called found where its adjusted probability, corrected for all looks (Benjamini and Hochberg, 1995), is at most
    5 % and the adjusted interval leaves out zero.
    """
    return compared(traits_of(shared), tuple(_questions(shared)), strata_of(shared))


def compared(traits: Iterable[Trait], questions: Iterable[tuple[Outcome, Outcome]], strata: Strata) -> Influences:
    """The same of traits, of outcomes (each of all cases, and of the finished ones alone) and of strata that are given."""
    different = tuple(told_once(traits))
    looks = [look for outcomes in questions for look in _looks(different, *outcomes, strata)]
    levels = corrected(np.array([look.effect.probability for look in looks]))
    found = levels <= FALSE_SHARE
    found &= np.array([look.surely for look in looks], dtype=np.bool_)
    within = next((look.outcome.within for look in looks if look.outcome.within is not None), None)
    findings = _ranked(looks, levels.tolist(), found.tolist(), strata)
    return Influences(findings, len(looks), int(found.sum()), strata.names, within)


def _questions(shared: Reading) -> Iterator[tuple[Outcome, Outcome]]:
    """Each outcome of all cases, and of the finished ones for what cases come by only while they run."""
    cases = shared.cases
    lead, of_finished = lead_time(cases), lead_time(cases, finished_only=True)
    if lead is not None and of_finished is not None:
        yield lead, of_finished
    late = lateness(cases, shared.limits, shared.calendar)
    if late is not None:
        yield late, replace(late, judged=late.judged & ~is_open(cases).to_numpy())
    left = None if shared.conformance is None else deviating(cases, shared.conformance.costs)
    if left is not None:
        yield left, left


def _looks(traits: Iterable[Trait], of_all: Outcome, of_finished: Outcome, strata: Strata) -> Iterator[_Look]:
    for trait in traits:
        outcome = of_finished if trait.along_the_way else of_all
        if trait.attribute == ACTIVITY and outcome.question is Question.DEVIATING:
            continue  # to leave the path is to do, or not to do, an activity: that would explain itself
        judged = outcome.judged & trait.known
        has = trait.has[judged]
        if min(int(has.sum()), int((~has).sum())) < ENOUGH:
            continue
        stratum = strata.without(trait.attribute)[judged]
        yield _Look(trait, outcome, effect(outcome.value[judged], outcome.score[judged], has, stratum))


def _ranked(
    looks: Sequence[_Look], levels: Sequence[float], found: Sequence[bool], strata: Strata
) -> tuple[Finding, ...]:
    """What was found first, by the difference of all its cases together within each question."""
    questions = list(Question)
    order = sorted(
        range(len(looks)),
        key=lambda n: (
            questions.index(looks[n].outcome.question),
            not found[n],
            looks[n].effect.adjusted is None,
            -looks[n].weight,
            looks[n].trait.name,
        ),
    )
    earlier: list[_Look] = []
    findings = []
    for rank, n in enumerate(order, start=1):
        evidence: dict[str, Evidence] = {
            "found": found[n],
            "level": levels[n],
            "looks": len(looks),
            "adjusted_for": _held(looks[n], strata),
        }
        if found[n]:
            evidence["coincides_with"] = [list(one) for one in _coinciding(looks[n], earlier)]
            earlier.append(looks[n])
        findings.append(_finding(looks[n], rank, evidence))
    return tuple(findings)


def _held(look: _Look, strata: Strata) -> list[str]:
    return [name for name in strata.names if name != look.trait.attribute]


def _coinciding(look: _Look, earlier: Iterable[_Look]) -> Iterator[tuple[str, str]]:
    """What was found before of nearly the same cases; the two cannot be told apart."""
    for other in earlier:
        both = look.trait.known & other.trait.known
        if other.outcome.question is look.outcome.question and both.any():
            one, two = look.trait.has[both].astype(float), other.trait.has[both].astype(float)
            spread = float(one.std() * two.std())
            alike = float(np.mean((one - one.mean()) * (two - two.mean()))) / spread if spread else 0.0
            if abs(alike) >= MOSTLY_THE_SAME:
                yield other.trait.name


def _finding(look: _Look, rank: int, evidence: dict[str, Evidence]) -> Finding:
    trait, outcome, effect = look.trait, look.outcome, look.effect
    judged = outcome.judged & trait.known
    shown = effect.adjusted or effect.raw
    having = int((trait.has & judged).sum())
    return Finding(
        kind=Kind.INFLUENCE,
        subject=trait.name,
        measure=outcome.question.value,
        value=shown.value,
        unit="share" if outcome.within is None else "seconds",
        cases=having,
        share=having / int(judged.sum()),
        interval=shown.interval,
        rank=rank,
        insufficient=effect.adjusted is None,
        evidence={
            "share_of": "judged",
            "without": int(judged.sum()) - having,
            "raw": effect.raw.value,
            "raw_interval": list(effect.raw.interval),
            "rests_on": shown.rests_on,
            "probability": effect.probability,
            "typical_with": outcome.typical(trait.has & judged),
            "typical_without": outcome.typical(~trait.has & judged),
            "same_as": [list(name) for name in trait.same_as],
            "finished_only": trait.along_the_way,
            **evidence,
        },
    )
