"""What a simulation is told: arrivals, case mix, times, choices, staff and hours, as one frozen value."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from event_logs import typed_json
from event_logs.working_time import WorkingCalendar
from mining.simulation import present as presents
from mining.simulation.present import Present

QUANTILES = 400  # kept of a sample; enough that the mean of 400 exponential quantiles is within 0.2 % of the true one
ATTRIBUTE = "@"  # marks a case attribute where otherwise a node is named
NON_WORKING = 7  # the row of `Arrivals.rates` for days on which the office is closed


class Routing(StrEnum):
    """How work finds its officer: pushed to the least loaded one at once, or pulled from a shared queue."""

    PUSH = "push"
    PULL = "pull"


@dataclass(frozen=True)
class Sample:
    """Durations in seconds, as evenly spaced quantiles in ascending order."""

    quantiles: tuple[float, ...]

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Sample:
        values = np.sort(np.fromiter(seconds, dtype=np.float64))
        if len(values) > QUANTILES:
            values = np.quantile(values, (np.arange(QUANTILES) + 0.5) / QUANTILES)
        return cls(tuple(round(float(value), 6) for value in values))

    @cached_property
    def mean(self) -> float:
        return sum(self.quantiles) / len(self.quantiles) if self.quantiles else 0.0

    def draw(self, u: float) -> float:
        """The duration at that probability, 0 <= u < 1: one of the values, so that gaps stay gaps."""
        return self.quantiles[int(u * len(self.quantiles))]

    def rest(self, u: float, passed: float) -> float:
        """What is still to come where that much has passed already, at probability `u`: one of the longer durations. Where
        none is longer, as if it began now."""
        if passed <= 0:
            return self.draw(u)
        longer = self.quantiles[bisect_right(self.quantiles, passed) :]
        return longer[int(u * len(longer))] - passed if longer else self.draw(u)

    def scaled(self, factor: float) -> Sample:
        return Sample(tuple(value * factor for value in self.quantiles))


@dataclass(frozen=True)
class Arrivals:
    """New cases per hour: `rates[weekday][hour]` of local time on working days, the last row on days when the office is
    closed, times a factor for the part of the month (five days each, the last takes the rest) and one for the month.
    `gaps` are the spaces between arrivals in units of their expectation (mean 1): they say how regular the stream is;
    without them arrivals are a Poisson process."""

    rates: tuple[tuple[float, ...], ...]
    gaps: Sample | None = None
    parts: tuple[float, ...] = (1.0,) * 6
    months: tuple[float, ...] = (1.0,) * 12

    @classmethod
    def constant(cls, per_hour: float) -> Arrivals:
        return cls(((per_hour,) * 24,) * 8)

    def season(self, day: date) -> float:
        return self.parts[part_of_month(day)] * self.months[day.month - 1]


def part_of_month(day: date) -> int:
    """In which stretch of five days a day lies, 0 to 5; the last takes the rest of the month."""
    return min((day.day - 1) // 5, 5)


@dataclass(frozen=True)
class CaseMix:
    """One case to resample: the office it belongs to and its attributes at the start."""

    office: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """Which way a case goes on from a node: weights of the outcomes.

    An outcome is named by the flows taken (`+` between several), `again` for one more instance, `skip` for none.
    `later` are the weights at the second, third, … visit of the same case (the last one stays); `given` names an earlier
    node whose latest outcome changes the weights (or a case attribute, marked with `@`), `by_outcome` how.
    """

    weights: Mapping[str, float]
    later: tuple[Mapping[str, float], ...] = ()
    given: str | None = None
    by_outcome: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """How an activity is performed: `processing` in seconds of working time where officers do it (`officers` not empty),
    else in seconds; `delay` is the waiting that no queue explains, before anybody takes it up, in the same seconds."""

    processing: Sample
    delay: Sample | None = None
    officers: tuple[str, ...] = ()
    observed_waiting: float | None = None  # mean, in the seconds of `processing`; what calibration aims at
    cases: int = 0


@dataclass(frozen=True)
class Wait:
    """How long an event lets wait, in seconds, and how probable it is that it comes at all."""

    sample: Sample
    probability: float = 1.0


@dataclass(frozen=True)
class Officer:
    """Somebody who works: on the cases of some offices (none named: of all), holding posts, by one of the scenario's
    calendars."""

    id: str
    offices: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    calendar: int = 0


@dataclass(frozen=True)
class Observed:
    """What the log showed, in seconds: the yardstick that a simulation of the present must meet first. `arrivals` are
    when its cases came, in seconds since 1970: under the same arrivals the same must come out."""

    cases: int = 0
    mean_lead_time: float = 0.0
    median_lead_time: float = 0.0
    arrivals: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """Everything that a simulation needs beside the model. `posts` are those of the activities in the learnt model, so
    that a redesign which changes them changes who may do the work. `present` is the office at the end of the log, where a
    trial begins; without it an office is filled first. `notes` say what had to be assumed."""

    procedure: str
    arrivals: Arrivals
    work: Mapping[str, Work]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    waits: Mapping[str, Wait] = field(default_factory=dict)
    officers: tuple[Officer, ...] = ()
    case_mix: tuple[CaseMix, ...] = (CaseMix(),)
    calendars: tuple[WorkingCalendar, ...] = (WorkingCalendar.china(),)
    posts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routing: Routing = Routing.PUSH
    observed: Observed = Observed()
    notes: tuple[str, ...] = ()
    present: Present | None = None

    @property
    def zone(self) -> str:
        return self.calendars[0].zone

    def assuming(
        self,
        *,
        choices: Mapping[str, Mapping[str, float]] | None = None,
        work: Mapping[str, Work] | None = None,
        waits: Mapping[str, Wait] | None = None,
    ) -> Scenario:
        """The same scenario with statements about elements that no log knows yet, such as the shares of a new branch."""
        return replace(
            self,
            choices={**self.choices, **{node: Choice(dict(weights)) for node, weights in (choices or {}).items()}},
            work={**self.work, **(work or {})},
            waits={**self.waits, **(waits or {})},
        )

    def to_json(self) -> str:
        return json.dumps(_as_dict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        return _from_dict(json.loads(text))


# --- JSON ------------------------------------------------------------------------------------------------------------


def _as_dict(scenario: Scenario) -> dict[str, Any]:
    return {
        "procedure": scenario.procedure,
        "arrivals": {**vars(scenario.arrivals), "gaps": _quantiles(scenario.arrivals.gaps)},
        "work": {name: _work_as_dict(work) for name, work in scenario.work.items()},
        "choices": {name: vars(choice) for name, choice in scenario.choices.items()},
        "waits": {name: [wait.sample.quantiles, wait.probability] for name, wait in scenario.waits.items()},
        "officers": [[o.id, o.offices, o.posts, o.calendar] for o in scenario.officers],
        "case_mix": [[case.office, typed_json.dumps(dict(case.attributes))] for case in scenario.case_mix],
        "calendars": [_calendar_as_dict(calendar) for calendar in scenario.calendars],
        "posts": dict(scenario.posts),
        "routing": scenario.routing.value,
        "observed": vars(scenario.observed),
        "notes": scenario.notes,
        "present": presents.as_dict(scenario.present),
    }


def _quantiles(sample: Sample | None) -> tuple[float, ...] | None:
    return None if sample is None else sample.quantiles


def _sample(read: list[float] | None) -> Sample | None:
    return None if read is None else Sample(tuple(read))


def _work_as_dict(work: Work) -> dict[str, Any]:
    return {
        "processing": work.processing.quantiles,
        "delay": _quantiles(work.delay),
        "officers": work.officers,
        "observed_waiting": work.observed_waiting,
        "cases": work.cases,
    }


def _calendar_as_dict(calendar: WorkingCalendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone,
        "hours": [[a.isoformat(), b.isoformat()] for a, b in calendar.hours],
        "weekend": sorted(calendar.weekend),
        "country": calendar.country,
        "closed": sorted(day.isoformat() for day in calendar.closed),
        "opened": sorted(day.isoformat() for day in calendar.opened),
    }


def _from_dict(read: dict[str, Any]) -> Scenario:
    arrivals = read["arrivals"]
    return Scenario(
        procedure=read["procedure"],
        arrivals=Arrivals(
            tuple(tuple(row) for row in arrivals["rates"]),
            _sample(arrivals["gaps"]),
            tuple(arrivals["parts"]),
            tuple(arrivals["months"]),
        ),
        work={name: _work_from_dict(work) for name, work in read["work"].items()},
        choices={name: Choice(**{**c, "later": tuple(c["later"])}) for name, c in read["choices"].items()},
        waits={name: Wait(Sample(tuple(values)), p) for name, (values, p) in read["waits"].items()},
        officers=tuple(Officer(id, tuple(offices), tuple(posts), n) for id, offices, posts, n in read["officers"]),
        case_mix=tuple(CaseMix(office, typed_json.loads(text)) for office, text in read["case_mix"]),
        calendars=tuple(_calendar_from_dict(calendar) for calendar in read["calendars"]),
        posts={name: tuple(posts) for name, posts in read["posts"].items()},
        routing=Routing(read["routing"]),
        observed=Observed(**{**read["observed"], "arrivals": tuple(read["observed"]["arrivals"])}),
        notes=tuple(read["notes"]),
        present=presents.from_dict(read.get("present")),
    )


def _work_from_dict(read: dict[str, Any]) -> Work:
    return Work(
        processing=Sample(tuple(read["processing"])),
        delay=_sample(read["delay"]),
        officers=tuple(read["officers"]),
        observed_waiting=read["observed_waiting"],
        cases=read["cases"],
    )


def _calendar_from_dict(read: dict[str, Any]) -> WorkingCalendar:
    return WorkingCalendar(
        zone=read["zone"],
        hours=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in read["hours"]),
        weekend=frozenset(read["weekend"]),
        country=read["country"],
        closed=frozenset(date.fromisoformat(day) for day in read["closed"]),
        opened=frozenset(date.fromisoformat(day) for day in read["opened"]),
    )
