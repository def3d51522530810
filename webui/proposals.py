"""Proposals, differences and verdicts in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpmn.comparison import Cause, Difference, DifferenceKind, FieldChange
from bpmn.model import ProcessModel
from mining.archive import ArchivedProposal
from mining.evaluation import Verdict
from webui.answers import db
from webui.catalogue import Names
from webui.formats import number, percent
from webui.language import current_language
from webui.language import gettext as _


def kind_word(kind: str) -> str:
    return {
        "parallelise": _("Run side by side"),
        "drop": _("Drop a step"),
        "automate": _("Let a rule decide"),
        "hand_over": _("Let another post help"),
        "move": _("Move a step"),
        "merge": _("Merge steps"),
        "retime": _("Change a time limit"),
        "triage": _("Give easy cases a fast lane"),
    }.get(kind, kind)


def reason(p: ArchivedProposal, model: ProcessModel) -> str:
    """Why, in one or two sentences with the figures of the evidence."""
    e: Mapping[str, Any] = p.evidence
    language = current_language()
    named = model.label(e["element"], language) if e.get("element") else ""
    values = {
        "activity": f"“{named}”",
        "activities": _list([f"“{model.label(id, language)}”" for id in e.get("elements", ())]),
        "cases": number(e.get("cases")),
        "passed": number(e.get("passed")),
        "bound": percent(e.get("bound"), 1),
        "hours": number(e.get("hours"), 1),
        "condition": e.get("condition", ""),
        "covered": percent(e.get("covered")),
        "share": percent(e.get("share")),
        "officers": number(e.get("officers")),
        "busy": percent(e.get("busy")),
        "others": number(e.get("others")),
        "post": Names(db()).post(e.get("post")),
        "idle": percent(e.get("idle")),
    }
    return _sentences().get(p.code, p.reason) % values if p.code in _sentences() else p.reason


def _sentences() -> dict[str, str]:
    return {
        "parallelise": _(
            "%(activities)s follow one another in %(cases)s cases and need nothing of each other's data; side by side, "
            "%(hours)s working hours per case could be saved on average."
        ),
        "drop": _(
            "%(activity)s let %(passed)s of %(cases)s cases pass; that it holds one back is rarer than %(bound)s (95 %% "
            "confidence), and nothing later needs what it finds out. It takes %(hours)s working hours per case."
        ),
        "drop_few": _(
            "%(activity)s let %(passed)s of %(cases)s cases pass, too few to be sure: it may hold back up to %(bound)s (95 %% "
            "confidence). Nothing later needs what it finds out. It takes %(hours)s working hours per case."
        ),
        "automate": _(
            "Where %(condition)s, %(activity)s let %(passed)s of %(cases)s cases pass; that it holds one back is rarer than "
            "%(bound)s (95 %% confidence). That is %(covered)s of its cases, at %(hours)s working hours each."
        ),
        "hand_over": _(
            "Before %(activity)s cases wait %(hours)s working hours on average, %(share)s of all waiting for officers. Its "
            "%(officers)s officers are busy %(busy)s of their hours with this procedure, the %(others)s of %(post)s only %(idle)s."
        ),
    }


def _list(names: Sequence[str]) -> str:
    return ("、" if current_language() == "zh" else ", ").join(names)


def step_word(step: str) -> str:
    return {
        "": _("waiting for its turn"),
        "snapshot": _("freezing the recorded events"),
        "propose": _("looking for redesigns"),
        "learn": _("learning arrivals, times, branches and staff from the log"),
        "simulate": _("simulating the trial many times"),
    }.get(step, _("measuring where cases wait"))


def verdict_sentence(verdict: Verdict) -> str:
    values = {
        key: (f"{value:+.0%}" if isinstance(value, float) else number(value)) for key, value in verdict.values.items()
    }
    sentences = {
        "too_few": _(
            "Too few finished cases to judge: %(n_before)s on the current and %(n_after)s on the proposed version."
        ),
        "longer": _("Cases on the proposed version take %(estimate)s (%(low)s to %(high)s): it does harm."),
        "shorter_as_promised": _(
            "Cases on the proposed version take %(estimate)s (%(low)s to %(high)s), as the simulation had promised."
        ),
        "shorter_not_as_promised": _(
            "Cases on the proposed version take %(estimate)s (%(low)s to %(high)s); the simulation had promised "
            "%(promised_low)s to %(promised_high)s."
        ),
        "no_gain": _(
            "After %(n_after)s cases the promised gain (%(promised)s) is ruled out: the measured change is %(estimate)s "
            "(%(low)s to %(high)s)."
        ),
        "undecided": _(
            "After %(n_after)s cases no difference is shown yet: %(estimate)s (%(low)s to %(high)s). The trial was planned "
            "for %(planned)s cases."
        ),
    }
    return sentences[verdict.code] % values if verdict.code in sentences else verdict.sentence


def differences_in_words(found: Sequence[Difference], old: ProcessModel, new: ProcessModel) -> list[dict[str, str]]:
    """Nodes and lanes that differ, one line each; flows follow from them and stay out."""
    words = {
        DifferenceKind.ADDED: _("new"),
        DifferenceKind.REMOVED: _("taken out"),
        DifferenceKind.CHANGED: _("changed"),
        DifferenceKind.MOVED: _("done by others"),
    }
    language = current_language()
    lines = []
    for d in found:
        if d.what in ("flow", "process"):
            continue
        model = old if d.kind is DifferenceKind.REMOVED else new
        label = model.label(d.element, language) if model.has(d.element) else d.label
        fields = "; ".join(_changed(change) for change in d.changes)
        lines.append(
            {
                "kind": d.kind.value,
                "word": words[d.kind],
                "label": label if label != d.element else "",
                "what": what(d.what),
                "fields": fields,
                "cause": _explained(d.cause),
            }
        )
    return lines


def _explained(cause: Cause | None) -> str:
    if cause is None:
        return ""
    return {
        Cause.DROPPED: _("is not needed any more"),
        Cause.MERGED: _("becomes one piece of work with its neighbour"),
        Cause.PARALLELISED: _("runs side by side"),
        Cause.MOVED: _("is done at another place"),
        Cause.HANDED_OVER: _("is handed over"),
        Cause.AUTOMATED: _("is left to a rule where the case is clear"),
        Cause.RETIMED: _("gets another time"),
        Cause.TRIAGED: _("belongs to the fast lane"),
    }[cause]


def _changed(change: FieldChange) -> str:
    words = {
        "posts": _("posts"),
        "kind": _("kind"),
        "name": _("name"),
        "form": _("form"),
        "decision": _("decision table"),
        "four_eyes": _("four eyes"),
        "due": _("time limit"),
        "lane": _("lane"),
        "condition": _("condition"),
    }
    word = words.get(change.field, change.field)
    if change.field != "posts":
        return word
    names = Names(db())
    before, after = (
        _list([names.post(key) for key in value]) or _("those of the lane") for value in (change.before, change.after)
    )
    return f"{word}: {before} → {after}"


def what(kind: str) -> str:
    return {
        "activity": _("activity"),
        "gateway": _("gateway"),
        "event": _("event"),
        "lane": _("lane"),
    }.get(kind, kind)
