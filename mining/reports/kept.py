"""The newest report of each kind and log, with what it was made from."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary, MetaData, String, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, mapped_column

from event_logs.columns import Json, Utc
from mining.change import Change
from mining.diagnosis import Diagnosis
from mining.discovery import Discovered
from mining.objects import ObjectView
from mining.reports.current import Delays
from mining.reports.written import form, read, write

MOST_FILTERED = 50  # reports of one kind on some cases that are kept of one log


class ReportKind(StrEnum):
    """What is kept of a log; the words are those of the database."""

    DIAGNOSIS = "diagnosis"
    DELAYS = "delays"  # the bottlenecks alone, as of now
    CHANGE = "change"  # `where` has three texts in as many lines: of both groups, and within which cases (may be empty)
    OBJECTS = "objects"
    DRAWINGS = "drawings"  # what the miners drew


FOUND: Mapping[ReportKind, Any] = {
    ReportKind.DIAGNOSIS: Diagnosis,
    ReportKind.DELAYS: Delays,
    ReportKind.CHANGE: Change,
    ReportKind.OBJECTS: ObjectView,
    ReportKind.DRAWINGS: tuple[Discovered, ...],
}


@dataclass(frozen=True)
class ReportName:
    """Which report: of a procedure's recorded events (by its key) or of an imported log (`log:` before its name).

    `where` is the text of the filter that chooses the cases; without one all are meant.
    """

    kind: ReportKind
    log: str
    where: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the name, which can be long; that of a diagnosis does not tell its kind."""
        told = [self.log, self.where] if self.kind is ReportKind.DIAGNOSIS else [self.kind, self.log, self.where]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a report was made from: with an equal basis its text is equal to the byte.

    `position` is the last event that it covers (0 for an imported log), `where` the text of the filter, `versions` the models,
    `drawing` the one that an imported log is held against (`procedure@version`), `rules` whatever else decides (repairs, time limits, the calendar), `product` the version of the program.
    """

    position: int
    source: str
    where: str
    versions: tuple[int, ...]
    rules: str
    product: str
    drawing: str = ""


class Base(DeclarativeBase):
    metadata = MetaData()


class KeptReport(Base):
    """`log` is a procedure's key, or `log:` and the name of an imported log; `digest` is the SHA-256 of the text in `content`.

    What is kept under one name is of one kind, one log and one filter; filters are long, so the digest of the name stands for it.
    """

    __tablename__ = "kept_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_digest: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # a ReportKind
    log: Mapped[str] = mapped_column(String(200), index=True)
    number: Mapped[int]  # counts how often it was made
    made_at: Mapped[datetime] = mapped_column(Utc)
    basis: Mapped[Mapping[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def made_from(self) -> Basis:
        return Basis(**{**self.basis, "versions": tuple(self.basis["versions"])})

    def result(self) -> Any:
        """The value of the type that its kind says (FOUND)."""
        return read(gzip.decompress(self.content).decode(), FOUND[ReportKind(self.kind)])


def form_of(kind: ReportKind) -> str:
    """A digest of the form in which reports of a kind are kept; those of another form are not read."""
    return form(FOUND[kind])


def keep(session: Session, name: ReportName, found: Any, basis: Basis, *, now: datetime) -> KeptReport:
    """Let this be the newest report of that name; `found` has the type that its kind says."""
    text = write(found).encode()
    kept = newest(session, name)
    if kept is None:
        kept = KeptReport(name_digest=name.digest, kind=name.kind.value, log=name.log, number=0)
        session.add(kept)
    kept.number += 1
    kept.made_at, kept.basis = now, asdict(basis) | {"versions": list(basis.versions)}
    kept.digest, kept.content = hashlib.sha256(text).hexdigest(), gzip.compress(text, mtime=0)
    session.flush()
    _forget(session, name)
    return kept


def newest(session: Session, name: ReportName) -> KeptReport | None:
    """The report of that name; its content is read when it is asked for."""
    found = select(KeptReport).where(KeptReport.name_digest == name.digest)
    return session.scalar(found.options(defer(KeptReport.content)))


def names(session: Session, log: str) -> list[ReportName]:
    """All reports that are kept of a log."""
    found = select(KeptReport).where(KeptReport.log == log).options(defer(KeptReport.content)).order_by(KeptReport.id)
    return [ReportName(ReportKind(kept.kind), kept.log, kept.made_from.where) for kept in session.scalars(found)]


def _forget(session: Session, name: ReportName) -> None:
    """Of the reports of some cases the oldest, when there are many; that of the whole log stays."""
    whole = ReportName(name.kind, name.log).digest
    some = select(KeptReport.id).where(
        KeptReport.kind == name.kind.value, KeptReport.log == name.log, KeptReport.name_digest != whole
    )
    old = session.scalars(some.order_by(KeptReport.made_at.desc(), KeptReport.id.desc()).offset(MOST_FILTERED)).all()
    session.execute(delete(KeptReport).where(KeptReport.id.in_(old)))
