"""Work for programs elsewhere, by topic: how much waits or is held, since when, and who might fetch it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflows import external
from workflows.tables import Case, CaseState, ExternalTask, ExternalTaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The open work of one topic; `workers` are those that may fetch it, each with when it last got some."""

    name: str
    open: int
    free: int
    since: datetime
    workers: tuple[tuple[str, datetime | None], ...]


def outside(session: Session, now: datetime) -> list[Topic]:
    """Every topic with open work of a running case."""
    free = func.count().filter(ExternalTask.free_at <= now)
    rows = session.execute(
        select(ExternalTask.topic, func.count(), free, func.min(ExternalTask.created_at))
        .join(Case, Case.number == ExternalTask.case)
        .where(ExternalTask.state == ExternalTaskState.OPEN, Case.state == CaseState.RUNNING)
        .group_by(ExternalTask.topic)
        .order_by(ExternalTask.topic)
    )
    known = external.workers(session)
    return [
        Topic(
            name=topic,
            open=many,
            free=waiting,
            since=since,
            workers=tuple((worker.name, worker.seen_at) for worker in known if topic in worker.topics),
        )
        for topic, many, waiting, since in rows
    ]
