"""Filters that were kept by name, with who kept them: a name means one filter of one log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Utc
from mining.errors import FilterNameTaken, UnknownFilter
from mining.filters.filter import Filter
from mining.filters.written import read, write


class Base(DeclarativeBase):
    metadata = MetaData()


class KeptFilter(Base):
    """`log` is a procedure's key, or `log:` and the name of an imported log."""

    __tablename__ = "kept_filters"
    __table_args__ = (UniqueConstraint("log", "name", name="uq_kept_filters_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    kept_by: Mapped[str] = mapped_column(String(200))
    kept_at: Mapped[datetime] = mapped_column(Utc)

    @property
    def where(self) -> Filter:
        return read(self.text)


def keep(session: Session, log: str, name: str, where: Filter, *, by: str, now: datetime) -> KeptFilter:
    """Keep a filter under a name; raises FilterNameTaken where the name means another one already."""
    known = session.scalar(_named(log, name))
    if known is not None:
        if known.text != write(where):
            raise FilterNameTaken(name, known.kept_by)
        return known
    kept = KeptFilter(log=log, name=name, text=write(where), kept_by=by, kept_at=now)
    session.add(kept)
    session.flush()
    return kept


def kept_of(session: Session, log: str) -> list[KeptFilter]:
    """The filters of a log by name."""
    return [*session.scalars(select(KeptFilter).where(KeptFilter.log == log).order_by(KeptFilter.name))]


def kept(session: Session, log: str, name: str) -> KeptFilter:
    """The filter that somebody kept for that log under the name; raises UnknownFilter."""
    found = session.scalar(_named(log, name))
    if found is None:
        raise UnknownFilter(name, [each.name for each in kept_of(session, log)])
    return found


def forget(session: Session, log: str, name: str) -> None:
    """Take a kept filter of that log away for everybody; raises UnknownFilter."""
    session.delete(kept(session, log, name))
    session.flush()


def _named(log: str, name: str) -> Select[KeptFilter]:
    return select(KeptFilter).where(KeptFilter.log == log, KeptFilter.name == name)
