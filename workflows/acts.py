"""Who did last what to a case, as its facts tell: for whoever comes too late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle
from workflows.errors import NotOpen
from workflows.tables import Case, CaseState, Task

_STATES = {CaseState.SUSPENDED: Lifecycle.SUSPEND, CaseState.RUNNING: Lifecycle.RESUME}


@dataclass(frozen=True, slots=True)
class Act:
    """`who` is None where the procedure itself did it (a time limit, a message, another branch)."""

    who: str | None
    when: datetime | None
    reason: str


def withdrawal(session: Session, task: Task) -> Act:
    """Who had a task withdrawn: a manager who ended or moved the case, or the colleague whose decision made it needless."""
    at = task.completed_at
    then = [fact for fact in store.read(session, case_id=task.case) if fact.at == at]
    if any("by" in fact.attributes for fact in then):
        return _act(then, at)
    colleague = (fact.officer for fact in then if fact.lifecycle is Lifecycle.COMPLETE and fact.officer)
    return Act(next(colleague, None), at, "")


def left(session: Session, case: str, token: int) -> Act | None:
    """Who brought the case on from this place; None where the facts do not tell of it."""
    facts = [fact for fact in store.read(session, case_id=case) if fact.instance == str(token)]
    if not facts or facts[-1].lifecycle not in (Lifecycle.COMPLETE, Lifecycle.WITHDRAW):
        return None
    act = _act(facts[-1:], facts[-1].at)
    return Act(act.who or facts[-1].officer, act.when, act.reason)


def not_open(session: Session, case: Case, wanted: str) -> NotOpen:
    """The error of whoever wants to work on a case that somebody has suspended, let go on, or ended."""
    facts = list(store.read(session, case_id=case.number))
    kind = _STATES.get(CaseState(case.state))
    if kind is None:  # it has ended: its last fact says how
        found = facts[-1:]
    else:
        found = [fact for fact in facts if fact.lifecycle is kind and "by" in fact.attributes][-1:]
    act = _act(found, found[0].at if found else None)
    return NotOpen(f"The case {case.number}", case.state, wanted, who=act.who, when=act.when, reason=act.reason)


def _act(facts: Iterable[Event], at: datetime | None) -> Act:
    told = next((fact.attributes for fact in facts if "by" in fact.attributes), {})
    who = told.get("by")
    return Act(str(who) if who else None, at, str(told.get("reason") or ""))
