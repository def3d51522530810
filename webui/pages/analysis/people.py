"""Who does the work, how it is handed over, and what is done again."""

from __future__ import annotations

from typing import Any

from webui.analyses import Analysed
from webui.answers import db
from webui.catalogue import Names
from webui.findings import Shown, shown_findings
from workflows.tables import ProcedureVersion


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    organisation = found.diagnosis.analyses["organisation"]

    def shown(*kinds: str) -> list[Shown]:
        return shown_findings(found, [f for f in organisation.findings if f.kind in kinds])

    return {
        "workload": shown("workload"),
        "handovers": shown("handover")[:20],
        "square": _square(organisation.figures.get("between_offices")),
        "ping_pong": shown("ping_pong")[:20],
        "specialisation": shown("specialisation"),
        "separation": shown("separation"),
        "rework": shown_findings(found, found.diagnosis.analyses["rework"].findings)[:20],
    }


def _square(matrix: Any) -> dict[str, Any] | None:
    """Steps from office to office with each cell's part of the largest; None with fewer than two offices."""
    if not matrix or len(matrix["names"]) < 2:
        return None
    names = Names(db())
    largest = max(count for row in matrix["counts"] for count in row) or 1
    rows = [
        [{"count": n, "share": n / largest, "waiting": wait} for n, wait in zip(counts, waits, strict=True)]
        for counts, waits in zip(matrix["counts"], matrix["median_waiting"], strict=True)
    ]
    offices = [names.office(key) for key in matrix["names"]]
    return {"names": offices, "rows": list(zip(offices, rows, strict=True))}
