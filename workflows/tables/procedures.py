"""Versions of procedures and their sources."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base


class VersionState(StrEnum):
    DRAFT = "draft"  # deployed, takes no cases
    ACTIVE = "active"  # takes new cases
    TRIAL = "trial"  # takes a share of the new cases beside the active one
    RETIRED = "retired"  # finishes the cases that it has


class ProcedureVersion(Base):
    """An immutable version of a procedure; only its state, share and note change."""

    __tablename__ = "procedure_versions"
    __table_args__ = (UniqueConstraint("key", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(128), index=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of the sources
    names: Mapped[dict[str, str]]
    state: Mapped[str] = mapped_column(String(16), default=VersionState.DRAFT)
    share: Mapped[float | None]  # of new cases, while on trial
    deployed_by: Mapped[str | None] = mapped_column(String(64))
    deployed_at: Mapped[datetime]
    state_since: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class ProcedureSource(Base):
    """One file of a version, byte for byte as it was deployed."""

    __tablename__ = "procedure_sources"

    version: Mapped[int] = mapped_column(ForeignKey("procedure_versions.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(256), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BoundVersion(Base):
    """A version together with other versions of what it calls than those that it was deployed with; found by its digest."""

    __tablename__ = "bound_versions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("procedure_versions.id"))
    called: Mapped[dict[str, int]]  # procedure → number of its version
