"""Filling in the form of a task: text from a page is read by the form, values from a program are taken as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

try:
    from bpmn.forms import validate
except ImportError:
    validate = None


def filled_in(form: Any, answers: Mapping[str, Any], now: datetime) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    return dict(answers), {}


def outcome_field(form: Any, activity: str) -> str | None:
    return f"{activity}_outcome"
