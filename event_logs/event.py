"""An event: one fact about one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | Decimal | date | datetime | None


class Lifecycle(StrEnum):
    """What happened to a piece of work; the values are those of the XES lifecycle extension, but for MIGRATE."""

    SCHEDULE = "schedule"  # it became due to be done: the moment of enablement
    ASSIGN = "assign"
    REASSIGN = "reassign"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"
    SKIP = "manualskip"  # a person decided that it is not done in this case
    MIGRATE = "migrate"  # the case goes on with another version of the procedure, from this place


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `activity` is the id of the model's node, or the recorded name in an imported log.

    `instance` tells pieces of work on the same activity of the same case apart. `at` is aware, in UTC; `zone` names the zone
    of the office that it happened in.
    `attributes` are those that this event changed; on the first event of a case they are the attributes of the case.
    """

    procedure: str
    case_id: str
    activity: str
    lifecycle: Lifecycle
    at: datetime
    instance: str | None = None
    version: int | None = None
    officer: str | None = None
    post: str | None = None
    office: str | None = None
    zone: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
