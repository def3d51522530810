"""The newest report of each log, with what it was made from."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, MetaData, String, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, mapped_column

from event_logs.columns import Json, Utc
from mining.diagnosis import Diagnosis
from mining.reports.written import read, write

MOST_FILTERED = 50  # reports of some cases that are kept of one log


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a report was made from: with an equal basis its text is equal to the byte.

    `position` is the last event that it covers (0 for an imported log), `where` the text of the filter, `versions` the models,
    `rules` whatever else decides (repairs, time limits, the calendar), `product` the version of the program.
    """

    position: int
    source: str
    where: str
    versions: tuple[int, ...]
    rules: str
    product: str


class Base(DeclarativeBase):
    metadata = MetaData()


class KeptReport(Base):
    """`log` is a procedure's key, or `log:` and the name of an imported log; `digest` is the SHA-256 of the text in `content`.

    What is kept under one name is that of one log and one filter; filters are long, so the digest of the name stands for it.
    """

    __tablename__ = "kept_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_digest: Mapped[str] = mapped_column(String(64), unique=True)
    log: Mapped[str] = mapped_column(String(200), index=True)
    number: Mapped[int]  # counts how often it was made
    made_at: Mapped[datetime] = mapped_column(Utc)
    basis: Mapped[Mapping[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def made_from(self) -> Basis:
        return Basis(**{**self.basis, "versions": tuple(self.basis["versions"])})

    def diagnosis(self) -> Diagnosis:
        return read(gzip.decompress(self.content).decode())


def keep(session: Session, log: str, diagnosis: Diagnosis, basis: Basis, *, now: datetime) -> KeptReport:
    """Let this be the newest report of the log."""
    text = write(diagnosis).encode()
    kept = newest(session, log, basis.where)
    if kept is None:
        kept = KeptReport(name_digest=_named(log, basis.where), log=log, number=0)
        session.add(kept)
    kept.number += 1
    kept.made_at, kept.basis = now, asdict(basis) | {"versions": list(basis.versions)}
    kept.digest, kept.content = hashlib.sha256(text).hexdigest(), gzip.compress(text, mtime=0)
    session.flush()
    _forget(session, log)
    return kept


def newest(session: Session, log: str, where: str = "") -> KeptReport | None:
    """The report of the cases of that log which a filter chooses; its content is read when it is asked for."""
    found = select(KeptReport).where(KeptReport.name_digest == _named(log, where))
    return session.scalar(found.options(defer(KeptReport.content)))


def _named(log: str, where: str) -> str:
    return hashlib.sha256(f"{log}\n{where}".encode()).hexdigest()


def _forget(session: Session, log: str) -> None:
    """Of the reports of some cases the oldest, when there are many; that of the whole log stays."""
    some = select(KeptReport.id).where(KeptReport.log == log, KeptReport.name_digest != _named(log, ""))
    old = session.scalars(some.order_by(KeptReport.made_at.desc(), KeptReport.id.desc()).offset(MOST_FILTERED)).all()
    session.execute(delete(KeptReport).where(KeptReport.id.in_(old)))
