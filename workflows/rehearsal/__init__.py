"""The real engine on a virtual clock with simulated officers: a year of casework in a minute.

Everything goes through the public verbs of `workflows`: cases start, officers begin and complete what was routed to them,
messages are delivered and due timers fired. The same database, plan, span and seed give the same log, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from event_logs.working_time import WorkingCalendar, china
from workflows import cases, deadlines, messages, notifications
from workflows.rehearsal import desks
from workflows.rehearsal.arrivals import application
from workflows.rehearsal.chance import after, holds_as, stream, value, working_moment
from workflows.rehearsal.floor import Floor, Kind, Moment
from workflows.rehearsal.noticing import Noticed, noticing
from workflows.rehearsal.opening import ZONE, open_floor, what_waits
from workflows.rehearsal.plan import Answer, InvalidPlan, Plan, read_plan, scaled
from workflows.tables import OPEN_TASK, Case, CaseState, Subscription, Task

__all__ = ["InvalidPlan", "Plan", "Rehearsed", "read_plan", "rehearse", "scaled"]

TRANSACTION = timedelta(hours=1)  # of virtual time: one commit for each would be real, but the disk would set the pace

Progress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was played: cases begun, tasks completed, messages that reached a case, cases withdrawn by taxpayers."""

    started: int
    completed: int
    delivered: int
    withdrawn: int
    until: datetime


def rehearse(
    sessions: sessionmaker[Session],
    plan: Plan,
    *,
    start: datetime,
    end: datetime,
    seed: int,
    calendar: WorkingCalendar | None = None,
    progress: Progress | None = None,
) -> Rehearsed:
    """Play the plan from `start` to `end` (aware) with the officers of the database; open cases are taken on first.

    Each virtual hour is one transaction. `progress` is told the virtual time that was reached. Whoever calls it again with
    the end as the new start goes on: what waited then is answered, what lay on the desks is worked off.
    """
    with sessions(expire_on_commit=False) as session:
        with session.begin():
            floor = open_floor(session, plan, start=start, end=end, seed=seed, calendar=calendar or china())
            _dispatch(session, floor, what_waits(session), start)
            _expect_resumptions(session, floor, start)
        with noticing(session) as noticed:
            while floor.moments:
                until = min(_hour(floor.moments[0].at) + TRANSACTION, end)
                _play(session, floor, noticed, until)
                if progress:
                    progress(until)
    _post(sessions, end)
    return Rehearsed(floor.started, floor.completed, floor.delivered, floor.withdrawn, end)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _play(session: Session, floor: Floor, noticed: Noticed, until: datetime) -> None:
    """Everything up to that instant, in one transaction."""
    with session.begin():
        while moment := floor.take(until):
            _happen(session, floor, moment)
            session.flush()
            _dispatch(session, floor, noticed, moment.at)
            noticed.clear()


def _post(sessions: sessionmaker[Session], end: datetime) -> None:
    """What left the office during the play reached the outside, which is played too, at once."""
    with sessions.begin() as session:
        while letters := notifications.unsent(session, end, limit=1000):
            for letter in letters:
                notifications.mark_sent(session, letter, now=letter.created_at)


def _happen(session: Session, floor: Floor, moment: Moment) -> None:
    match moment.kind:
        case Kind.ARRIVAL:
            _arrive(session, floor, moment)
        case Kind.LOOK:
            desks.look(session, floor, moment.of[0], moment.at)
        case Kind.FINISH:
            officer, task = moment.of
            desks.finish(session, floor, officer, task, moment.at)
        case Kind.MESSAGE:
            _answer(session, floor, moment)
        case Kind.TIMER:
            deadlines.fire_due(session, moment.at)
        case Kind.WITHDRAWAL:
            _withdraw(session, floor, moment)
        case Kind.SUSPENSION:
            _suspend(session, floor, moment)
        case Kind.RESUMPTION:
            _resume(session, floor, moment)
        case Kind.MORNING:
            desks.claim_what_nobody_has(session, floor, moment.at)
            _next_morning(floor, moment.at)


def _arrive(session: Session, floor: Floor, moment: Moment) -> None:
    arrival, taxpayer = moment.of
    demand = floor.demands[arrival.key]
    fields = application(demand, arrival, taxpayer, floor.seed, ZONE)
    case = cases.start(session, arrival.key, fields, now=moment.at, office=taxpayer.office)
    floor.started += 1
    _interrupt(floor, case, moment.at)


def _answer(session: Session, floor: Floor, moment: Moment) -> None:
    """Deliver what somebody outside says; for a suspended case it is kept until that goes on."""
    _, name, correlation, payload = moment.of
    floor.delivered += messages.deliver(session, name, correlation, payload, now=moment.at)


