"""What goes with long, late and deviating cases, in words and as rows of a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mining.findings import Finding
from mining.influences import Question
from mining.influences.traits import ACTIVITY, LOAD, MONTH, OFFICE, OFFICER, VERSION, WEEKDAY
from webui.catalogue import Names
from webui.language import gettext as _

Fields = Callable[[str, object], tuple[str, str]]  # the label of a field and a value in the words of its form
MOST = 15


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with its interval, as places on a line from 0 to 100 whose middle is no difference."""

    value: float
    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """One trait in words; `adjusted` and `raw` differ in whether like is compared with like."""

    name: str
    adjusted: Mark
    raw: Mark
    interval: tuple[float, float]
    cases: int
    others: int
    typical: tuple[float, float]
    same: tuple[str, ...]
    coincides: tuple[str, ...]
    finished_only: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what was found, how many traits were looked at for it and how many of them were called found."""

    question: str
    title: str
    seconds: bool
    rows: tuple[Influence, ...]
    looks: int
    found: int


def asked(findings: tuple[Finding, ...], names: Names, label: Callable[[str], str], fields: Fields) -> list[Asked]:
    """The questions in their order, each with what was found, the greatest difference altogether first."""
    words = _Words(names, label, fields)
    questions = []
    for question in Question:
        looked_at = [f for f in findings if f.measure == question]
        found = [f for f in looked_at if f.evidence["found"]]
        if looked_at:
            reach = max((_reach(f) for f in found[:MOST]), default=1.0) or 1.0
            rows = tuple(_row(f, reach, words) for f in found[:MOST])
            seconds = looked_at[0].unit == "seconds"
            questions.append(Asked(question.value, _titles()[question], seconds, rows, len(looked_at), len(found)))
    return questions


def _titles() -> Mapping[Question, str]:
    return {
        Question.LONG: _("What goes with longer and shorter cases"),
        Question.LATE: _("What goes with missed time limits"),
        Question.DEVIATING: _("What goes with leaving the drawn path"),
    }


def _reach(finding: Finding) -> float:
    low, high = finding.interval or (0.0, 0.0)
    evidence: Any = finding.evidence
    bounds: list[float] = [low, high, *evidence["raw_interval"]]
    return max(map(abs, bounds))


def _row(finding: Finding, reach: float, words: _Words) -> Influence:
    evidence: Any = finding.evidence
    low, high = finding.interval or (finding.value, finding.value)
    return Influence(
        name=words.of(finding.subject),
        adjusted=_mark(finding.value, (low, high), reach),
        raw=_mark(evidence["raw"], evidence["raw_interval"], reach),
        interval=(low, high),
        cases=finding.cases,
        others=evidence["without"],
        typical=(evidence["typical_with"], evidence["typical_without"]),
        same=tuple(words.of(name) for name in evidence["same_as"]),
        coincides=tuple(words.of(name) for name in evidence["coincides_with"]),
        finished_only=evidence["finished_only"],
    )


def _mark(value: float, interval: tuple[float, float], reach: float) -> Mark:
    at, low, high = (round(50 + 48 * figure / reach, 2) for figure in (value, *interval))
    return Mark(value, at, low, high)


def held_constant(names: list[str]) -> str:
    """What was held constant, as words in a row."""
    words = {VERSION: _("version"), OFFICE: _("office"), MONTH: _("month of arrival")}
    return _(", ").join(words.get(name, name) for name in names)


class _Words:
    """Traits as a person reads them."""

    def __init__(self, names: Names, label: Callable[[str], str], fields: Fields) -> None:
        self.names, self.label, self.fields = names, label, fields

    def of(self, trait: tuple[str, ...] | list[str]) -> str:
        attribute, value = trait
        known: Mapping[str, Callable[[], str]] = {
            OFFICE: lambda: _("office: %(name)s", name=self.names.office(value)),
            OFFICER: lambda: _("%(name)s took part", name=self.names.officer(value)),
            ACTIVITY: lambda: _("“%(name)s” was done", name=self.label(value)),
            VERSION: lambda: _("version %(n)s", n=value),
            MONTH: lambda: _("arrived in %(month)s", month=value),
            WEEKDAY: lambda: _("arrived on a %(day)s", day=_weekdays()[int(value) - 1]),
            LOAD: lambda: _("open cases at arrival: %(n)s", n=value),
        }
        if attribute in known:
            return known[attribute]()
        label, shown = self.fields(attribute, {"true": True, "false": False}.get(value, value))
        return _("%(field)s: %(value)s", field=label, value=shown)


def _weekdays() -> tuple[str, ...]:
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
