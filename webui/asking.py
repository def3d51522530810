"""Long work that somebody or the clock asks for: what waits, what is being done since when, and why it failed.

A row for each piece of work, in the database, so that every process shows the same; the job that does it is `making`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import MetaData, String, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Utc
from workflows import jobs

MAKE = "report.make"
PROPOSE, SIMULATE = "propose", "simulate"  # what is asked for besides reports
FORGOTTEN_AFTER = timedelta(days=30)


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Base(DeclarativeBase):
    metadata = MetaData()


class Asked(Base):
    """`of` says of what in the words of its `kind`; `digest` is that of both, `asked_by` an officer's code or "" for the clock.

    `error` is the sentence of a failure; one that was not `foreseen` is tried again by itself after a while.
    """

    __tablename__ = "asked_work"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    of: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(Utc)
    begun_at: Mapped[datetime | None] = mapped_column(Utc)
    state: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(64))
    share: Mapped[float | None]
    error: Mapped[str | None] = mapped_column(Text)
    foreseen: Mapped[bool]

    @property
    def going(self) -> bool:
        return self.state in (State.WAITING, State.RUNNING)


def digest_of(kind: str, of: str) -> str:
    return hashlib.sha256(f"{kind}\n{of}".encode()).hexdigest()


def find(session: Session, kind: str, of: str) -> Asked | None:
    return session.get(Asked, digest_of(kind, of))


def latest(session: Session, kind: str, beginning: str) -> Asked | None:
    """What was asked for last, of that kind and of something that begins so."""
    query = sa.select(Asked).where(Asked.kind == kind, Asked.of.startswith(beginning, autoescape=True))
    return session.scalars(query.order_by(Asked.asked_at.desc()).limit(1)).first()


def ask(session: Session, kind: str, of: str, *, by: str, now: datetime) -> bool:
    """Have it done once this transaction is committed; False where it waits or is being done already."""
    known = find(session, kind, of)
    if known is not None and known.state == State.RUNNING:
        return False
    _put(session, kind, of, by=by, now=now, over=(State.DONE, State.FAILED))
    return defer(session, kind, of, now=now)


def defer(session: Session, kind: str, of: str, *, now: datetime, at: datetime | None = None) -> bool:
    """The job alone; False where it waits already."""
    key = f"{MAKE}:{digest_of(kind, of)}"
    return jobs.defer(session, MAKE, {"kind": kind, "of": of}, now=now, at=at, key=key)


def begin(session: Session, kind: str, of: str, *, now: datetime) -> Asked:
    """Note that it is being done; what ended long ago is forgotten."""
    session.execute(sa.delete(Asked).where(Asked.state == State.DONE, Asked.asked_at < now - FORGOTTEN_AFTER))
    _put(session, kind, of, by="", now=now, over=())
    begun = find(session, kind, of)
    assert begun is not None
    begun.state, begun.begun_at, begun.step, begun.share, begun.error = State.RUNNING.value, now, "", None, None
    return begun


def tell(session: Session, kind: str, of: str, step: str, share: float | None) -> None:
    """Note what is being done."""
    _change(session, kind, of, step=step, share=share)


def end(session: Session, kind: str, of: str, *, error: str | None = None, foreseen: bool = True) -> None:
    """Note that it is done, or why not."""
    state = State.DONE if error is None else State.FAILED
    _change(session, kind, of, state=state.value, error=error, foreseen=foreseen)


def _change(session: Session, kind: str, of: str, **values: Any) -> None:
    session.execute(sa.update(Asked).where(Asked.digest == digest_of(kind, of)).values(values))


def _put(session: Session, kind: str, of: str, *, by: str, now: datetime, over: Collection[State]) -> None:
    """The row as it is when somebody asks; where there is one, only over one in these states."""
    fresh = {"asked_by": by, "asked_at": now, "begun_at": None, "state": State.WAITING.value}
    fresh |= {"step": "", "share": None, "error": None, "foreseen": True}
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(Asked)
    row = insert.values(digest=digest_of(kind, of), kind=kind, of=of, **fresh)
    ended = Asked.state.in_([state.value for state in over])
    session.execute(row.on_conflict_do_update(index_elements=["digest"], set_=fresh, where=ended))
    session.expire_all()
