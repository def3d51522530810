"""Reading the State Council's yearly notice on public holidays, and lists of days, as days that are decided otherwise than by rule."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from event_logs.errors import UnreadableNotice

_HEADING = re.compile(r"^\s*[一二三四五六七八九十]+、\s*(?P<name>[^：:]+)[：:](?P<rest>.*)$")
_DAY = r"(?:(?:(?P<year{n}>\d{{4}})年)?(?P<month{n}>\d{{1,2}})月)?(?P<day{n}>\d{{1,2}})日(?:[（(][^）)]*[）)])?"
_SPAN = re.compile(_DAY.format(n=1) + r"(?:\s*至\s*" + _DAY.format(n=2) + r")?")
_YEAR = re.compile(r"(\d{4})\s*年")
_OFF, _ON = {"off", "closed", "no", "false", "0", "休", "放假"}, {"work", "open", "yes", "true", "1", "班", "上班"}


@dataclass(frozen=True, slots=True)
class DecidedDay:
    """A day on which the offices work, or do not, whatever the weekday says."""

    day: date
    works: bool
    name: str = ""


def read_notice(text: str, year: int | None = None) -> list[DecidedDay]:
    """The days of the notice (`一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。`); raises UnreadableNotice.

    `year` is that of the notice; without it the first year that the text names counts.
    """
    named = _YEAR.search(text)
    if year is None and named is None:
        raise UnreadableNotice("it names no year; give the year with it.")
    about = year or int(named[1] if named else 0)
    found: dict[date, DecidedDay] = {}
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            for decided in _of_holiday(heading["name"].strip(), heading["rest"], about):
                found[decided.day] = decided
    if not found:
        raise UnreadableNotice("no line is like `一、元旦：1月1日至3日放假，1月4日上班。`")
    return [found[day] for day in sorted(found)]


def _of_holiday(name: str, text: str, year: int) -> Iterator[DecidedDay]:
    for sentence in re.split(r"[。；;]", text):
        works = "上班" in sentence
        if works or "放假" in sentence or "休" in sentence:
            yield from (DecidedDay(day, works, name) for day in _days(sentence, year))


def _days(sentence: str, year: int) -> Iterator[date]:
    month = 0
    for found in _SPAN.finditer(sentence):
        month = int(found["month1"] or month)
        first = _date(int(found["year1"] or year), month, int(found["day1"]), sentence)
        last = first
        if found["day2"]:
            month = int(found["month2"] or month)
            last = _date(int(found["year2"] or first.year), month, int(found["day2"]), sentence)
        if not timedelta(0) <= last - first <= timedelta(days=31):
            raise UnreadableNotice(f"{found[0]!r} ends before it begins, or is longer than a month.")
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _date(year: int, month: int, day: int, sentence: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableNotice(f"{sentence.strip()!r} names a day that there is not.") from None


def read_days(text: str) -> list[DecidedDay]:
    """Lines of `day,work|off,name`, a heading allowed; raises UnreadableNotice."""
    found = []
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in ("day", "date", "日期")):
            continue
        found.append(_row(cells, number))
    return found


def _row(cells: list[str], number: int) -> DecidedDay:
    word = cells[1].lower() if len(cells) > 1 else ""
    try:
        day = date.fromisoformat(cells[0])
    except ValueError:
        raise UnreadableNotice(f"line {number}: {cells[0]!r} is no date such as 2026-10-01.") from None
    if word not in _OFF | _ON:
        raise UnreadableNotice(f"line {number}: {word!r} is neither `work` nor `off`.")
    return DecidedDay(day, word in _ON, cells[2] if len(cells) > 2 else "")
