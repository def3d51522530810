"""Against which drawing an imported log is held: a version of a procedure that somebody chose, on record with who and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Utc
from webui import catalogue
from workflows.tables import ProcedureVersion


class Base(DeclarativeBase):
    metadata = MetaData()


class Yardstick(Base):
    """A choice; rows are only added, and the last one of a log counts. `procedure` is None where it is held against none."""

    __tablename__ = "yardsticks"

    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str] = mapped_column(String(200), index=True)  # `log:` and the name of an imported log
    procedure: Mapped[str | None] = mapped_column(String(64))
    number: Mapped[int | None]
    chosen_by: Mapped[str] = mapped_column(String(64))
    chosen_at: Mapped[datetime] = mapped_column(Utc)


def choose(session: Session, log: str, version: ProcedureVersion | None, *, by: str, now: datetime) -> None:
    """Hold the log against that version from now on, or against none."""
    key, number = (None, None) if version is None else (version.key, version.number)
    session.add(Yardstick(log=log, procedure=key, number=number, chosen_by=by, chosen_at=now))
    session.flush()


def chosen(session: Session, log: str) -> ProcedureVersion | None:
    """The version that an imported log is held against; None where nobody chose one."""
    last = session.scalars(select(Yardstick).where(Yardstick.log == log).order_by(Yardstick.id.desc()).limit(1)).first()
    if last is None or last.procedure is None or last.number is None:
        return None
    return catalogue.find(session, last.procedure, last.number)


def written(version: ProcedureVersion | None) -> str:
    """`procedure@version`, empty for none."""
    return "" if version is None else f"{version.key}@{version.number}"


def read(session: Session, text: str) -> ProcedureVersion | None:
    """The version that `written` means; raises NotFound."""
    key, _at, number = text.partition("@")
    return catalogue.find(session, key, int(number) if number.isdecimal() else 0) if text else None
