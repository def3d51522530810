"""Predictions as the analysis page shows them: the open cases most at risk, which model said so, and what came of earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from mining.prediction.records import CaseForecast, Comparison, PredictionModel, comparison, most_at_risk, newest_model
from mining.prediction.ways import Way
from webui.language import gettext as _

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Predicted:
    """`open` are rows of the page, `model` the training that they come from."""

    open: list[dict[str, Any]]
    model: PredictionModel
    comparison: Comparison | None

    @property
    def way(self) -> str:
        """In words, how the median is told."""
        return {
            Way.TABLE: _("the median of the cases that stood there"),
            Way.WINDOWS: _("the mean of such medians over all steps, the newer half and the newest quarter"),
            Way.PLAIN: _("boosted trees"),
            Way.LOGARITHMS: _("boosted trees of the logarithm"),
            Way.MIDDLE: _("the middle one of the median of the cases that stood there and two boosted estimates"),
        }[Way(self.model.way)]


def predicted(session: Session, procedure: str, label: Callable[[str], str]) -> Predicted | None:
    """What the worker has filed of a procedure; None before its first training."""
    model = newest_model(session, procedure)
    if model is None:
        return None
    rows = [_row(row, label) for row in most_at_risk(session, procedure, SHOWN)]
    return Predicted(rows, model, comparison(session, procedure))


def _row(row: CaseForecast, label: Callable[[str], str]) -> dict[str, Any]:
    made = row.made_at
    return {
        "case": row.case,
        "activity": label(row.activity),
        "since": made,
        "median": (row.median_at - made).total_seconds(),
        "low": (row.low_at - made).total_seconds(),
        "high": (row.high_at - made).total_seconds(),
        "limit": row.due_at,
        "risk": row.risk,
        "grade": row.grade,
        "model": row.model,
        "following": [(label(name) if name else _("the end"), share) for name, share in row.following],
    }
