"""The clock of the procedures: what is due happens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session


def fire_due(session: Session, now: datetime, *, limit: int = 100) -> int:
    raise NotImplementedError


def next_due(session: Session) -> datetime | None:
    raise NotImplementedError
