"""Cases: one run of a procedure each, from the application to the result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows.tables import Case, Incident, Officer


def start(
    session: Session,
    key: str,
    application: Mapping[str, Any],
    *,
    now: datetime,
    office: str | None = None,
    by: Officer | str | None = None,
    number: str | None = None,
) -> Case:
    raise NotImplementedError


def find(session: Session, number: str) -> Case:
    raise NotImplementedError


def suspend(session: Session, case: Case | str, *, by: Officer | str, reason: str, now: datetime) -> Case:
    raise NotImplementedError


def resume(session: Session, case: Case | str, *, by: Officer | str, reason: str = "", now: datetime) -> Case:
    raise NotImplementedError


def withdraw(session: Session, case: Case | str, *, by: Officer | str | None, reason: str, now: datetime) -> Case:
    raise NotImplementedError


def retry(session: Session, incident: Incident | int, *, by: Officer | str, now: datetime) -> Incident:
    raise NotImplementedError
