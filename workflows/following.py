"""What follows from a turn in other cases: messages that were sent inside the house, and signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows import notifications
from workflows.beginning import begin_once
from workflows.locking import locked_case
from workflows.tables import Case, CaseState, Incident, KeptMessage, ReceivedMessage, Subscription
from workflows.turn import Turn, open_turn

MOST_HOPS = 100  # two cases that answer each other for ever are stopped


def follow(session: Session, turn: Turn, hops: int = 0) -> None:
    """Deliver what the turn sent. A message that nobody here waits for, and no procedure begins with, goes to the outbox, for others to fetch."""
    for sent in turn.sent:
        caught = deliver_to_cases(session, sent.name, sent.correlation, sent.payload, now=turn.now, hops=hops + 1)
        caught = caught or begin_cases(session, "message", sent.name, sent.payload, now=turn.now, hops=hops + 1)
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
        begin_cases(session, "signal", name, {}, now=turn.now, hops=hops + 1)
    turn.sent, turn.signalled = [], []
    _take_early(session, turn, hops)


def _take_early(session: Session, turn: Turn, hops: int) -> None:
    """A message may come before its case waits for it: what was kept is handed over now, the oldest first."""
    awaited, turn.awaited = turn.awaited, []
    for fact in awaited:
        query = select(ReceivedMessage).where(ReceivedMessage.name == fact.name, ReceivedMessage.keep_until > turn.now)
        if fact.correlation is not None:
            query = query.where(ReceivedMessage.correlation == fact.correlation)
        early = session.scalars(query.order_by(ReceivedMessage.id).limit(1).with_for_update(skip_locked=True)).first()
        if early is not None and turn.case.state == CaseState.RUNNING:
            early.keep_until, early.taken = None, 1
            _fire(session, turn.case, fact.token, early.payload, turn.now, hops + 1)


def deliver_to_cases(
    session: Session, name: str, correlation: str | None, payload: Mapping[str, Any], *, now: datetime, hops: int = 0
) -> int:
    """Hand a message to every case that waits for it with this correlation, or with none; says how many took it.

    A message without a correlation reaches only those that wait for any. A suspended case counts too: the message is kept
    and handed over when the case goes on (`hand_over_kept`).
    """
    query = select(Subscription).where(
        Subscription.kind == "message", Subscription.name == name, Subscription.case.is_not(None)
    )
    query = query.where(or_(Subscription.correlation == correlation, Subscription.correlation.is_(None)))
    return _hand_over(session, list(session.scalars(query.order_by(Subscription.id))), payload, now, hops)


def signal_cases(
    session: Session, name: str, payload: Mapping[str, Any], *, now: datetime, apart_from: str = "", hops: int = 0
) -> int:
    """Hand a signal to every case that waits for it; says how many places took it, suspended cases included."""
    query = select(Subscription).where(
        Subscription.kind == "signal", Subscription.name == name, Subscription.case.is_not(None)
    )
    rows = list(session.scalars(query.where(Subscription.case != apart_from).order_by(Subscription.id)))
    return _hand_over(session, rows, payload, now, hops)


def begin_cases(
    session: Session, kind: str, name: str, payload: Mapping[str, Any], *, now: datetime, hops: int = 0
) -> int:
    """Begin a case of every procedure that begins with this message or signal, the payload as application; says how many."""
    if hops > MOST_HOPS:
        return 0
    waiting = (Subscription.kind == kind, Subscription.name == name, Subscription.case.is_(None))
    rows = session.scalars(select(Subscription).where(*waiting).order_by(Subscription.id)).all()

    def then(turn: Turn) -> None:
        follow(session, turn, hops)

    begun = [begin_once(session, row.procedure, payload, follow=then, now=now, event=row.node) for row in rows]
    return sum(case is not None for case in begun)


def _hand_over(session: Session, rows: list[Subscription], payload: Mapping[str, Any], now: datetime, hops: int) -> int:
    if hops > MOST_HOPS:
        return 0
    places = {(row.case, row.instance): row for row in rows if row.case and row.instance}
    return sum(_take(session, places[place], payload, now, hops) for place in sorted(places))


def _take(session: Session, row: Subscription, payload: Mapping[str, Any], now: datetime, hops: int) -> bool:
    kind, name, node, instance = row.kind, row.name, row.node, row.instance or ""
    case = locked_case(session, row.case or "")
    if case.state == CaseState.RUNNING:
        return _fire(session, case, int(instance), payload, now, hops)
    if case.state != CaseState.SUSPENDED:
        return False
    kept = KeptMessage(case=case.number, kind=kind, name=name, node=node, instance=instance, payload=dict(payload))
    kept.received_at = now
    session.add(kept)
    session.flush()
    return True


def _fire(session: Session, case: Case, token: int, payload: Mapping[str, Any], now: datetime, hops: int) -> bool:
    turn = open_turn(session, case, now=now)
    if token not in turn.execution.waiting():  # the row was read before the case was held: it went on meanwhile
        return False
    turn.execution.fire(token, payload)
    turn.close()
    follow(session, turn, hops)
    return True


def kept(session: Session, case: str) -> list[KeptMessage]:
    """The messages and signals that wait for a suspended case to go on, in the order in which they came."""
    return list(session.scalars(select(KeptMessage).where(KeptMessage.case == case).order_by(KeptMessage.id)))


def hand_over_kept(session: Session, case: Case, *, now: datetime) -> int:
    """Hand a case that goes on what came while it rested, in order; says how much of it was taken.

    What found its place gone (a message before it led elsewhere) becomes an incident, so that a person reads it.
    """
    taken = 0
    for message in kept(session, case.number):
        place, payload = _place_of(session, message), message.payload
        session.delete(message)
        session.flush()
        if case.state == CaseState.RUNNING and place and _fire(session, case, int(place), payload, now, 0):
            taken += 1
        else:
            session.add(_too_late(message, now))
    session.flush()
    return taken


def _place_of(session: Session, message: KeptMessage) -> str | None:
    """The place that waited for it, or, when that is gone, the first other place of the drawing there that waits for it."""
    waiting = session.scalars(
        select(Subscription)
        .where(Subscription.case == message.case, Subscription.kind == message.kind, Subscription.name == message.name)
        .order_by(Subscription.instance != message.instance, Subscription.id)
    )
    rows = [row for row in waiting if row.node == message.node]
    return rows[0].instance if rows else None


def _too_late(message: KeptMessage, now: datetime) -> Incident:
    said = f"The {message.kind} {message.name!r} of {message.received_at:%Y-%m-%d %H:%M} UTC came while the case rested"
    row = Incident(case=message.case, node=message.node, instance=message.instance, attempts=0, occurred_at=now)
    row.message = f"{said}, and nothing in it waits for it any more. It said: {dict(message.payload)!r}"
    return row
