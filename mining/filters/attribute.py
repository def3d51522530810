"""Filters by what a case or one of its events says about itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import ibis

from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.filters.filter import Filter, Told
from mining.filters.texts import moment_text, number_text

COLUMNS = ("activity", "officer", "post", "office", "version")  # of an event itself


class Of(StrEnum):
    CASE = "case"
    EVENT = "event"


class Fits(StrEnum):
    IN = "in"  # the text of the value is one of `values`
    RANGE = "range"  # a number or a moment from `least` to `most`, both included
    MISSING = "missing"


Bound = float | datetime | None


@dataclass(frozen=True)
class Attribute(Filter):
    """Cases whose attribute of that name fits, or of which at least one event fits; with MISSING, those that have no value of it.

    The text of a value is the text itself, a number as it was recorded, `true` or `false`. In a range only numbers fit between
    numbers, and only dates and moments between moments (a date by its day in UTC).
    """

    of: Of
    name: str
    test: Fits
    values: tuple[str, ...] = ()
    least: Bound = None
    most: Bound = None

    def cases(self, log: EventLog, hours: WorkingCalendar | None) -> ibis.Table:
        rows = log.cases if self.of is Of.CASE else log.events
        if self.of is Of.EVENT and self.name in COLUMNS:
            known, fits = rows[self.name].notnull(), self._column_fits(rows[self.name])
        else:
            found = rows.attributes.re_extract(_pattern(self.name), 1)
            known, fits = ~found.isin(["", "null"]), self._fits(found)
        if self.test is Fits.MISSING:
            return log.cases.select("case_id").anti_join(rows.filter(known), "case_id")
        return rows.filter(fits.fill_null(False)).select("case_id").distinct()

    def _column_fits(self, column: ibis.Value) -> ibis.Value:
        if self.test is Fits.IN:
            return column.cast("string").isin(self.values)
        return self._between(column.cast("float64")) if self.name == "version" else ibis.literal(value=False)

    def _fits(self, found: ibis.Value) -> ibis.Value:
        """Whether the JSON text of a value fits."""
        if self.test is Fits.IN:
            texts = [text for value in self.values for text in _json_texts(value)]
            return found.isin(texts)
        if isinstance(self.least or self.most, datetime):
            text = found.re_extract(r'^\{"\$(?:date|datetime)":"([^"]*)"\}$', 1).nullif("")
            return self._between(text.cast("timestamp('UTC', 6)"))
        text = found.re_extract(r'^(?:\{"\$decimal":")?(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)(?:"\})?$', 1).nullif("")
        return self._between(text.cast("float64"))

    def _between(self, value: ibis.Value) -> ibis.Value:
        lower = ibis.literal(value=True) if self.least is None else value >= ibis.literal(self.least)
        upper = ibis.literal(value=True) if self.most is None else value <= ibis.literal(self.most)
        return value.notnull() & lower & upper

    def told(self) -> Told:
        if self.test is Fits.RANGE:
            return self.of.value, (self.name, "range", _bound_text(self.least), _bound_text(self.most))
        return self.of.value, (self.name, self.test.value, *self.values)


def _bound_text(bound: Bound) -> str:
    return moment_text(bound) if isinstance(bound, datetime) else number_text(bound)


def _json_texts(value: str) -> list[str]:
    """The texts that a value with this text has as `typed_json` writes it."""
    text = json.dumps(value, ensure_ascii=False)
    tagged = [f'{{"${tag}":{text}}}' for tag in ("decimal", "date", "datetime", "time")]
    bare = [value] if re.fullmatch(r"true|false|-?[0-9.]+([eE][+-]?[0-9]+)?", value) else []
    return [text, *tagged, *bare]


# A value of the outermost object of a JSON text without blanks, its own values nested at most `_DEEP` deep. Both engines read JSON
# by paths of their own kind, in which names with dots, quotes or dollars mean something else; a pattern means the same to both.
_DEEP = 4
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"'


def _nested(deep: int) -> str:
    inner = f"|{_nested(deep - 1)}" if deep else ""
    return rf'[{{\[](?:{_TEXT}|[^"{{}}\[\]]+{inner})*[}}\]]'


_VALUE = rf'{_TEXT}|[^"{{}}\[\],:]+|{_nested(_DEEP - 1)}'


def _pattern(name: str) -> str:
    key = json.dumps(f"${name}" if name.startswith("$") else name, ensure_ascii=False)
    return rf"^\{{(?:{_TEXT}:(?:{_VALUE}),)*{_literally(key)}:({_VALUE})"


def _literally(text: str) -> str:
    """Both kinds of patterns know a backslash before a sign, and neither knows it before a letter or a blank."""
    return re.sub(r"([\\.+*?()\[\]{}^$|/-])", r"\\\1", text)
