"""Findings of mining as rows that a page shows: names instead of ids, figures with their interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mining.findings import Finding
from webui.analyses import Analysed
from webui.answers import db
from webui.catalogue import Names
from webui.language import gettext as _

TABS = ("bottlenecks", "causes", "flow", "variants", "conformance", "timeliness", "people", "change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One finding: `value` and `interval` in the unit of the finding, `bar` its part of the largest of its list."""

    rank: int
    kind: str
    measure: str
    subject: tuple[str, ...]
    name: str
    what: str
    value: float
    interval: tuple[float, float] | None
    share: float | None
    share_interval: tuple[float, float] | None
    cases: int
    bar: float
    insufficient: bool
    evidence: Mapping[str, Any]


def shown_findings(found: Analysed, findings: Iterable[Finding], *, working: bool = False) -> list[Shown]:
    """Rows in the order given; with `working` the total delay is counted in office hours, as far as that is known."""
    listed = list(findings)
    values = [_value(f, working) for f in listed]
    largest = max(values, default=0.0)
    names = Names(db())
    rows = [_row(found, f, v, largest, names, working) for f, v in zip(listed, values, strict=True)]
    return sorted(rows, key=lambda row: (row.insufficient, -row.value)) if working else rows


def _value(finding: Finding, working: bool) -> float:
    if working and finding.unit == "seconds":
        return float(finding.evidence.get("working_total") or 0)  # type: ignore[arg-type]
    return finding.value


def _row(found: Analysed, f: Finding, value: float, largest: float, names: Names, working: bool) -> Shown:
    interval = f.evidence.get("share_interval")
    return Shown(
        rank=f.rank,
        kind=f.kind,
        measure=f.measure,
        subject=f.subject,
        name=_subject(found, f, names),
        what=what(f),
        value=value,
        interval=None if working else f.interval,
        share=f.share,
        share_interval=tuple(interval) if isinstance(interval, list | tuple) else None,
        cases=f.cases,
        bar=value / largest if largest > 0 else 0.0,
        insufficient=f.insufficient,
        evidence=_worded(found, f, names),
    )


def _subject(found: Analysed, f: Finding, names: Names) -> str:
    people = {"officer": names.officer, "post": names.post, "office": names.office}
    if f.kind == "separation":
        return " · ".join(found.label(key) for key in f.subject)
    if f.kind in ("workload", "handover", "ping_pong", "specialisation") and f.measure in people:
        return " → ".join(people[f.measure](key) for key in f.subject)
    if not f.subject:
        return _("the whole case")
    return " → ".join(found.label(key) for key in f.subject)


def _worded(found: Analysed, f: Finding, names: Names) -> dict[str, Any]:
    evidence: Mapping[str, Any] = f.evidence
    worded = dict(evidence)
    if isinstance(after := evidence.get("after"), list | tuple):
        worded["after"] = [
            {**place, "name": found.label(place["activity"]) if place.get("activity") else _("the beginning")}
            for place in after
        ]
    for where in ("fell_behind", "ran_out", "came_back_from"):
        if isinstance(places := evidence.get(where), list | tuple):
            worded[where] = [
                {**p, "name": found.label(p["activity"]) if p["activity"] else _("after the last step")} for p in places
            ]
    if isinstance(kept_by := evidence.get("kept_by"), Mapping):
        people = {"office": names.office, "officer": names.officer}
        worded["kept_by"] = [
            {**one, "name": people[kind](one["who"])} for kind, rows in kept_by.items() for one in rows
        ]
    if f.kind == "specialisation":
        worded["mostly"] = (
            names.officer(evidence["mostly"]) if f.measure == "activity" else found.label(evidence["mostly"])
        )
    if isinstance(offices := evidence.get("offices"), list | tuple):
        worded["offices"] = [{**one, "name": names.office(one.get("office"))} for one in offices]
    return worded


def word_of(word: str) -> str:
    """A kind of deviation in words."""
    return _words().get(("deviation", word), word)


def what(f: Finding) -> str:
    """What kind of thing was found, in words."""
    words = _words()
    return words.get((f.kind, f.measure)) or words.get((f.kind, "")) or f.measure


def _words() -> dict[tuple[str, str], str]:
    return {
        ("waiting_activity", ""): _("waits for an officer"),
        ("waiting_handover", ""): _("waits after a hand-over"),
        ("waiting_outside", ""): _("waits for the taxpayer, another authority or a date"),
        ("elapsed_activity", ""): _("between completions; waiting and processing are not told apart"),
        ("elapsed_handover", ""): _("between completions; waiting and processing are not told apart"),
        ("deviation", "skipped"): _("left out"),
        ("deviation", "bypassed"): _("passed over by decision"),
        ("deviation", "inserted"): _("done where it is not drawn"),
        ("deviation", "repeated"): _("done again"),
        ("deviation", "out_of_order"): _("done too early or too late"),
        ("deviation", "unknown"): _("not part of the drawing"),
        ("rule_broken", "wrong_post"): _("done by a post that may not do it"),
        ("rule_broken", "four_eyes"): _("two steps that need two persons were done by one"),
        ("rule_broken", "late"): _("done after its time limit"),
        ("rework", ""): _("done again in the same case"),
        ("separation", "four_eyes"): _("must be two persons' by the drawing"),
        ("separation", "habit"): _("two persons' by habit"),
        ("returned", ""): _("returned for correction"),
        ("late", "statutory"): _("statutory time limit"),
        ("late", "promised"): _("promised time limit"),
        ("late", "acceptance"): _("time limit of acceptance"),
    }
