"""What a reader must know about the figures of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mining.findings import Note
from webui.analyses import Analysed
from webui.formats import number, percent
from webui.language import gettext as _

ANALYSES_OF = {
    "bottlenecks": ("bottlenecks", "why", "critical_path"),
    "causes": ("influences", "choices"),
    "flow": (),
    "variants": (),
    "conformance": ("conformance", "rules", "habits"),
    "timeliness": ("timeliness",),
    "people": ("organisation", "rework"),
    "change": ("drift",),
}


def note_texts(found: Analysed, tab: str) -> list[str]:
    """The sentences of a tab: those of the whole log and those of its own analyses."""
    notes = list(found.diagnosis.notes)
    for name in ANALYSES_OF[tab]:
        if name in found.diagnosis.analyses:
            notes += found.diagnosis.analyses[name].notes
    texts = [note_sentence(found, note) for note in notes]
    return list(dict.fromkeys(text for text in texts if text))


def note_sentence(found: Analysed, note: Note) -> str:
    return _text(found, note.code, note.values)


def _text(found: Analysed, code: str, values: Mapping[str, Any]) -> str:
    match code:
        case "few_cases":
            return _("Only %(n)s cases: too few for facts, figures are hints at most.", n=values["cases"])
        case "closed_unknown":
            return _("The log does not say which cases are closed; all count as finished.")
        case "open_cases":
            return _(
                "%(open)s of %(cases)s cases are still open; lead times cover the finished ones.",
                open=number(values["open"]),
                cases=number(values["cases"]),
            )
        case "habits_few":
            return _("There are too few finished cases to learn what is usual.")
        case "names_recognised":
            return _("%(n)s activities were recognised by the name that is drawn.", n=values["activities"])
        case "no_calendar":
            return _(
                "There is no working calendar for the zone %(zone)s; only calendar time is counted.",
                zone=values["zone"],
            )
        case "only_completions":
            return _(
                "The log records completions only: waiting and processing cannot be told apart and are not invented."
            )
        case "starts_partly_known":
            return _("The beginning of work is recorded for %(share)s of the pieces.", share=percent(values["share"]))
        case "enablement_inferred":
            return _(
                "For %(share)s of the work the moment from which it waited is inferred, not recorded.",
                share=percent(values["share"]),
            )
        case "causes_recorded":
            return _(
                "Why work waits rests on recorded moments: batches count first, then nights and holidays, then the queue."
            )
        case "causes_inferred":
            return _(
                "Why work waits is inferred: %(share)s of the waiting rests on recorded enablement.",
                share=percent(values["share"]),
            )
        case "hours_learnt":
            return _("The hours of the officers were read off the log; nobody stated them.")
        case "unfinished_work":
            return _("Pieces of work not finished when the log ended: %(n)s.", n=number(values["pieces"]))
        case "no_model":
            return _("There is no drawing to compare with: import the procedure's BPMN to check conformance.")
        case "no_limits":
            return _("No time limits are known for this log.")
        case "model_not_comparable":
            return _(
                "The drawing %(model)s cannot be compared: %(reason)s", model=values["model"], reason=values["reason"]
            )
        case "not_recorded":
            return _("Some drawn elements leave no event in this log; they are not counted as left out.")
        case "drift_promise":
            return _(
                "Changes were looked for in %(cases)s cases; of logs without any, at most %(level)s are told one.",
                cases=number(values["cases"]),
                level=percent(values["level"]),
            )
        case "drift_left_out":
            return _(
                "Cases left out of it: %(cases)s, open ones and those that began when others had no time to end.",
                cases=number(values["cases"]),
            )
        case "looked":
            return _(
                "%(looks)s figures of 20 cases and more were looked at; significance is corrected for all of them (Holm).",
                looks=number(values["looks"]),
            )
        case "groups_overlap":
            return _(
                "%(cases)s cases are in both groups: the intervals are then too wide or too narrow.",
                cases=number(values["cases"]),
            )
        case "open_censored":
            return _(
                "Open cases that count as lasting at least so long already: %(open)s.", open=number(values["open"])
            )
        case "assumed":
            return _(
                "Assumed for %(element)s: %(text)s", element=found.label(str(values["element"])), text=values["text"]
            )
    return code
