"""Parallelism: steps of people that follow one another although neither needs the other."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bpmn.changes import Parallelise
from bpmn.model import Activity, ProcessModel
from mining.findings import ENOUGH
from mining.redesign.facts import PEOPLE, Facts
from mining.redesign.proposal import Proposal


def side_by_side(facts: Facts) -> Iterator[Proposal]:
    """Steps of people that follow one another, each costs lead time, and neither needs what the other finds out."""
    for chain in _rows(facts.model):
        for length in range(len(chain), 1, -1):
            windows = [chain[n : n + length] for n in range(len(chain) - length + 1)]
            found = [p for window in windows if (p := _parallel(facts, window)) is not None]
            if found:
                yield from found
                break


def _rows(model: ProcessModel) -> list[tuple[str, ...]]:
    """The longest rows of activities of people, each the only way from one to the next."""
    follows = {}
    for one in (a for a in model.activities if a.kind in PEOPLE):
        flows = model.outgoing(one.id)
        target = model.node(flows[0].target) if len(flows) == 1 else None
        alone = isinstance(target, Activity) and target.kind in PEOPLE and len(model.incoming(target.id)) == 1
        if target is not None and alone:
            follows[one.id] = target.id
    rows = []
    for first in follows:
        if first not in follows.values():
            row = [first]
            while row[-1] in follows and follows[row[-1]] not in row:
                row.append(follows[row[-1]])
            rows.append(tuple(row))
    return rows


def _parallel(facts: Facts, activities: tuple[str, ...]) -> Proposal | None:
    change = Parallelise(activities)
    model = facts.changed(change)
    times = [
        facts.of(a).assign(time=lambda w: w.waiting + w.processing).groupby("case_id").time.sum() for a in activities
    ]
    together = pd.concat(times, axis=1, join="inner")
    if model is None or len(together) < ENOUGH:
        return None
    saved = float((together.sum(axis=1) - together.max(axis=1)).mean()) * len(together) / max(len(facts.cases), 1)
    if not facts.noticeable(saved):
        return None
    return Proposal(
        key="parallelise:" + "+".join(activities),
        kind="parallelise",
        changes=(change,),
        code="parallelise",
        evidence={
            "activities": " and ".join(map(facts.name, activities)),
            "cases": len(together),
            "hours": float((together.sum(axis=1) - together.max(axis=1)).mean()) / 3600,
            "elements": list(activities),
        },
        gain=saved,
        model=model,
    )
