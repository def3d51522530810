"""What a check found: which event was altered, dropped, inserted or moved, and what remains unsealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    MOVED = "moved"
    SEALS = "seals"  # the seals or leaves themselves are not what was signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One event (or the seals) that is not as it was sealed. What is not known of a missing event is None."""

    kind: Kind
    position: int | None = None
    procedure: str | None = None
    case_id: str | None = None
    activity: str | None = None
    was: int | None = None  # the position that a moved event was sealed at, if it has another one now
    reason: str = ""

    def sentence(self) -> str:
        if self.kind is Kind.SEALS:
            return self.reason
        place = f"Event {self.position:,}" if self.position is not None else "An event"
        of_case = f" of case {self.case_id}" if self.case_id is not None else ""
        work = f" ({self.activity})" if self.activity is not None else ""
        said = {
            Kind.ALTERED: "is not what was sealed",
            Kind.MISSING: "was sealed and is missing",
            Kind.INSERTED: "stands where nothing was sealed",
            Kind.MOVED: f"was sealed at position {self.was:,}"
            if self.was is not None
            else "does not stand where it was sealed",
        }[self.kind]
        return f"{place}{of_case}{work} {said}{f': {self.reason}' if self.reason else ''}."


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of a check. `events` were looked at; `unsealed` of them came after the last seal and are only chained."""

    events: int
    unsealed: int
    seal: int | None  # the number of the seal that was checked against
    closed_at: datetime | None
    fingerprint: str | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.findings
