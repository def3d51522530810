"""Times: what is due, when the offices work, when the statutory clock stands, and what the clock began."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base


class Timer(Base):
    """Something that happens at `due_at`: a drawn timer, another try of a failed step, or the start of a case.

    While its case rests it has `rests_since`, and is not among what is due. `kind` is timer, retry, start or clock (look who is due for a case of this procedure); `instance` is the engine's token, of
    a clock the entry that was looked at last; `case` is null for a start and a clock.
    """

    __tablename__ = "timers"
    __table_args__ = (
        Index(
            "ix_timers_due",
            "due_at",
            sqlite_where=text("fired_at IS NULL AND rests_since IS NULL"),
            postgresql_where=text("fired_at IS NULL AND rests_since IS NULL"),
        ),
        Index("ix_timers_case", "case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="timer")
    procedure: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    rests_since: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class ClockStart(Base):
    """What the clock began a case for, once for each procedure and key; without a case it could not, and `problem` says why."""

    __tablename__ = "clock_starts"

    procedure: Mapped[str] = mapped_column(String(128), primary_key=True)
    key: Mapped[str] = mapped_column(String(256), primary_key=True)  # for a return: taxpayer and period
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"), index=True)
    tried_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(Text)


class ClockStop(Base):
    """The statutory clock of a case stands still: while the taxpayer corrects papers (`node`), or the case is suspended."""

    __tablename__ = "clock_stops"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    node: Mapped[str | None] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class OfficeHours(Base):
    """When an office works; what is null is as at the office above, at last as for all (""), else as the nation has it."""

    __tablename__ = "office_hours"

    office: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" for all
    zone: Mapped[str | None] = mapped_column(String(64))
    hours: Mapped[list[str] | None]  # "09:00-12:00", local and in order
    weekend: Mapped[list[int] | None]  # Monday is 0


class CalendarDay(Base):
    """One day decided otherwise than by rule: by the yearly notice for all offices, or by an office for itself and those below."""

    __tablename__ = "calendar_days"

    office: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" for all
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(128), default="")
    source: Mapped[str] = mapped_column(String(256), default="")  # the notice that says so
    entered_by: Mapped[str | None] = mapped_column(String(64))
    entered_at: Mapped[datetime]
