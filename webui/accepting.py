"""Deviations that are accepted: what a page and a command ask of `mining.acceptances`, and a diagnosis as it reads with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mining.acceptances import Acceptance, history, valid
from mining.diagnosis import Diagnosis
from mining.judging import judged


def through(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which that day is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def with_accepted(session: Session, diagnosis: Diagnosis, name: str, now: datetime) -> Diagnosis:
    """The diagnosis as it reads with what is accepted now; `name` is a procedure's key, or `log:` and an imported log's name."""
    if "conformance" not in diagnosis.analyses:
        return diagnosis
    accepted = valid(session, name, now)
    changed = {**diagnosis.analyses, "conformance": judged(diagnosis.analyses["conformance"], accepted)}
    return replace(diagnosis, analyses=changed)


def record(session: Session, name: str, now: datetime) -> list[dict[str, Any]]:
    """Everything that was ever accepted of it, newest first, with how it stands now."""
    return [fact(one, now) for one in history(session, name)]


def fact(one: Acceptance, now: datetime) -> dict[str, Any]:
    back = one.taken_back
    return {
        "id": one.id,
        "procedure": one.procedure,
        "deviation": one.word,
        "activity": one.activity,
        "version_from": one.version_from,
        "version_to": one.version_to,
        "standing": one.standing(now).value,
        "expires_at": one.expires_at,
        "reason": one.reason,
        "accepted_by": one.accepted_by,
        "accepted_at": one.accepted_at,
        "taken_back_by": back.by if back else None,
        "taken_back_at": back.at if back else None,
        "taken_back_because": back.reason if back else None,
    }
