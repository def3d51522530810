"""Who applies for what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from event_logs.working_time import WorkingCalendar
from workflows.rehearsal.chance import pick, poisson, stream, value
from workflows.rehearsal.floor import Taxpayer
from workflows.rehearsal.plan import Arrival, Demand, Taxpayers

YEAR = timedelta(days=365)


def population(taxpayers: Taxpayers, seed: int) -> tuple[Taxpayer, ...]:
    """Invented taxpayers whose numbers and names show that they are invented."""
    found = []
    for n in range(1, taxpayers.count + 1):
        chance = stream(seed, "taxpayer", n)
        key = chance.random() < taxpayers.key_share
        office, rating = pick(chance, taxpayers.offices), pick(chance, taxpayers.ratings)
        found.append(Taxpayer(f"DEMO{n:014d}", f"演示企业{n:04d}", office, rating, key))
    return tuple(found)


def arrivals(demand: Demand, start: datetime, end: datetime, seed: int, calendar: WorkingCalendar) -> Iterator[Arrival]:
    """The cases of a procedure in a span; a longer span keeps those of the shorter one."""
    zone = ZoneInfo(calendar.zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    per_weight = demand.per_year / _weight_of_year(demand, first, calendar)
    for day in _days(first, last):
        weight = _weight(demand, day, calendar)
        chance = stream(seed, "arrivals", demand.key, day)
        count = poisson(chance, per_weight * weight) if weight else 0
        opening = datetime.combine(day, calendar.hours[0][0] if calendar.hours else time(0), zone).astimezone(UTC)
        hours = _hours_of_day(calendar)
        spread = 0.05 if demand.seasons.batch_day else 1.0
        moments = sorted(calendar.add(opening, hours * chance.random() * spread) for _ in range(count))
        for n, at in enumerate(moments):
            if start <= at < end:
                yield Arrival(at.replace(microsecond=0), demand.key, n)


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _weight_of_year(demand: Demand, first: date, calendar: WorkingCalendar) -> float:
    """The weights of a whole year, so that `per_year` is kept whatever the seasons."""
    start = date(first.year, 1, 1)
    return sum(_weight(demand, day, calendar) for day in _days(start, start + YEAR)) or 1.0


def _weight(demand: Demand, day: date, calendar: WorkingCalendar) -> float:
    if not calendar.is_working_day(day):
        return 0.0
    batch = demand.seasons.batch_day
    if batch is None:
        return demand.seasons.weight(day)
    return (
        demand.seasons.months.get(day.month, 1.0)
        if day == _first_working_day(day.replace(day=batch), calendar)
        else 0.0
    )


def _first_working_day(day: date, calendar: WorkingCalendar) -> date:
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _hours_of_day(calendar: WorkingCalendar) -> timedelta:
    if not calendar.hours:
        return timedelta(hours=24)
    return sum((datetime.combine(date.min, b) - datetime.combine(date.min, a) for a, b in calendar.hours), timedelta())


def application(demand: Demand, arrival: Arrival, taxpayer: Taxpayer, seed: int, zone: ZoneInfo) -> dict[str, Any]:
    """What the taxpayer fills in; later fields may use earlier ones, and `this_day`."""
    chance = stream(seed, "application", arrival.key, arrival.at, arrival.of_day)
    fields: dict[str, Any] = {
        "taxpayer_id": taxpayer.number,
        "taxpayer_name": taxpayer.name,
        "credit_rating": taxpayer.rating,
        "key_taxpayer": taxpayer.key,
    }
    this_day = arrival.at.astimezone(zone).date()
    for name, draw in demand.application.items():
        fields[name] = value(draw, chance, {**fields, "this_day": this_day})
    return fields
