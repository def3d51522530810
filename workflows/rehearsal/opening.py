"""Opens the floor: who works here, who is away when, what already waits, and everybody who will apply."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs.working_time import WorkingCalendar
from workflows import staff
from workflows.rehearsal.arrivals import arrivals, population
from workflows.rehearsal.chance import lognormal, stream, working_moment
from workflows.rehearsal.floor import Desk, Floor, Kind, Leave
from workflows.rehearsal.noticing import Noticed
from workflows.rehearsal.plan import Arrival, Plan
from workflows.tables import OPEN_TASK, Absence, Subscription, Task, Timer

ZONE = ZoneInfo("Asia/Shanghai")


def open_floor(
    session: Session, plan: Plan, *, start: datetime, end: datetime, seed: int, calendar: WorkingCalendar
) -> Floor:
    """The floor at `start`, with every arrival until `end` and the first morning put down."""
    floor = Floor(
        plan=plan,
        seed=seed,
        calendar=calendar,
        end=end,
        taxpayers=population(plan.taxpayers, seed),
        demands={demand.key: demand for demand in plan.demands},
        desks=_desks(session, plan, seed),
    )
    for arrival in _all_arrivals(floor, start):
        applicants = stream(seed, "applicant", arrival.key, arrival.at, arrival.of_day)
        floor.put(arrival.at, Kind.ARRIVAL, arrival, applicants.choice(floor.taxpayers))
    floor.put(working_moment(start, calendar), Kind.MORNING)
    return floor


def _all_arrivals(floor: Floor, start: datetime) -> Iterator[Arrival]:
    each = [arrivals(demand, start, floor.end, floor.seed, floor.calendar) for demand in floor.plan.demands]
    return heapq.merge(*each, key=lambda arrival: (arrival.at, arrival.key))


def _desks(session: Session, plan: Plan, seed: int) -> dict[str, Desk]:
    leaves: dict[str, list[Leave]] = defaultdict(list)
    for absence in session.scalars(select(Absence).order_by(Absence.since, Absence.id)):
        leaves[absence.officer].append(Leave(absence.since, absence.until, absence.stand_in))
    desks = {
        officer.code: Desk(
            officer.code,
            lognormal(stream(seed, "speed", officer.code), 1.0, plan.speed_sigma),
            tuple(leaves[officer.code]),
        )
        for officer in staff.officers(session)
    }
    for code, desk in desks.items():
        for leave in desk.leaves:
            if leave.stand_in in desks:
                desks[leave.stand_in].stands_in_for.add(code)
    return desks


def what_waits(session: Session) -> Noticed:
    """What was left open by whatever went before."""
    return Noticed(
        tasks=list(session.scalars(select(Task).where(Task.state.in_(OPEN_TASK)).order_by(Task.id))),
        timers=list(session.scalars(select(Timer).where(Timer.fired_at.is_(None)).order_by(Timer.id))),
        subscriptions=list(
            session.scalars(select(Subscription).where(Subscription.case.is_not(None)).order_by(Subscription.id))
        ),
    )
