"""A condition as the form of the filter bar sends it: one field is enough, empty ones say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mining.errors import UnreadableFilter
from mining.filters import Filter, all_of, read

HOUR, DAY, WORKING_DAY = 3600.0, 86_400.0, 7 * 3600.0
Form = Mapping[str, str]


def condition(form: Form, zone: ZoneInfo) -> Filter | None:
    """What the fields say together, turned round with `without`; None where all are empty. Raises UnreadableFilter."""
    given = {key: value.strip() for key, value in form.items()}
    found = [read(text) for text in _texts(given, zone)]
    if not found:
        return None
    together = all_of(*found)
    return ~together if given.get("without") else together


def _texts(form: Form, zone: ZoneInfo) -> Iterator[str]:
    since, until = _day(form.get("since", ""), zone), _day(form.get("until", ""), zone, timedelta(days=1))
    if since or until:
        yield _written(form.get("when", "started"), since, until)
    if name := form.get("attribute", ""):
        yield _attribute(form, name)
    for end in ("starts", "ends"):
        if form.get(end):
            yield _written(end, form[end])
    if form.get("first") and form.get("then"):
        within = _length(form.get("within", ""), HOUR)
        yield _written(form.get("how", "eventually"), form["first"], form["then"], within, form.get("officers", ""))
    if form.get("least") or form.get("most"):
        measure = form.get("measure", "lead")
        unit = WORKING_DAY if measure.endswith("_working") else DAY
        yield _written(measure, *(_length(form.get(bound, ""), unit) for bound in ("least", "most")))
    if form.get("variants"):
        yield _written("variants", form["variants"])
    if form.get("again"):
        activity = "" if form["again"] == "*" else form["again"]
        yield _written("again", activity, form.get("times") or "1")


def _attribute(form: Form, name: str) -> str:
    of, values = form.get("of", "case"), form.get("values", "")
    if not values:
        return _written(of, name, "missing")
    least, dots, most = values.partition("..")
    if dots:
        return _written(of, name, "range", least.strip(), most.strip())
    return _written(of, name, "in", *(value.strip() for value in values.replace("，", ",").split(",") if value.strip()))


def _written(word: str, *arguments: str) -> str:
    while len(arguments) > 2 and not arguments[-1] and word in ("directly", "eventually", "never"):
        arguments = arguments[:-1]
    return f"{word}({','.join(map(_escaped, arguments))})"


def _escaped(text: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in "%()," else sign for sign in text)


def _day(text: str, zone: ZoneInfo, later: timedelta = timedelta(0)) -> str:
    """The midnight (UTC) with which a day of the office begins."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text) + later
    except ValueError:
        raise UnreadableFilter(f"{text!r} is no day; write it as 2026-01-31") from None
    return datetime.combine(day, time(), zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _length(text: str, unit: float) -> str:
    if not text:
        return ""
    try:
        return repr(float(text) * unit)
    except ValueError:
        raise UnreadableFilter(f"{text!r} is no number") from None
