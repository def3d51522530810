"""What is remembered of data quality: each check with its score, so that there is a trend, and each repair with who decided it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import MetaData, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Json, Utc
from event_logs.errors import EventLogError
from event_logs.quality.assessment import Assessment, finding_as_dict, part_as_dict
from event_logs.quality.repairs import ONCE, Repair, proposals


class Base(DeclarativeBase):
    metadata = MetaData()


class RepairState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class QualityCheck(Base):
    """One check of a log: `log` is a procedure's key or `log:` and the name of an imported one."""

    __tablename__ = "quality_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Utc)
    occasion: Mapped[str]  # import, schedule, asked
    score: Mapped[float]
    dimensions: Mapped[Mapping[str, Any]] = mapped_column(Json)
    findings: Mapped[Sequence[Mapping[str, Any]]] = mapped_column(Json)
    offices: Mapped[Mapping[str, Any]] = mapped_column(Json)
    posts: Mapped[Mapping[str, Any]] = mapped_column(Json)


class QualityRepair(Base):
    """A repair that was proposed; who decided it, when. An accepted one is applied whenever the log is read."""

    __tablename__ = "quality_repairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str] = mapped_column(index=True)
    rule: Mapped[str]
    names: Mapped[Mapping[str, str]] = mapped_column(Json)
    proposed_at: Mapped[datetime] = mapped_column(Utc)
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Utc)


class UnknownRepair(EventLogError):
    """There is no such repair of that log."""

    def __init__(self, id: int) -> None:
        self.id = id
        super().__init__(
            f"There is no repair {id} of this log; the page of its quality lists those that were proposed."
        )


def keep(session: Session, log: str, made: Assessment, occasion: str) -> QualityCheck:
    """Remember a check, and propose the repairs that nobody has been asked about yet."""
    check = QualityCheck(
        log=log,
        at=made.at,
        occasion=occasion,
        score=made.score,
        dimensions={str(name): str(score) for name, score in made.dimensions.items()},
        findings=[finding_as_dict(finding) for finding in made.findings],
        offices={name: part_as_dict(part) for name, part in made.offices.items()},
        posts={name: part_as_dict(part) for name, part in made.posts.items()},
    )
    session.add(check)
    twins = sum(finding.broken for finding in made.findings if finding.rule == ONCE)
    known = [Repair(r.rule, r.names) for r in repairs_of(session, log)]
    for repair in proposals(made.defects, twins):
        if repair not in known:
            _replace_proposed(session, log, repair, made.at)
    session.flush()
    return check


def _replace_proposed(session: Session, log: str, repair: Repair, at: datetime) -> None:
    """A newer proposal takes the place of one that nobody decided."""
    for old in repairs_of(session, log):
        if old.rule == repair.rule and old.state == RepairState.PROPOSED:
            session.delete(old)
    row = QualityRepair(log=log, rule=repair.rule, names=dict(repair.names), proposed_at=at, state=RepairState.PROPOSED)
    session.add(row)


def checks_of(session: Session, log: str, limit: int = 30) -> list[QualityCheck]:
    """The last checks of a log, the newest first."""
    query = select(QualityCheck).where(QualityCheck.log == log).order_by(QualityCheck.id.desc()).limit(limit)
    return list(session.scalars(query))


def repairs_of(session: Session, log: str) -> list[QualityRepair]:
    return list(session.scalars(select(QualityRepair).where(QualityRepair.log == log).order_by(QualityRepair.id)))


def accepted(session: Session, log: str) -> list[Repair]:
    """The repairs that are applied when the log is read, in the order in which they were accepted."""
    rows = [row for row in repairs_of(session, log) if row.state == RepairState.ACCEPTED]
    return [Repair(row.rule, row.names) for row in rows]


def decide(session: Session, log: str, id: int, state: RepairState, *, by: str, now: datetime) -> QualityRepair:
    """Accept or decline a repair, or take back what was decided; raises UnknownRepair."""
    row = session.get(QualityRepair, id)
    if row is None or row.log != log:
        raise UnknownRepair(id)
    row.state, row.decided_by, row.decided_at = state, by, now
    return row
