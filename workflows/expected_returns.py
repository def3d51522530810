"""The register of returns that taxpayers are expected to file and pay: entered and marked by messages, read by the clock.

An entry has the taxpayer as subject and as values those of the reminder's application: `tax_period`, `due_date`, `tax_due`,
`taxpayer_name` and what else is known, `office`, and `filed`. Its case is the one that was begun because nobody filed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflows.errors import InvalidEntry
from workflows.tables import Record

REGISTER = "expected_return"
EXPECTED, FILED = "return_expected", "taxpayer_filed"  # the messages by which other systems tell
NEEDED = ("taxpayer_id", "tax_period", "due_date")
AT_ONCE = 500  # entries read in one go
ZONE = ZoneInfo("Asia/Shanghai")


def note(session: Session, name: str, correlation: str | None, payload: Mapping[str, Any], *, now: datetime) -> int:
    """Take from a message what it says about a return; says how many entries that made or marked.

    `return_expected` has the entry as payload; `taxpayer_filed` has `<taxpayer>/<period>` as correlation.
    """
    if name == EXPECTED:
        expect(session, payload, now=now)
        return 1
    if name == FILED and correlation and "/" in correlation:
        taxpayer, _, period = correlation.partition("/")
        return mark_filed(session, taxpayer, period, payload.get("paid_on"), now=now)
    return 0


def expect(session: Session, entry: Mapping[str, Any], *, now: datetime) -> Record:
    """Enter a return that is expected, or correct its entry; raises InvalidEntry.

    A mark that it is filed stays. The due date is a date, or its ISO text.
    """
    missing = [name for name in NEEDED if not entry.get(name)]
    if missing:
        raise InvalidEntry(REGISTER, f"{', '.join(missing)} is missing.")
    taxpayer = str(entry["taxpayer_id"])
    values = {name: value for name, value in entry.items() if name != "taxpayer_id"}
    values["due_date"], values["tax_period"] = _date(entry["due_date"]), str(entry["tax_period"])
    for record in _entries(session, taxpayer, values["tax_period"]):
        record.values = {"filed": False, **record.values, **values}
        session.flush()
        return record
    record = Record(register=REGISTER, subject=taxpayer, values={"filed": False, **values}, recorded_at=now)
    session.add(record)
    session.flush()
    return record


def mark_filed(session: Session, taxpayer: str, period: str, on: Any = None, *, now: datetime) -> int:
    """The taxpayer has filed and paid; says how many entries that marks."""
    entries = _entries(session, taxpayer, period)
    for record in entries:
        record.values = {**record.values, "filed": True, "filed_on": on or now.astimezone(ZONE).date()}
    session.flush()
    return len(entries)


def overdue(session: Session, now: datetime, *, after: int = 0) -> Iterator[tuple[Record, Mapping[str, Any]]]:
    """The entries beyond that id whose day is over and that nobody filed or chases, with the application of a reminder."""
    today = now.astimezone(ZONE).date()
    while True:
        rows = session.scalars(
            select(Record)
            .where(Record.register == REGISTER, Record.id > after, Record.case.is_(None))
            .order_by(Record.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        for row in rows:
            if not row.values.get("filed") and row.values["due_date"] < today:
                yield row, _application(session, row)
        after = rows[-1].id


def _application(session: Session, record: Record) -> dict[str, Any]:
    """What the reminder begins with; how often the taxpayer was late is counted where the entry does not say it."""
    values = {name: value for name, value in record.values.items() if name not in ("filed", "filed_on")}
    if "times_late" not in values:
        chased = select(func.count(Record.id)).where(
            Record.register == REGISTER, Record.subject == record.subject, Record.case.is_not(None)
        )
        values["times_late"] = session.scalar(chased) or 0
    return {"taxpayer_id": record.subject, **values}


def _entries(session: Session, taxpayer: str, period: str) -> list[Record]:
    rows = session.scalars(
        select(Record).where(Record.register == REGISTER, Record.subject == taxpayer).order_by(Record.id)
    )
    return [row for row in rows if row.values["tax_period"] == period]


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidEntry(REGISTER, f"due_date is {value!r}, and not a date such as 2026-03-16.") from error
