"""Rules that a log keeps by itself: the strongest that hold, without those that others already say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mining.findings import ENOUGH
from mining.habits.counting import Counted, Paths, counted
from mining.habits.templates import BOTH, BY_EITHER, BY_SECOND, SYMMETRIC, UNARY, Template
from mining.shares import wilson

SUPPORT, CONFIDENCE = 0.05, 0.95
_STRONGER: Mapping[Template, tuple[Template, ...]] = {  # what is said by a stronger rule of the same activities
    Template.EXACTLY_ONCE: (Template.EXISTENCE, Template.AT_MOST_ONCE),
    Template.INIT: (Template.EXISTENCE,),
    Template.END: (Template.EXISTENCE,),
    Template.RESPONSE: (Template.RESPONDED_EXISTENCE,),
    Template.ALTERNATE_RESPONSE: (Template.RESPONSE, Template.RESPONDED_EXISTENCE),
    Template.CHAIN_RESPONSE: (Template.ALTERNATE_RESPONSE, Template.RESPONSE, Template.RESPONDED_EXISTENCE),
    Template.ALTERNATE_PRECEDENCE: (Template.PRECEDENCE,),
    Template.CHAIN_PRECEDENCE: (Template.ALTERNATE_PRECEDENCE, Template.PRECEDENCE),
    Template.NOT_CO_EXISTENCE: (Template.NOT_SUCCESSION,),
    Template.CO_EXISTENCE: (Template.RESPONDED_EXISTENCE,),
    Template.EQUALLY_OFTEN: (Template.CO_EXISTENCE, Template.RESPONDED_EXISTENCE),
}
_ALSO = (Template.CO_EXISTENCE, Template.RESPONDED_EXISTENCE)  # what every succession says besides
_NEVER = (Template.NOT_CO_EXISTENCE, Template.NOT_SUCCESSION)
_LITTLE = (Template.AT_MOST_ONCE, Template.EXACTLY_ONCE, Template.EXISTENCE)
_ORDER = (  # rules that chains of others imply, and those that are links of such chains without being implied
    (
        (Template.RESPONSE, Template.ALTERNATE_RESPONSE, Template.SUCCESSION, Template.ALTERNATE_SUCCESSION),
        (Template.CHAIN_RESPONSE, Template.CHAIN_SUCCESSION),
    ),
    (
        (Template.PRECEDENCE, Template.ALTERNATE_PRECEDENCE, Template.SUCCESSION, Template.ALTERNATE_SUCCESSION),
        (Template.CHAIN_PRECEDENCE, Template.CHAIN_SUCCESSION),
    ),
)


@dataclass(frozen=True)
class Habit:
    """A rule with what it rests on: `activated` cases of `cases`, in `kept` of which it held."""

    template: Template
    activities: tuple[str, ...]
    cases: int
    activated: int
    kept: int

    @property
    def support(self) -> float:
        return self.activated / self.cases if self.cases else 0.0

    @property
    def confidence(self) -> float:
        """The share of the activated cases that kept it."""
        return self.kept / self.activated if self.activated else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.kept, self.activated)


def learnt(paths: Paths, *, support: float = SUPPORT, confidence: float = CONFIDENCE) -> tuple[Habit, ...]:
    """The rules that are activated in that share of the cases (and in 20) and kept in that share of these, the most telling first."""
    cases = sum(count for _, count in paths)
    least = max(support * cases, min(ENOUGH, cases))
    present: Counter[str] = Counter()
    for path, count in paths:
        for activity in set(path):
            present[activity] += count
    found = counted(paths, sorted(name for name, count in present.items() if count >= least))
    held = {(h.template, h.activities): h for h in _holding(found, least, confidence)}
    return tuple(
        sorted(_telling(held), key=lambda h: (_plain(h), -h.confidence, -h.activated, h.template, h.activities))
    )


def _plain(habit: Habit) -> int:
    """How little a rule tells: an order of work most, that something is done only once least."""
    if habit.template in _LITTLE:
        return 2
    return int(habit.template in _NEVER)


def again(habits: tuple[Habit, ...], paths: Paths) -> tuple[Habit, ...]:
    """The same rules, counted over other paths."""
    names = sorted({name for habit in habits for name in habit.activities})
    found = counted(paths, names)
    number = {name: at for at, name in enumerate(names)}
    return tuple(_habit(found, habit.template, tuple(number[name] for name in habit.activities)) for habit in habits)


def _habit(found: Counted, template: Template, at: tuple[int, ...]) -> Habit:
    names = tuple(found.activities[n] for n in at)
    return Habit(template, names, found.cases, int(found.activated[template][at]), int(found.kept[template][at]))


def _holding(found: Counted, least: float, confidence: float) -> Iterator[Habit]:
    for template in Template:
        on, kept = found.activated[template], found.kept[template]
        holds = (on >= least) & (kept >= confidence * on)
        if template not in UNARY:
            np.fill_diagonal(holds, False)
        if template in SYMMETRIC:
            holds = np.triu(holds)
        for at in zip(*(n.tolist() for n in np.nonzero(holds)), strict=True):
            yield _habit(found, template, at)


def _telling(held: Mapping[tuple[Template, tuple[str, ...]], Habit]) -> Iterator[Habit]:
    """Those that no other says already."""
    said = {(weaker, names) for template, names in held for weaker in _weaker(template)}
    said |= {(t, names[::-1]) for t, names in said if t in SYMMETRIC}
    said |= {
        (Template.RESPONDED_EXISTENCE, names[::-1])
        for t, names in held
        if t in BY_SECOND | BY_EITHER and t not in _NEVER
    }
    left = {key: habit for key, habit in held.items() if key not in said and not _trivial(key, held)}
    for (template, names), habit in left.items():
        orders = [(implied, links) for implied, links in _ORDER if template in implied]
        chains = [{pair for kind, pair in left if kind in (*implied, *links)} for implied, links in orders]
        if not chains or not all(_follows(names, chain) for chain in chains):
            yield habit


def _weaker(template: Template) -> tuple[Template, ...]:
    if template not in BOTH:
        return _STRONGER.get(template, ())
    also = (*_ALSO, *((Template.EQUALLY_OFTEN,) if template is not Template.SUCCESSION else ()))
    less_strict = tuple(s for s in BOTH if s is not template and _rank(s) < _rank(template))
    parts = tuple(part for s in (template, *less_strict) for part in BOTH[s])
    return (*parts, *less_strict, *also)


def _rank(succession: Template) -> int:
    return list(BOTH).index(succession)


def _trivial(key: tuple[Template, tuple[str, ...]], held: Mapping[tuple[Template, tuple[str, ...]], Habit]) -> bool:
    """What follows from rules of single activities: with a beginning that all cases share, everything is preceded by it."""
    template, names = key

    def has(kind: Template, name: str) -> bool:
        return (kind, (name,)) in held

    if template in UNARY:
        return template is Template.ABSENCE
    a, b = names
    rules: Mapping[Template, Callable[[], bool]] = {
        Template.RESPONDED_EXISTENCE: lambda: has(Template.EXISTENCE, b),
        Template.CO_EXISTENCE: lambda: has(Template.EXISTENCE, a) and has(Template.EXISTENCE, b),
        Template.EQUALLY_OFTEN: lambda: has(Template.EXACTLY_ONCE, a) and has(Template.EXACTLY_ONCE, b),
        Template.PRECEDENCE: lambda: has(Template.INIT, a),
        Template.RESPONSE: lambda: has(Template.END, b),
        Template.NOT_SUCCESSION: lambda: has(Template.INIT, b) or has(Template.END, a) or _after(a, b, held),
    }
    return rules.get(template, lambda: False)()


def _after(a: str, b: str, held: Mapping[tuple[Template, tuple[str, ...]], Habit]) -> bool:
    """Whether some rule says that a comes after b."""
    return any((template, (b, a)) in held for template in (Template.PRECEDENCE, Template.RESPONSE))


def _follows(names: tuple[str, ...], chain: set[tuple[str, ...]]) -> bool:
    """Whether a → c follows from a → b and b → c, none of which holds the other way round."""
    a, c = names
    middles = {b for _, b in chain} - {a, c}
    return any({(a, b), (b, c)} <= chain and not {(b, a), (c, b)} & chain for b in middles)
