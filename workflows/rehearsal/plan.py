"""What a rehearsal plays: who applies for what and when, how long work takes, how it turns out, who answers when.

A plan is read from TOML. Amounts and answers are *draws*: `{ choice = { A = 2, B = 5 } }`, `{ chance = 0.1 }`,
`{ lognormal = [median, sigma], step = 100 }`, `{ poisson = 0.7 }`, `{ between = [1, 3] }`, `{ feel = "expression" }` or
a plain value. Delays are `[median, sigma]` of a lognormal distribution.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from workflows.errors import WorkflowError

Value: TypeAlias = Any  # a FEEL value

DRAWS = ("choice", "chance", "lognormal", "poisson", "between", "feel")


class InvalidPlan(WorkflowError):
    """A rehearsal's plan says something that cannot be meant; names the place."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        super().__init__(f"The plan's {place} {reason}")


@dataclass(frozen=True, slots=True)
class Draw:
    """How one value comes about: `kind` is one of DRAWS or `value`."""

    kind: str
    of: Any
    step: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """A lognormal length of time: in working hours, or in calendar days that end in office hours."""

    median: float
    sigma: float
    working_hours: bool


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Shares of the outcomes where `when` (FEEL, over the case's variables) holds; without one, always."""

    shares: Mapping[str, float]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One activity: working minutes (median and sigma), and how it turns out; the first fitting `outcomes` counts."""

    minutes: float
    sigma: float
    outcomes: tuple[Outcomes, ...]
    answers: Mapping[str, Draw]


@dataclass(frozen=True, slots=True)
class Answer:
    """One message that may come from outside, with its share among all that may happen instead."""

    message: str
    share: float
    delay: Delay
    payload: Mapping[str, Draw]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Seasons:
    """When cases come: weights by month and by day of the month, or all at once on the first working day from `batch_day`."""

    months: Mapping[int, float]
    days: tuple[tuple[int, int, float], ...]
    batch_day: int | None

    def weight(self, day: date) -> float:
        of_day = next((weight for first, last, weight in self.days if first <= day.day <= last), 1.0)
        return self.months.get(day.month, 1.0) * of_day


@dataclass(frozen=True, slots=True)
class Rest:
    """A share of the cases is suspended for a while by a manager (whose code is `by`), who waits for something outside."""

    share: float
    after: Delay
    lasts: Delay
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Demand:
    """One procedure's cases. `answers` has the outside answers by the node that waits for them."""

    key: str
    per_year: float
    seasons: Seasons
    application: Mapping[str, Draw]
    work: Mapping[str, Work]
    answers: Mapping[str, tuple[Answer, ...]]
    withdrawn_share: float
    withdrawn_after: Delay
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class Taxpayers:
    """Who applies: so many invented taxpayers, spread over offices and credit ratings, a share of them key taxpayers."""

    count: int
    offices: Mapping[str, float]
    ratings: Mapping[str, float]
    key_share: float


@dataclass(frozen=True)
class Plan:
    """`shares` is the part of the office hours that holders of a post give to cases; `first_due` orders the desks by due
    time instead of by arrival; `speed_sigma` is how much officers differ in speed."""

    taxpayers: Taxpayers
    demands: tuple[Demand, ...]
    shares: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.6
    first_due: bool = True
    speed_sigma: float = 0.15

    def demand(self, key: str) -> Demand | None:
        return next((demand for demand in self.demands if demand.key == key), None)

    @property
    def per_year(self) -> float:
        return sum(demand.per_year for demand in self.demands)


def scaled(plan: Plan, per_year: float) -> Plan:
    """The plan with that many cases a year in all, in the same proportions."""
    factor = per_year / plan.per_year
    return replace(plan, demands=tuple(replace(d, per_year=d.per_year * factor) for d in plan.demands))


def read_plan(text: str) -> Plan:
    """The plan of a TOML text. Raises InvalidPlan."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPlan("text", f"is not TOML: {error}.") from error
    desks = raw.get("desks", {})
    return Plan(
        taxpayers=_taxpayers(_need(raw, "taxpayers", "text")),
        demands=tuple(_demand(entry) for entry in raw.get("procedure", ())),
        shares=_weights(desks.get("shares", {}), "desks.shares"),
        share=float(desks.get("share", 0.6)),
        first_due=bool(desks.get("first_due", True)),
        speed_sigma=float(desks.get("speed_sigma", 0.15)),
    )


def _taxpayers(raw: Mapping[str, Any]) -> Taxpayers:
    return Taxpayers(
        count=int(_need(raw, "count", "taxpayers")),
        offices=_weights(_need(raw, "offices", "taxpayers"), "taxpayers.offices"),
        ratings=_weights(_need(raw, "ratings", "taxpayers"), "taxpayers.ratings"),
        key_share=float(raw.get("key_share", 0)),
    )


def _demand(raw: Mapping[str, Any]) -> Demand:
    key = str(_need(raw, "key", "procedure"))
    leaving = raw.get("withdrawal", {})
    return Demand(
        key=key,
        per_year=float(_need(raw, "per_year", key)),
        seasons=_seasons(raw.get("seasons", {})),
        application=_draws(raw.get("application", {}), f"{key}.application"),
        work={name: _work(work, f"{key}.work.{name}") for name, work in raw.get("work", {}).items()},
        answers={node: _answers(rows, f"{key}.answers.{node}") for node, rows in raw.get("answers", {}).items()},
        withdrawn_share=float(leaving.get("share", 0)),
        withdrawn_after=_delay(leaving or {"days": [5, 1]}, f"{key}.withdrawal"),
        rest=_rest(raw["suspension"], f"{key}.suspension") if "suspension" in raw else None,
    )


def _rest(raw: Mapping[str, Any], place: str) -> Rest:
    return Rest(
        share=float(_need(raw, "share", place)),
        after=_delay(raw, place),
        lasts=_delay({"days": _need(raw, "lasts", place)}, place),
        by=str(_need(raw, "by", place)),
        reason=str(_need(raw, "reason", place)),
    )


def _seasons(raw: Mapping[str, Any]) -> Seasons:
    return Seasons(
        months={int(month): float(weight) for month, weight in raw.get("months", {}).items()},
        days=tuple((int(first), int(last), float(weight)) for first, last, weight in raw.get("days", ())),
        batch_day=raw.get("batch_day"),
    )


def _work(raw: Mapping[str, Any], place: str) -> Work:
    minutes, sigma = _pair(_need(raw, "minutes", place), place)
    rows = raw.get("outcomes", ())
    return Work(minutes, sigma, tuple(_outcomes(row, place) for row in rows), _draws(raw.get("answers", {}), place))


def _outcomes(row: Mapping[str, Any], place: str) -> Outcomes:
    return Outcomes(_weights({k: v for k, v in row.items() if k != "when"}, place), row.get("when"))


def _answers(rows: Sequence[Mapping[str, Any]], place: str) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            message=str(_need(row, "message", place)),
            share=float(_need(row, "share", place)),
            delay=_delay(row, place),
            payload=_draws(row.get("payload", {}), place),
            when=row.get("when"),
        )
        for row in rows
    )


def _delay(raw: Mapping[str, Any], place: str) -> Delay:
    if "hours" in raw:
        return Delay(*_pair(raw["hours"], place), working_hours=True)
    return Delay(*_pair(_need(raw, "days", place), place), working_hours=False)


def _draws(raw: Mapping[str, Any], place: str) -> dict[str, Draw]:
    return {name: _draw(value, f"{place}.{name}") for name, value in raw.items()}


def _draw(raw: Any, place: str) -> Draw:
    if not isinstance(raw, Mapping):
        return Draw("value", _number(raw))
    kinds = [kind for kind in DRAWS if kind in raw]
    if len(kinds) != 1:
        raise InvalidPlan(place, f"needs exactly one of {', '.join(DRAWS)}, or a plain value.")
    least, most, step = (_number(raw.get(name)) for name in ("min", "max", "step"))
    return Draw(kinds[0], raw[kinds[0]], step, least, most)


def _number(value: Any) -> Any:
    """FEEL's numbers are decimals; truth values, texts and dates stay as they are."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _weights(raw: Mapping[str, Any], place: str) -> dict[str, float]:
    if any(not isinstance(weight, int | float | Decimal) or weight < 0 for weight in raw.values()):
        raise InvalidPlan(place, "may hold only weights that are not negative.")
    return {str(name): float(weight) for name, weight in raw.items()}


def _pair(raw: Any, place: str) -> tuple[float, float]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise InvalidPlan(place, "needs [median, sigma].")
    return float(raw[0]), float(raw[1])


def _need(raw: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in raw:
        raise InvalidPlan(place, f"lacks {name!r}.")
    return raw[name]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case that begins: of which procedure, when, and the how-manieth of its day."""

    at: datetime
    key: str
    of_day: int
