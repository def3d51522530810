"""Tasks: what an officer does with the work that was routed to the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows.tables import Officer, Task


def inbox(session: Session, officer: Officer | str, now: datetime) -> Sequence[Task]:
    raise NotImplementedError


def pool(session: Session, officer: Officer | str, now: datetime) -> Sequence[Task]:
    raise NotImplementedError


def done(session: Session, officer: Officer | str, *, limit: int = 100) -> Sequence[Task]:
    raise NotImplementedError


def find(session: Session, task: int) -> Task:
    raise NotImplementedError


def claim(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    raise NotImplementedError


def release(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    raise NotImplementedError


def begin(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    raise NotImplementedError


def complete(
    session: Session, task: Task | int, officer: Officer | str, answers: Mapping[str, Any], *, now: datetime
) -> Task:
    raise NotImplementedError


def return_for_correction(
    session: Session, task: Task | int, officer: Officer | str, reason: str, *, now: datetime
) -> Task:
    raise NotImplementedError


def reassign(
    session: Session, task: Task | int, to: Officer | str, *, by: Officer | str, reason: str, now: datetime
) -> Task:
    raise NotImplementedError
