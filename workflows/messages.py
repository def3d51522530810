"""Messages that reach cases from outside, from other cases, or start one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


def deliver(session: Session, name: str, correlation: str | None, payload: Mapping[str, Any], *, now: datetime) -> int:
    raise NotImplementedError


def broadcast(session: Session, signal: str, payload: Mapping[str, Any], *, now: datetime) -> int:
    raise NotImplementedError
