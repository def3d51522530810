"""Where cases wait, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request

from mining.findings import Finding
from mining.reports.current import brought_up
from webui import analyses
from webui.analyses import Analysed
from webui.answers import db
from webui.catalogue import labels, load
from webui.causes import ORDER, cause_name, causes_by_activity
from webui.findings import shown_findings
from webui.shading import shade
from workflows.tables import ProcedureVersion

INSIDE = {
    "activity": ("waiting_activity", "elapsed_activity"),
    "handover": ("waiting_handover", "elapsed_handover"),
}
OUTSIDE = ("waiting_outside",)
KINDS = (*INSIDE["activity"], *INSIDE["handover"], *OUTSIDE)


def values(found: Analysed, version: ProcedureVersion | None) -> dict[str, Any]:
    working = request.args.get("time") == "working"
    by = "handover" if request.args.get("by") == "handover" else "activity"
    current = None if working else analyses.current_delays(found)
    findings = brought_up(found.diagnosis.findings(*KINDS), current.result) if current else found.diagnosis.findings()
    rows = shown_findings(found, _delays(findings, INSIDE[by]), working=working)
    shades = shade(found, "waiting") if version else None
    return {
        "rows": rows,
        "outside": shown_findings(found, _delays(findings, OUTSIDE), working=working),
        "costed": next((row.evidence["currency"] for row in rows if row.evidence.get("currency")), None),
        "working": working,
        "current_at": current.made_at if current else None,
        "by": by,
        "shades": shades,
        "version": version.number if version else None,
        "names": labels(load(db(), version).model) if version else {},
        "elapsed_only": not found.diagnosis.performance.processing_known,
        "activities": _activity_times(found),
        "causes": causes_by_activity(found, "waiting_cause"),
        "pool": causes_by_activity(found, "waiting_pool"),
        "officer_causes": [(cause, cause_name(cause)) for cause in ORDER["waiting_cause"]],
        "pool_states": [(state, cause_name(state)) for state in ORDER["waiting_pool"]],
    }


def _delays(findings: Iterable[Finding], kinds: tuple[str, ...]) -> list[Finding]:
    return sorted(
        (finding for finding in findings if finding.kind in kinds),
        key=lambda finding: (finding.insufficient, -finding.value),
    )


def _activity_times(found: Analysed) -> list[dict[str, Any]]:
    return [
        {
            "name": found.label(a.subject[0]),
            "count": a.count,
            "cases": a.cases,
            "waiting": a.waiting,
            "processing": a.processing,
            "waiting_working": a.waiting_working,
            "processing_working": a.processing_working,
            "between": a.between_completions,
        }
        for a in sorted(found.diagnosis.performance.activities, key=lambda a: -a.count)
    ]
