"""Deviations that a manager accepts for a time: which kind, of which versions, why, who, and until when. Rows are only added.

A deviation is a fact and stays one. What is accepted is not counted as deviating while the acceptance is valid: it is listed
apart, and counts again when it expires or is taken back.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, MetaData, String, Text, event, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from event_logs.columns import Utc
from mining.deviations import Word
from mining.errors import Unacceptable, UnknownAcceptance


class Base(DeclarativeBase):
    metadata = MetaData()


class Standing(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


class Acceptance(Base):
    """`procedure` is a procedure's key, or `log:` and the name of an imported log; no version is every version on that side."""

    __tablename__ = "accepted_deviations"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(200), index=True)
    word: Mapped[str] = mapped_column(String(40))
    activity: Mapped[str] = mapped_column(String(400))
    version_from: Mapped[int | None]
    version_to: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
    accepted_by: Mapped[str] = mapped_column(String(200))
    accepted_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    taken_back: Mapped[TakenBack | None] = relationship(back_populates="acceptance", lazy="joined")

    def standing(self, now: datetime) -> Standing:
        if self.taken_back is not None and self.taken_back.at <= now:
            return Standing.TAKEN_BACK
        return Standing.VALID if now < self.expires_at else Standing.EXPIRED

    def covers(self, word: str, activity: str, version: int | None) -> bool:
        """Whether it speaks of that deviation of a case of that version."""
        if (self.word, self.activity) != (word, activity):
            return False
        if version is None:
            return self.version_from is None and self.version_to is None
        return (self.version_from or version) <= version <= (self.version_to or version)


class TakenBack(Base):
    """An acceptance that somebody ended before its time."""

    __tablename__ = "acceptances_taken_back"

    acceptance_id: Mapped[int] = mapped_column(ForeignKey("accepted_deviations.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Utc)
    acceptance: Mapped[Acceptance] = relationship(back_populates="taken_back")


@event.listens_for(Acceptance, "before_update")
@event.listens_for(TakenBack, "before_update")
def _only_added(mapper: Any, _connection: Any, row: Base) -> None:
    if any(inspect(row).attrs[column.key].history.has_changes() for column in mapper.column_attrs):
        raise Unacceptable("what was decided stays on record as it was; accept it anew, or take it back.")


def accept(
    session: Session,
    procedure: str,
    word: str,
    activity: str,
    *,
    versions: tuple[int | None, int | None] = (None, None),
    reason: str,
    by: str,
    until: datetime,
    now: datetime,
) -> Acceptance:
    """Accept a kind of deviation until then; raises Unacceptable."""
    first, last = versions
    if word not in list(Word):
        raise Unacceptable(f"there is no deviation {word!r}; there are {', '.join(Word)}.")
    if not reason.strip():
        raise Unacceptable("a reason is needed; it becomes part of the record.")
    if until <= now:
        raise Unacceptable("it would have expired already; give a later date.")
    if first is not None and last is not None and first > last:
        raise Unacceptable(f"versions {first} to {last} are none; give the lower number first.")
    made = Acceptance(
        procedure=procedure,
        word=str(word),
        activity=activity,
        version_from=first,
        version_to=last,
        reason=reason.strip(),
        accepted_by=by,
        accepted_at=now,
        expires_at=until,
    )
    session.add(made)
    session.flush()
    return made


def take_back(session: Session, id: int, *, reason: str, by: str, now: datetime) -> Acceptance:
    """End an acceptance before its time; raises UnknownAcceptance, Unacceptable."""
    found = session.get(Acceptance, id)
    if found is None:
        raise UnknownAcceptance(id)
    if found.standing(now) is not Standing.VALID:
        raise Unacceptable("it is not valid any more.")
    if not reason.strip():
        raise Unacceptable("a reason is needed; it becomes part of the record.")
    found.taken_back = TakenBack(reason=reason.strip(), by=by, at=now)
    session.flush()
    return found


def history(session: Session, procedure: str) -> list[Acceptance]:
    """Everything that was ever accepted of it, newest first."""
    wanted = select(Acceptance).where(Acceptance.procedure == procedure).order_by(Acceptance.id.desc())
    return list(session.scalars(wanted))


def valid(session: Session, procedure: str, now: datetime) -> list[Acceptance]:
    """Whether an acceptance still holds at that moment: it was not taken back and has not expired."""
    return [one for one in history(session, procedure) if one.standing(now) is Standing.VALID]
