"""Task elimination: steps that let nearly every case pass and of which nothing later needs anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from bpmn.changes import Drop
from bpmn.model import Activity
from mining.findings import ENOUGH
from mining.redesign.automatic import ALWAYS, SURE, Passing, automated, passing_evidence
from mining.redesign.facts import Facts
from mining.redesign.proposal import Proposal


def _passing(facts: Facts, rows: pd.DataFrame, activity: str) -> Passing | None:
    """Against the first option of the outcome field, or the most frequent outcome where the form is not known."""
    known = rows.outcome.dropna()
    if known.empty:
        return None
    options = _options(facts, activity)
    passing = options[0] if options else str(known.mode().iloc[0])
    return Passing(passing, len(known), int((known == passing).sum()))


def _options(facts: Facts, activity: str) -> list[str]:
    form = facts.materials.forms.get(facts.model.activity(activity).form or "")
    schema = form if isinstance(form, Mapping) else getattr(form, "schema", None)
    for component in (schema or {}).get("components", ()):
        if component.get("key") == f"{activity}_outcome":
            return [str(option["value"]) for option in component.get("values", ())]
    return []


def not_needed(facts: Facts) -> Iterator[Proposal]:
    """A step that lets nearly every case pass and of which nothing later needs anything: drop it; or, where it cannot be
    dropped, let a rule decide the cases that it always lets pass."""
    for activity in facts.people:
        rows = facts.of(activity.id)
        passing = _passing(facts, rows, activity.id)
        if passing is None or passing.cases < ENOUGH:
            continue
        proposal = _dropped(facts, activity, rows, passing) if passing.bound <= ALWAYS or _few(passing) else None
        proposal = proposal or automated(facts, activity, rows, passing.outcome)
        if proposal is not None:
            yield proposal


def _few(passing: Passing) -> bool:
    """Every single case passed, but they are too few to be sure."""
    return passing.cases < SURE and passing.passed == passing.cases


def _dropped(facts: Facts, activity: Activity, rows: pd.DataFrame, passing: Passing) -> Proposal | None:
    change = Drop(activity.id, passing.outcome)
    model = facts.changed(change)
    hours = float((rows.waiting + rows.processing).mean()) / 3600
    gain = float((rows.waiting + rows.processing).sum()) / max(len(facts.cases), 1)
    if model is None or not facts.noticeable(gain):
        return None
    return Proposal(
        key=f"drop:{activity.id}",
        kind="drop",
        changes=(change,),
        code="drop" if passing.cases >= SURE else "drop_few",
        evidence=passing_evidence(facts, activity.id, passing, hours),
        gain=gain,
        model=model,
    )
