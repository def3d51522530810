"""What follows from a turn in other cases: messages that were sent inside the house, and signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows import notifications
from workflows.locking import locked_case
from workflows.tables import CaseState, Subscription
from workflows.turn import Turn, open_turn

MOST_HOPS = 100  # two cases that answer each other for ever are stopped


def follow(session: Session, turn: Turn, hops: int = 0) -> None:
    """Deliver what the turn sent. A message that nobody here waits for goes to the outbox, for others to fetch."""
    for sent in turn.sent:
        caught = deliver_to_cases(session, sent.name, sent.correlation, sent.payload, now=turn.now, hops=hops + 1)
        notifications.enqueue(
            session,
            channel="message",
            name=sent.name,
            correlation=sent.correlation,
            payload=sent.payload,
            case=turn.case.number,
            node=sent.node,
            now=turn.now,
            sent=caught > 0,
        )
    for name in turn.signalled:
        signal_cases(session, name, {}, now=turn.now, apart_from=turn.case.number, hops=hops + 1)
    turn.sent, turn.signalled = [], []


def deliver_to_cases(
    session: Session, name: str, correlation: str | None, payload: Mapping[str, Any], *, now: datetime, hops: int = 0
) -> int:
    """Hand a message to every case that waits for it with this correlation, or with none; says how many took it.

    A message without a correlation reaches only those that wait for any. A suspended case takes it too: what happened
    outside has happened.
    """
    query = select(Subscription).where(
        Subscription.kind == "message", Subscription.name == name, Subscription.case.is_not(None)
    )
    query = query.where(or_(Subscription.correlation == correlation, Subscription.correlation.is_(None)))
    return _hand_over(session, list(session.scalars(query.order_by(Subscription.id))), payload, now, hops)


def signal_cases(
    session: Session, name: str, payload: Mapping[str, Any], *, now: datetime, apart_from: str = "", hops: int = 0
) -> int:
    """Hand a signal to every case that waits for it; says how many places took it."""
    query = select(Subscription).where(
        Subscription.kind == "signal", Subscription.name == name, Subscription.case.is_not(None)
    )
    rows = list(session.scalars(query.where(Subscription.case != apart_from).order_by(Subscription.id)))
    return _hand_over(session, rows, payload, now, hops)


def _hand_over(session: Session, rows: list[Subscription], payload: Mapping[str, Any], now: datetime, hops: int) -> int:
    if hops > MOST_HOPS:
        return 0
    places = sorted({(row.case, row.instance) for row in rows if row.case and row.instance})
    return sum(_fire(session, case, int(instance), payload, now, hops) for case, instance in places)


def _fire(session: Session, number: str, token: int, payload: Mapping[str, Any], now: datetime, hops: int) -> bool:
    case = locked_case(session, number)
    if case.state not in (CaseState.RUNNING, CaseState.SUSPENDED):
        return False
    turn = open_turn(session, case, now=now)
    if token not in turn.execution.waiting():  # the row was read before the case was held: it went on meanwhile
        return False
    turn.execution.fire(token, payload)
    turn.close()
    follow(session, turn, hops)
    return True
