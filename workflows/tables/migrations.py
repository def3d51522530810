"""Cases that went on with another version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base, FeelValues


class Migration(Base):
    """Running cases of one version that go on with another: from where to where, by which places, and who wanted it why."""

    __tablename__ = "migrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(128), index=True)
    source: Mapped[int]
    target: Mapped[int]
    places: Mapped[dict[str, str]]  # element of the old version → element of the new one
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class MigratedCase(Base):
    """What became of one case: it moved, stayed for these reasons, or moved and was taken back.

    `before` is what taking it back needs, null where that is impossible; `after` is the digest of the state it left.
    """

    __tablename__ = "migrated_cases"

    migration: Mapped[int] = mapped_column(ForeignKey("migrations.id"), primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), primary_key=True, index=True)
    outcome: Mapped[str] = mapped_column(String(16))  # moved | stayed | undone
    reasons: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime]
    before: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)
    after: Mapped[str | None] = mapped_column(String(64))
