"""What changed: drifts of a log by date, and two groups of its cases side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from mining.change import Change, Look, Measure, Part
from mining.change.drawing import draw_change
from mining.filters import Attribute, Filter, Fits, Of, Time, When, all_of, write
from mining.filters.kept import kept_of
from mining.reports.kept import ReportKind, ReportName
from webui import analyses, changes, renewing
from webui.analyses import Analysed
from webui.answers import db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names
from webui.errors import NotFound, Refused
from webui.filter_bar import Place, read_filter
from webui.filter_form import condition
from webui.filter_words import words
from webui.formats import zone
from webui.language import current_language
from webui.language import gettext as _
from webui.notes import note_sentence
from webui.pages.analysis.asked import going
from webui.report_tables.drift import trait_change
from webui.report_tables.shapes import Writer
from workflows.tables import ProcedureVersion

page = Blueprint("change", __name__)
MICROSECONDS_A_DAY = 86_400_000_000
LEAST_DAYS = 0.05  # what is less shows as nothing


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    """What `analysis_change.html` shows."""
    of, where = analyses.parts(found.name)
    before, after = (read_filter(request.args.get(name, "")) for name in ("before", "after"))
    pair = changes.name_of(of, before, after, where) if before and after else None
    return {
        "drifts": _drifts(found, of, where),
        "offices": [(key, Names(db()).office(key)) for key in found.offices()],
        "versions": found.diagnosis.versions,
        "kept": [(each.text, each.name) for each in kept_of(db(), of)],
        "pair": None if pair is None else _pair(found, pair),
    }


def _words(found: Analysed, where: Filter) -> str:
    return words(where, found.label, current_language(), zone())


def _drifts(found: Analysed, of: str, where: Filter | None) -> list[dict[str, Any]]:
    writer = Writer(current_language(), found.label)
    rows = sorted(found.diagnosis.findings("drift"), key=lambda f: str(f.evidence["at"]))
    shown = []
    for finding in rows:
        evidence: Mapping[str, Any] = finding.evidence
        same = [f.evidence for f in rows if f.measure == finding.measure]
        place = same.index(evidence)
        shown.append(
            {
                **{name: datetime.fromisoformat(evidence[name]) for name in ("at", "low", "high")},
                "until": datetime.fromisoformat(evidence["until"]) if evidence.get("until") else None,
                "p": evidence["p"],
                "family": _("the ways cases take") if finding.measure == "flow" else _("the times"),
                "before": evidence["before"],
                "after": evidence["after"],
                "changed": [trait_change(each, writer) for each in evidence["changed"]],
                "compare": _compare_address(of, where, same, place),
            }
        )
    return shown


def _compare_address(of: str, where: Filter | None, drifts: list[Mapping[str, Any]], place: int) -> str:
    """The cases since the last drift before this one beside those until the next; not those begun while it went on."""
    begins = [None, *(_moment(drift["at"]) for drift in drifts), None]
    ends = [None, *(_moment(drift.get("until") or drift["at"]) for drift in drifts), None]
    before = Time(When.STARTED, ends[place], begins[place + 1])
    return _address(of, where, before, Time(When.STARTED, ends[place + 1], begins[place + 2]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _address(of: str, where: Filter | None, before: Filter, after: Filter) -> str:
    return Place(of, "change", (("before", write(before)), ("after", write(after)))).address(where)


@page.get("/analysis/change")
@requires(Right.MANAGE, Right.REDESIGN)
def choose() -> Redirect:
    """The comparison of the two groups that the form describes."""
    form = request.args.to_dict()
    before, after = (_group(form, side) for side in ("before", "after"))
    if before is None or after is None:
        raise Refused(_("Say of both groups which cases they are: a time, an office, a version or a kept filter."))
    return redirect(_address(form.get("of", ""), read_filter(form.get("filter", "")), before, after))


def _group(form: Mapping[str, str], side: str) -> Filter | None:
    given = {name.removeprefix(f"{side}_"): value for name, value in form.items() if name.startswith(f"{side}_")}
    parts = [
        condition({name: given.get(name, "") for name in ("when", "since", "until")} | {"when": "started"}, zone())
    ]
    parts += [
        Attribute(Of.EVENT, name, Fits.IN, (given[name],)) if given.get(name) else None
        for name in ("office", "version")
    ]
    parts.append(read_filter(given.get("kept", "")))
    known = [part for part in parts if part is not None]
    return all_of(*known) if known else None


def _pair(found: Analysed, pair: ReportName) -> dict[str, Any]:
    """Both groups in words, what is kept of them, and how a newer comparison goes."""
    kept, (before, after, _within) = analyses.kept(pair), changes.groups_of(pair)
    told = {
        "before": _words(found, before),
        "after": _words(found, after),
        "name": renewing.text_of(pair),
        "going": going(pair, analyses.looked_at(pair, by=me().code, now=now())),
    }
    if kept is None:
        return told
    stale = analyses.is_stale(db(), pair.log, kept.position)
    return told | {"made_at": kept.made_at, "stale": stale} | _shown(found, kept.result)


@page.get("/analysis/change.svg")
@requires(Right.MANAGE, Right.REDESIGN)
def picture() -> Response:
    pair = renewing.named(ReportKind.CHANGE, request.args.get("of", ""))
    found, whole = analyses.kept(pair), analyses.latest(pair.log)
    if found is None:
        raise NotFound("analysis", pair.log)
    label: Callable[[str], str] = whole.label if whole else str
    return Response(draw_change(found.result, label=label), mimetype="image/svg+xml")


def _shown(found: Analysed, change: Change) -> dict[str, Any]:
    return {
        "cases": change.cases,
        "looked": change.looked,
        "looks": [_look(found, look) for look in change.significant[:40]],
        "significant": len(change.significant),
        "lead": _waterfall(found, change),
        "notes": [note_sentence(found, note) for note in change.notes],
    }


def _look(found: Analysed, look: Look) -> dict[str, Any]:
    names = [found.label(part) for part in look.subject]
    told = {
        Measure.LEAD: _("Lead time"),
        Measure.WAITING: _("Waiting before %(a)s"),
        Measure.ELAPSED: _("Time until %(a)s"),
        Measure.STEP: _("Cases with %(a)s"),
        Measure.EDGE: _("Cases with %(b)s right after %(a)s"),
        Measure.REWORK: _("%(a)s done again"),
        Measure.CONFORMING: _("Cases as drawn"),
        Measure.ON_TIME: _("Time limit kept"),
    }[look.measure]
    return {
        "name": told % dict(zip("ab", names, strict=False)) if "%(" in told else told,
        "unit": look.unit,
        "before": look.before,
        "after": look.after,
        "difference": look.difference,
        "low": look.low,
        "high": look.high,
        "p": look.corrected,
        "n": (look.n_before, look.n_after),
    }


def _waterfall(found: Analysed, change: Change) -> list[dict[str, Any]]:
    """Bars from the mean before to the mean after, in days; each with where it begins and how wide it is in percent."""
    if change.lead is None:
        return []
    told = {
        Part.MIX: _("other kinds of cases (by office)"),
        Part.ROUTING: _("other ways"),
        Part.WAITING: _("waiting"),
        Part.PROCESSING: _("processing"),
        Part.ELAPSED: _("time between completions"),
        Part.BESIDE: _("before the first and after the last step"),
    }
    steps: list[tuple[str, Fraction, Fraction, str]] = [(_("Mean before"), Fraction(0), change.lead.before, "")]
    reached = change.lead.before
    for part, name in told.items():
        if value := change.lead.by_part[part]:
            steps.append((name, reached, reached + value, _mostly(found, change, part)))
            reached += value
    steps.append((_("Mean after"), Fraction(0), change.lead.after, ""))
    widest = max(abs(end) for _name, _begin, end, _most in steps) or Fraction(1)
    return [
        {
            "name": name,
            "mostly": mostly,
            "days": float((end - begin) / MICROSECONDS_A_DAY),
            "left": float(100 * min(begin, end) / widest),
            "width": float(100 * abs(end - begin) / widest),
            "whole": not begin,
            "more": end > begin,
        }
        for name, begin, end, mostly in steps
    ]


def _mostly(found: Analysed, change: Change, part: Part) -> str:
    """The activities (for the mix: the offices) that hold most of a part."""
    assert change.lead is not None
    own = {key: value for (of, key), value in change.lead.by_activity.items() if of is part and key}
    days = {key: float(value / MICROSECONDS_A_DAY) for key, value in own.items()}
    most = [key for key in sorted(own, key=lambda key: -abs(own[key]))[:3] if abs(days[key]) >= LEAST_DAYS]
    name = Names(db()).office if part is Part.MIX else found.label
    return ", ".join(f"{name(key)} {days[key]:+.1f}" for key in most)
