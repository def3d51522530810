"""Chance with a name: every draw has its own stream, so that one change leaves all other draws as they were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random
from typing import Any

from bpmn import feel
from event_logs.working_time import WorkingCalendar
from workflows.rehearsal.plan import Delay, Draw, Outcomes, Value, Work


def stream(*names: object) -> Random:
    """The stream of that name; the same name gives the same numbers everywhere."""
    return Random("|".join(map(str, names)))


def pick(chance: Random, weights: Mapping[str, float]) -> str:
    names = list(weights)
    return chance.choices(names, [weights[name] for name in names])[0]


def poisson(chance: Random, mean: float) -> int:
    """Knuth's multiplication (TAOCP 3.4.1), in parts of at most 30 so that exp(-mean) stays a number."""
    count = 0
    while mean > 0:
        part = min(mean, 30.0)
        mean -= part
        limit, product = math.exp(-part), chance.random()
        while product > limit:
            count += 1
            product *= chance.random()
    return count


def value(draw: Draw, chance: Random, context: Mapping[str, Any]) -> Value:
    """One value of that draw; `context` are the variables that a FEEL draw may use."""
    if draw.kind == "value":
        return draw.of
    if draw.kind == "feel":
        return holds_as(draw.of, {**context, "draw": Decimal(repr(round(chance.random(), 6)))})
    if draw.kind == "choice":
        return pick(chance, {name: float(weight) for name, weight in draw.of.items()})
    if draw.kind == "chance":
        return chance.random() < float(draw.of)
    return _bounded(_number(draw, chance), draw)


def _number(draw: Draw, chance: Random) -> Decimal:
    if draw.kind == "poisson":
        return Decimal(poisson(chance, float(draw.of)))
    first, second = (float(number) for number in draw.of)
    if draw.kind == "between":
        return Decimal(chance.randint(int(first), int(second)))
    return Decimal(repr(round(chance.lognormvariate(math.log(first), second), 6)))


def _bounded(number: Decimal, draw: Draw) -> Decimal:
    if draw.least is not None:
        number = max(number, draw.least)
    if draw.most is not None:
        number = min(number, draw.most)
    step = draw.step or Decimal(1)
    return (number / step).to_integral_value(ROUND_HALF_UP) * step


def outcome(work: Work, chance: Random, context: Mapping[str, Any]) -> str | None:
    """How the work turns out for a case with these variables; None where the plan names no outcomes."""
    row = next((row for row in work.outcomes if _fits(row, context)), None)
    return pick(chance, row.shares) if row else None


def _fits(row: Outcomes, context: Mapping[str, Any]) -> bool:
    return row.when is None or holds_as(row.when, context) is True


def holds_as(expression: str, context: Mapping[str, Any]) -> Value:
    return _compiled(expression)(context)


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Any:
    return feel.compile(expression)


def after(start: datetime, delay: Delay, chance: Random, calendar: WorkingCalendar) -> datetime:
    """When something of that delay happens; a delay in days ends in office hours."""
    length = lognormal(chance, delay.median, delay.sigma)
    if delay.working_hours:
        return calendar.add(start, timedelta(minutes=max(1, round(length * 60))))
    return working_moment(start + timedelta(minutes=max(1, round(length * 1440))), calendar)


def lognormal(chance: Random, median: float, sigma: float) -> float:
    return chance.lognormvariate(math.log(median), sigma)


def working_moment(at: datetime, calendar: WorkingCalendar) -> datetime:
    """That moment if the office is open, else the next opening."""
    tick = timedelta(microseconds=1)
    return calendar.add(at, tick) - tick
