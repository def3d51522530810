"""`qiangji calendar`: when the offices work."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from event_logs.errors import UnreadableNotice
from event_logs.notices import DecidedDay, read_days, read_notice
from webui.cli.database import changing, now, reading
from webui.cli.output import as_json, print_facts, print_rows
from workflows import calendars
from workflows.tables import CalendarDay

DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = ("day", "works", "name", "office", "source", "entered_by")
_OFFICE = click.option("--office", default=calendars.ALL, help="For that office and those below it; else for all.")


@click.group()
def calendar() -> None:
    """When the offices work: the yearly notice, single days, office hours."""


@calendar.command("show")
@click.option("--year", type=int, help="The year; this one where none is named.")
@as_json
def show(year: int | None, wants_json: bool) -> None:
    """The days that were decided otherwise than by rule."""
    with reading() as session:
        rows = [_facts(row) for row in calendars.decided(session, year or now().year)]
    print_rows(
        rows, _SHOWN, wants_json=wants_json, empty="No day of that year was entered; the built-in holidays count."
    )


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--year", type=int, help="The year of the notice, where its text names none.")
@click.option("--source", default="", help="The notice's number, such as 国办发明电〔2026〕7号.")
@_OFFICE
@click.option("--by", help="Who enters it.")
@as_json
def import_(file: Path, year: int | None, source: str, office: str, by: str | None, wants_json: bool) -> None:
    """Enter the State Council's notice as it is printed, or lines of `day,work|off,name`."""
    text = file.read_text(encoding="utf-8-sig")
    days = read_days(text) if file.suffix.lower() == ".csv" else read_notice(text, year)
    if not days:
        raise UnreadableNotice("the file has no line.")
    with changing() as session:
        calendars.decide(session, days, office=office, source=source, by=by, now=now())
    told = {"off": sum(not day.works for day in days), "work": sum(day.works for day in days)}
    print_facts({"days": len(days), **told, "first": days[0].day, "last": days[-1].day}, wants_json=wants_json)


@calendar.command("set")
@click.argument("day", type=DAY)
@click.argument("what", type=click.Choice(["work", "off", "rule"]))
@click.option("--name", default="", help="Why.")
@_OFFICE
@click.option("--by", help="Who enters it.")
def set_(day: datetime, what: str, name: str, office: str, by: str | None) -> None:
    """Let the offices work on DAY or not; `rule` takes back what was entered."""
    with changing() as session:
        if what == "rule":
            calendars.undecide(session, day.date(), office=office)
        else:
            decided = DecidedDay(day.date(), what == "work", name)
            calendars.decide(session, [decided], office=office, by=by, now=now())


@calendar.command("hours")
@click.argument("hours", nargs=-1, metavar="[09:00-12:00 …]")
@_OFFICE
def hours(hours: tuple[str, ...], office: str) -> None:
    """The office hours, in order; none at all: those of the office above."""
    with changing() as session:
        calendars.set_hours(session, office, hours=list(hours) or None)


def _facts(row: CalendarDay) -> dict[str, Any]:
    day: date = row.day
    return {
        "day": day,
        "works": row.works,
        "name": row.name,
        "office": row.office or "all",
        "source": row.source,
        "entered_by": row.entered_by,
    }
