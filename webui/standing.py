"""How a piece of work stands against its time limit: in time, due soon (临期) or overdue (逾期)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from flask import has_app_context

from event_logs.working_time import WorkingCalendar
from webui.answers import db
from workflows import working_hours

WARNED_FROM = timedelta(hours=7)  # one working day before the limit


class Standing(StrEnum):
    NONE = "none"  # no time limit
    IN_TIME = "in_time"
    WARNED = "warned"
    OVERDUE = "overdue"


STYLES = {Standing.OVERDUE: "late", Standing.WARNED: "warn", Standing.IN_TIME: "", Standing.NONE: ""}


def calendar() -> WorkingCalendar:
    """The calendar of all offices as they have entered it; outside of a request the nation's."""
    return working_hours.calendar(db()) if has_app_context() else WorkingCalendar.china()


def standing(due: datetime | None, *, at: datetime) -> Standing:
    """`at` is now for open work, the time of completion for work that is done."""
    if due is None:
        return Standing.NONE
    if at > due:
        return Standing.OVERDUE
    if due - at > timedelta(days=15):  # no holiday is that long; spares counting days one by one
        return Standing.IN_TIME
    return Standing.WARNED if calendar().between(at, due) <= WARNED_FROM else Standing.IN_TIME
