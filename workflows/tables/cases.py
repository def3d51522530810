"""Cases, and what they leave: incidents, and entries in the registers of the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from event_logs.columns import Json
from workflows.tables.shape import Base, FeelValues, State


class CaseState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class CaseCounter(Base):
    """The last case number given out, by prefix and year."""

    __tablename__ = "case_counters"

    prefix: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Case(Base):
    """One run of a procedure. `execution` is the engine's state, `data` the variables as they stand now.

    `hands` are the officers who completed each activity: whom four eyes keep out is told without a look at the tasks of the past.
    Every change of a case and of what belongs to it raises its `revision`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_procedure_version", "procedure", "version", "state"),
        Index("ix_cases_opened", "procedure", "opened_at"),
    )

    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(128))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the version's sources: the key of the cached model
    arm: Mapped[str] = mapped_column(String(16), default="current")  # current | trial
    office: Mapped[str | None] = mapped_column(String(64), index=True)
    taxpayer_id: Mapped[str | None] = mapped_column(String(64), index=True)
    taxpayer_name: Mapped[str | None] = mapped_column(String(256))
    title: Mapped[str] = mapped_column(Text, default="")
    key_taxpayer: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(State, default=CaseState.RUNNING, index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    data: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    execution: Mapped[str] = mapped_column(Text, default="")
    hands: Mapped[Mapping[str, Sequence[str]]] = mapped_column(Json, default=dict, server_default="{}")
    parent: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy's own protocol)


class Incident(Base):
    """An automatic step that a person has to look at: it failed for good, or a decision has no fitting branch.

    `corrections` are the values that a person changed, each as [before, after]; `reason` says why.
    """

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    occurred_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    resolved_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    corrections: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)


class Record(Base):
    """An entry in a register of the office (an invoice ceiling, a refund, a deferral), written by an automatic step."""

    __tablename__ = "records"
    __table_args__ = (Index("ix_records_subject", "register", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"), index=True)
    values: Mapped[Mapping[str, Any]] = mapped_column("entry", FeelValues)
    recorded_at: Mapped[datetime]
