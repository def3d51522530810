"""Time limits kept and missed, and when open cases will end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from webui.analyses import Analysed, parts
from webui.answers import db
from webui.findings import shown_findings
from webui.language import gettext as _
from webui.predicted import predicted
from workflows.tables import ProcedureVersion


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    forecast: Mapping[str, Any] = found.diagnosis.analyses["forecast"].figures
    kept = predicted(db(), parts(found.name)[0], found.label)
    return {
        "rows": shown_findings(found, found.diagnosis.analyses["timeliness"].findings),
        "open": kept.open if kept else [_forecast(found, one) for one in forecast.get("most_at_risk", ())],
        "model": kept.model if kept else None,
        "way": kept.way if kept else None,
        "comparison": kept.comparison if kept else None,
        "track": forecast.get("track"),
        "at": forecast.get("at"),
    }


def _forecast(found: Analysed, one: Mapping[str, Any]) -> dict[str, Any]:
    """An open case with moments in place of their texts."""
    moments = {name: _moment(one[name]) for name in ("since", "limit")}
    following = [(found.label(step["activity"]) or _("the end"), step["probability"]) for step in one["following"]]
    return {**one, **moments, "activity": found.label(one["activity"]), "following": following}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
