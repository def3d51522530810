"""What a case waits for besides people: times, messages, programs elsewhere, and steps that are tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webui.formats import moment
from webui.language import gettext as _
from workflows import cases
from workflows.following import kept
from workflows.tables import ExternalTask, ExternalTaskState, KeptMessage, Subscription, Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One place at which the case waits: for what, since when or until when, and what there is to know; `style` warns."""

    place: str
    name: str
    kind: str  # timer, retry, message, signal, external or kept
    what: str
    at: datetime | None
    note: str = ""
    style: str = ""


def waits(session: Session, case: str, label: Callable[[str], str], *, now: datetime) -> list[Wait]:
    """Everything, times first and the next of them at the top."""
    timers, names = cases.waits(session, case)
    outside = select(ExternalTask).where(ExternalTask.case == case, ExternalTask.state == ExternalTaskState.OPEN)
    return [
        *(_timer(timer, label(timer.node)) for timer in timers),
        *(_subscription(name, label(name.node)) for name in names),
        *(_outside(task, label(task.node), now) for task in session.scalars(outside.order_by(ExternalTask.id))),
        *_kept(kept(session, case), label),
    ]


def _timer(timer: Timer, name: str) -> Wait:
    tried = _("tried again at that time; %(n)s attempts so far", n=timer.attempts)
    note = _("rests since %(at)s", at=moment(timer.rests_since)) if timer.rests_since else ""
    if timer.kind == "retry":
        return Wait(place=timer.node, name=name, kind="retry", what=tried, at=timer.due_at, note=note, style="warn")
    return Wait(place=timer.node, name=name, kind="timer", what=_("a time"), at=timer.due_at, note=note)


def _subscription(row: Subscription, name: str) -> Wait:
    what = (
        _("the signal “%(name)s”", name=row.name)
        if row.kind == "signal"
        else _("the message “%(name)s”", name=row.name)
    )
    note = _("for %(what)s", what=row.correlation) if row.correlation else ""
    return Wait(place=row.node, name=name, kind=row.kind, what=what, at=row.since, note=note)


def _outside(task: ExternalTask, name: str, now: datetime) -> Wait:
    """Somebody's hands hold it, nobody has come for it, or it rests after a failure."""
    what, held = _("a program elsewhere, topic “%(topic)s”", topic=task.topic), task.free_at > now
    if task.worker and held:
        note = _("%(name)s has it until %(at)s", name=task.worker, at=moment(task.free_at))
    elif task.worker:
        note = _("%(name)s let its time run out; the next one may fetch it", name=task.worker)
    elif held:
        note = _("may be fetched again at %(at)s; %(n)s tries left", at=moment(task.free_at), n=task.retries)
    else:
        note = _("nobody has fetched it")
    failed = [task.error] if task.error else []
    return Wait(
        place=task.node,
        name=name,
        kind="external",
        what=what,
        at=task.created_at,
        note=" · ".join([note, *failed]),
        style="warn" if failed else "",
    )


def _kept(messages: list[KeptMessage], label: Callable[[str], str]) -> Iterator[Wait]:
    for message in messages:
        what = _("“%(name)s” came while the case rests, and is handed over when it goes on", name=message.name)
        yield Wait(place=message.node, name=label(message.node), kind="kept", what=what, at=message.received_at)
