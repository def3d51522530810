"""Small offices to simulate: officers, exponential work, constant arrivals."""

from __future__ import annotations

from math import log
from typing import Any

import pandas as pd

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.simulation import Arrivals, Officer, Routing, Sample, Scenario, Work

HOUR = 3600.0
OFFICE_HOURS = (tuple(1.0 if 9 <= hour < 17 else 0.0 for hour in range(24)),) * 7 + ((0.0,) * 24,)


def exponential(mean: float, values: int = 400) -> Sample:
    return Sample(tuple(-log(1 - (n + 0.5) / values) * mean for n in range(values)))


def always(seconds: float) -> Sample:
    return Sample((seconds,))


def office(
    work: dict[str, tuple[Sample, int]], *, per_hour: float, around_the_clock: bool = False, **more: Any
) -> Scenario:
    """`work` says the processing time and the number of officers of each activity; none: nobody is needed for it."""
    staff = {activity: tuple(f"{activity}{n}" for n in range(number)) for activity, (_, number) in work.items()}
    rates = tuple(tuple(rate * per_hour for rate in row) for row in OFFICE_HOURS)
    return Scenario(
        procedure="office",
        arrivals=Arrivals.constant(per_hour) if around_the_clock else Arrivals(rates),
        work={activity: Work(sample, officers=staff[activity]) for activity, (sample, _) in work.items()},
        officers=tuple(Officer(name) for names in staff.values() for name in names),
        calendars=(WorkingCalendar.always(),) if around_the_clock else (WorkingCalendar.china(),),
        **{"routing": Routing.PULL, **more},
    )


def events(log: EventLog) -> pd.DataFrame:
    return log.events.order_by("position").to_pandas()


def pieces(log: EventLog) -> pd.DataFrame:
    """One row a piece of work, its moments as columns."""
    frame = events(log)
    known = frame[frame.instance.notna()]
    return known.pivot(index=["case_id", "activity", "instance"], columns="lifecycle", values="at").reset_index()


def traces(log: EventLog) -> list[tuple[str, ...]]:
    frame = events(log)
    done = frame[frame.lifecycle == "complete"]
    return [tuple(rows) for _, rows in done.groupby("case_id").activity]
