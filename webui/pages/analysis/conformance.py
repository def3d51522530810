"""Where cases leave the drawing and break rules, and what was accepted of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webui import analyses
from webui.accepting import record, with_accepted
from webui.analyses import Analysed
from webui.answers import db, now
from webui.catalogue import Names
from webui.findings import shown_findings, what, word_of
from webui.habits import shown_habits
from webui.language import gettext as _
from workflows.tables import ProcedureVersion


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    name, _where = analyses.parts(found.name)
    analysis = with_accepted(db(), found.diagnosis, name, now()).analyses["conformance"]
    rules = found.diagnosis.analyses["rules"]
    kinds = [*analysis.findings, *found.diagnosis.analyses["conformance"].findings]
    return {
        "name": name,
        "figures": analysis.figures,
        "rows": shown_findings(found, analysis.findings),
        "rules": shown_findings(found, rules.findings),
        "escaping": _escaping(found, analysis.figures),
        "habits": shown_habits(found),
        "accepted": [_acceptance(found, one) for one in record(db(), name, now())],
        "kinds": list(
            dict.fromkeys((f"{f.measure}:{f.subject[0]}", found.label(f.subject[0]), what(f)) for f in kinds)
        ),
        "apart": [
            {**row, "name": found.label(row["activity"]), "what": word_of(row["word"])}
            for row in _rows(analysis.figures.get("accepted"))
        ],
    }


def _rows(told: Any) -> list[dict[str, Any]]:
    return list(told or ())


def _acceptance(found: Analysed, one: dict[str, Any]) -> dict[str, Any]:
    names = Names(db())
    return {
        **one,
        "name": found.label(one["activity"]),
        "what": word_of(one["deviation"]),
        "by": names.officer(one["accepted_by"]),
        "back_by": names.officer(one["taken_back_by"]) if one["taken_back_by"] else "",
    }


def _escaping(found: Analysed, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "after": found.label(row["after"]) if row["after"] else _("the beginning"),
            "name": found.label(row["activity"]),
            "cases": row["cases"],
        }
        for row in figures.get("escaping", ())
    ]