def _interrupt(floor: Floor, case: Case, now: datetime) -> None:
    """Put down what will come between: the taxpayer withdraws, or a manager suspends the case."""
    demand = floor.demands[case.procedure]
    chance = stream(floor.seed, "withdrawal", case.number)
    if chance.random() < demand.withdrawn_share:
        floor.put(after(now, demand.withdrawn_after, chance, floor.calendar), Kind.WITHDRAWAL, case.number)
    chance = stream(floor.seed, "suspension", case.number)
    if demand.rest and chance.random() < demand.rest.share:
        floor.put(after(now, demand.rest.after, chance, floor.calendar), Kind.SUSPENSION, case.number)


def _suspend(session: Session, floor: Floor, moment: Moment) -> None:
    case = session.get_one(Case, moment.of[0])
    rest = floor.demands[case.procedure].rest
    if rest and case.state == CaseState.RUNNING:
        cases.suspend(session, case, by=rest.by, reason=rest.reason, now=moment.at)
        chance = stream(floor.seed, "resumption", case.number)
        floor.put(after(moment.at, rest.lasts, chance, floor.calendar), Kind.RESUMPTION, case.number)


def _expect_resumptions(session: Session, floor: Floor, now: datetime) -> None:
    """Cases that rest already go on after the usual time."""
    for case in session.scalars(select(Case).where(Case.state == CaseState.SUSPENDED).order_by(Case.number)):
        demand = floor.demands.get(case.procedure)
        if demand and demand.rest:
            chance = stream(floor.seed, "resumption", case.number)
            at = after(case.suspended_at or now, demand.rest.lasts, chance, floor.calendar)
            floor.put(max(at, now), Kind.RESUMPTION, case.number)


def _resume(session: Session, floor: Floor, moment: Moment) -> None:
    case = session.get_one(Case, moment.of[0])
    rest = floor.demands[case.procedure].rest
    if rest and case.state == CaseState.SUSPENDED:
        cases.resume(session, case, by=rest.by, now=moment.at)


def _withdraw(session: Session, floor: Floor, moment: Moment) -> None:
    case = session.get_one(Case, moment.of[0])
    if case.state in (CaseState.RUNNING, CaseState.SUSPENDED):
        cases.withdraw(session, case, by=None, reason="纳税人撤回申请", now=moment.at)
        floor.withdrawn += 1


def _next_morning(floor: Floor, now: datetime) -> None:
    """Working hours are counted from their end, so a moment after closing leads to the next opening."""
    floor.put(working_moment(floor.calendar.add_days(now, 0) + timedelta(minutes=1), floor.calendar), Kind.MORNING)


def _dispatch(session: Session, floor: Floor, noticed: Noticed, now: datetime) -> None:
    """Bring what became known to those who will act on it."""
    for task in noticed.tasks:
        if task.state in OPEN_TASK:
            floor.held[task.id] = (task, session.get_one(Case, task.case))
            _lay_once(floor, task, now)
        else:
            floor.held.pop(task.id, None)
            floor.lies.pop(task.id, None)  # done, or suspended: then it is laid again when the case goes on
    for timer in noticed.timers:
        if timer.fired_at is None:
            floor.put(max(timer.due_at, now), Kind.TIMER)
    for subscription in noticed.subscriptions:
        _expect(session, floor, subscription, now)


def _lay_once(floor: Floor, task: Task, now: datetime) -> None:
    """A task that only changed its state stays on the desk where it lies."""
    if floor.lies.get(task.id) != task.officer or task.officer is None:
        floor.lies[task.id] = task.officer
        desks.lay(floor, task, now)


def _expect(session: Session, floor: Floor, subscription: Subscription, now: datetime) -> None:
    """Put down the answer, if one will come, to what a case waits for."""
    demand = floor.demands.get(subscription.procedure)
    choices = demand.answers.get(subscription.node, ()) if demand else ()
    if subscription.case is None or not choices:
        return
    variables = session.get_one(Case, subscription.case).data
    times = floor.visit(subscription.case, subscription.node)
    chance = stream(floor.seed, "answer", subscription.case, subscription.node, times)
    answer = _choose(choices, chance.random(), variables)
    if answer is None:
        return
    at = after(subscription.since, answer.delay, chance, floor.calendar)
    payload = {
        name: value(draw, chance, {**variables, "this_day": at.astimezone(ZONE).date()})
        for name, draw in answer.payload.items()
    }
    floor.put(max(at, now), Kind.MESSAGE, subscription.case, answer.message, subscription.correlation, payload)


def _choose(choices: tuple[Answer, ...], drawn: float, variables: Mapping[str, Any]) -> Answer | None:
    """The answer into whose share the drawn number falls; None beyond all of them. Only fitting ones count."""
    for answer in choices:
        if answer.when is not None and holds_as(answer.when, variables) is not True:
            continue
        if drawn < answer.share:
            return answer
        drawn -= answer.share
    return None
