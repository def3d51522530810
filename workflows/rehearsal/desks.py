"""What officers do at their desks: take up the next piece of work in office hours, and finish it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from workflows import tasks
from workflows.rehearsal.chance import lognormal, outcome, stream, value, working_moment
from workflows.rehearsal.floor import Desk, Floor, Kind, Piece
from workflows.rehearsal.plan import Work
from workflows.tables import HELD_TASK, Case, Task, TaskState

NEVER = datetime.max.replace(tzinfo=UTC)
UNPLANNED = Work(minutes=15.0, sigma=0.4, outcomes=(), answers={})


def lay(floor: Floor, task: Task, now: datetime) -> None:
    """Put a task on the desk of its officer, who looks at it as soon as there is time."""
    if task.officer is None or task.officer not in floor.desks:
        floor.nobody.add(task.id)
        return
    floor.nobody.discard(task.id)
    desk = floor.desks[task.officer]
    due = task.due_at if floor.plan.first_due and task.due_at else NEVER
    desk.pile.append(Piece(due, task.scheduled_at, task.id))
    call(floor, desk, now)
    leave = desk.leave(now)
    if leave and leave.stand_in in floor.desks:
        call(floor, floor.desks[leave.stand_in], now)


def call(floor: Floor, desk: Desk, now: datetime) -> None:
    """Let an officer who has nothing in hand look at the desk at the next moment of work."""
    if desk.busy is None:
        floor.put(working_moment(now, floor.calendar), Kind.LOOK, desk.officer)


def look(session: Session, floor: Floor, officer: str, now: datetime) -> None:
    """Take up the next piece of work, if there is one and nothing is in hand."""
    desk = floor.desks[officer]
    leave = desk.leave(now)
    if leave:
        floor.put(working_moment(leave.until, floor.calendar), Kind.LOOK, officer)
    if desk.busy is not None or leave:
        return
    task = _next(session, floor, desk, now)
    if task is None:
        return
    if task.state != TaskState.STARTED:
        task = tasks.begin(session, task, officer, now=now)
    desk.busy = task.id
    floor.put(floor.calendar.add(now, _needed(session, floor, desk, task)), Kind.FINISH, officer, task.id)


def finish(session: Session, floor: Floor, officer: str, id: int, now: datetime) -> None:
    """Hand in the work in hand, unless it was withdrawn meanwhile, and take up the next."""
    desk = floor.desks[officer]
    desk.busy = None
    task = session.get_one(Task, id)
    if task.state == TaskState.STARTED:
        tasks.complete(session, task, officer, answers(session, floor, task), now=now)
        floor.completed += 1
    look(session, floor, officer, now)


def claim_what_nobody_has(session: Session, floor: Floor, now: datetime) -> None:
    """Every morning officers take from the pool what could not be routed to anybody before."""
    for id in sorted(floor.nobody):
        task = session.get_one(Task, id)
        if task.state != TaskState.READY:
            floor.nobody.discard(id)
            continue
        free = (desk for desk in floor.desks.values() if not desk.leave(now))
        taker = next((d for d in free if any(t.id == id for t in tasks.pool(session, d.officer, now))), None)
        if taker:
            lay(floor, tasks.claim(session, task, taker.officer, now=now), now)


def _next(session: Session, floor: Floor, desk: Desk, now: datetime) -> Task | None:
    """The next open task on the officer's desk, or on that of an absent one whom the officer stands in for."""
    piles = [desk.pile, *(floor.desks[o].pile for o in sorted(desk.stands_in_for) if _stands_in(floor, desk, o, now))]
    while any(piles):
        pile = min((pile for pile in piles if pile), key=min)
        piece = min(pile)
        pile.remove(piece)
        task = session.get_one(Task, piece.task)
        if task.state in HELD_TASK and task.officer is not None:
            return task
    return None


def _stands_in(floor: Floor, desk: Desk, absent: str, now: datetime) -> bool:
    leave = floor.desks[absent].leave(now)
    return leave is not None and leave.stand_in == desk.officer


def _needed(session: Session, floor: Floor, desk: Desk, task: Task) -> timedelta:
    """The office hours until the work is done: its minutes, stretched by what else the post has to do."""
    work = _work(floor, task)
    chance = stream(floor.seed, "minutes", task.case, task.activity, floor.visit(task.case, f"{task.activity} begun"))
    minutes = lognormal(chance, work.minutes, work.sigma) * desk.speed
    share = floor.plan.shares.get(task.post or "", floor.plan.share)
    return timedelta(seconds=max(60, round(60 * minutes / share)))


def answers(session: Session, floor: Floor, task: Task) -> dict[str, Any]:
    """What the officer fills in: the outcome by chance, and what else the plan says."""
    work = _work(floor, task)
    variables = session.get_one(Case, task.case).data
    chance = stream(floor.seed, "answers", task.case, task.activity, floor.visit(task.case, f"{task.activity} done"))
    found: dict[str, Any] = {}
    result = outcome(work, chance, variables)
    if result is not None:
        found[f"{task.activity}_outcome"] = result
    for name, draw in work.answers.items():
        found[name] = value(draw, chance, {**variables, **found})
    return found


def _work(floor: Floor, task: Task) -> Work:
    demand = floor.demands.get(task.procedure)
    return demand.work.get(task.activity, UNPLANNED) if demand else UNPLANNED
