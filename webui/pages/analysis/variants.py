"""The ways that cases take, and how they ended on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webui.analyses import Analysed
from workflows.tables import ProcedureVersion


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    shown = found.diagnosis.variants[:30]
    analysis = found.diagnosis.analyses.get("paths")
    figures: Mapping[str, Any] = analysis.figures if analysis else {}
    ended = {tuple(outcome["path"]): outcome for outcome in figures.get("outcomes", ())}
    happy: Mapping[str, Any] = figures.get("happy") or {}
    return {
        "total": len(found.diagnosis.variants),
        "variants": [
            {
                "v": v,
                "steps": [found.label(a) for a in v.activities],
                "ended": ended.get(v.activities),
                "happy": tuple(happy.get("path", ())) == v.activities,
            }
            for v in shown
        ],
        "happy": {**happy, "steps": [found.label(a) for a in happy["path"]]} if happy else None,
        "drawn": figures.get("happy_drawn"),
        "beside": figures.get("beside"),
    }
