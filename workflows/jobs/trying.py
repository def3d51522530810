"""Jobs that did not work: how long to wait before another try, and what is left when no try is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that nobody tries any more."""

    id: int
    name: str
    attempts: int
    error: str


def pause_after(attempt: int) -> timedelta | None:
    """How long to wait after this many tries have failed; None when it is given up."""
    return PAUSES[attempt - 1] if attempt <= len(PAUSES) else None
