"""When the offices work: the year at a glance, the yearly notice entered as it is printed, single days, office hours."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from event_logs.notices import DecidedDay, read_days, read_notice
from event_logs.working_time import WorkingCalendar
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, named
from webui.errors import Refused
from webui.formats import zone
from webui.language import gettext as _
from workflows import calendars
from workflows.tables import CalendarDay, Office, OfficeHours

page = Blueprint("calendar", __name__)


@page.get("/calendar")
@requires(Right.ADMINISTER, Right.MANAGE)
def show() -> Response:
    year = request.args.get("year", type=int) or now().astimezone(zone()).year
    office = request.args.get("office", "")
    decided = calendars.decided(db(), year)
    shown = calendars.of(db(), office or None)
    hours = db().get(OfficeHours, office)
    return answer(
        "calendar.html",
        year=year,
        office=office,
        offices=[
            (o.key, named(o.names, o.key)) for o in db().scalars(select(Office).order_by(Office.level, Office.key))
        ],
        months=_months(year, shown, {row.day: row for row in decided if row.office in ("", office)}),
        decided=[_row(row) for row in decided],
        hours=[f"{a:%H:%M}-{b:%H:%M}" for a, b in shown.hours],
        own_hours=" ".join(hours.hours) if hours and hours.hours else "",
        zone=shown.zone,
        working_days=sum(shown.is_working_day(date.fromordinal(n)) for n in range(*_span(year))),
        may_enter=me().may(Right.ADMINISTER),
    )


def _span(year: int) -> tuple[int, int]:
    return date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()


def _months(year: int, shown: WorkingCalendar, decided: dict[date, CalendarDay]) -> list[dict[str, Any]]:
    return [
        {
            "number": month,
            "weeks": [
                [_day(day, shown, decided.get(day)) if day.month == month else None for day in week]
                for week in Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def _day(day: date, shown: WorkingCalendar, decided: CalendarDay | None) -> dict[str, Any]:
    works, usual = shown.is_working_day(day), day.weekday() not in shown.weekend
    return {
        "day": day.day,
        "works": works,
        "unusual": works != usual,
        "entered": decided is not None,
        "name": decided.name if decided else "",
    }


def _row(row: CalendarDay) -> dict[str, Any]:
    names = Names(db())
    return {
        "day": row.day,
        "works": row.works,
        "name": row.name,
        "office": row.office,
        "office_name": names.office(row.office) if row.office else "",
        "source": row.source,
        "by": names.officer(row.entered_by),
    }


@page.post("/calendar/notice")
@requires(Right.ADMINISTER)
def enter_notice() -> Redirect:
    text, year = request.form.get("text", ""), request.form.get("year", type=int)
    lines = text.strip().splitlines()
    days = read_days(text) if lines and lines[0][:4].isdecimal() and "," in lines[0] else read_notice(text, year)
    source, office = request.form.get("source", "").strip(), request.form.get("office", "")
    calendars.decide(db(), days, office=office, source=source, by=me().code, now=now())
    return _back(days[0].day.year if days else None, _("%(n)s days are entered.", n=len(days)))


@page.post("/calendar/day")
@requires(Right.ADMINISTER)
def enter_day() -> Redirect:
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError as error:
        raise Refused(_("A date such as 2026-03-02 is wanted.")) from error
    office, what = request.form.get("office", ""), request.form.get("what")
    if what == "rule":
        calendars.undecide(db(), day, office=office)
    else:
        decided = DecidedDay(day, what == "work", request.form.get("name", "").strip())
        calendars.decide(db(), [decided], office=office, by=me().code, now=now())
    return _back(day.year, _("Changed."))


@page.post("/calendar/hours")
@requires(Right.ADMINISTER)
def enter_hours() -> Redirect:
    words = request.form.get("hours", "").replace("，", " ").replace(",", " ").split()
    calendars.set_hours(db(), request.form.get("office", ""), hours=words or None)
    return _back(None, _("The office hours are changed; limits that are set from now on count in them."))


def _back(year: int | None, text: str) -> Redirect:
    flash(text, "good")
    return redirect(url_for("calendar.show", year=year, office=request.form.get("office") or None))
