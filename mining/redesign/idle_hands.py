"""Flexible assignment: work that waits for busy officers, while those of another post have time."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bpmn.changes import HandOver
from bpmn.model import Activity, ProcessModel
from mining.findings import ENOUGH
from mining.redesign.facts import PEOPLE, Facts
from mining.redesign.proposal import Proposal

CONTENDED = 0.15  # share of all waiting for officers
IDLE = 0.15  # by how much the officers of another post must be less busy


def idle_hands(facts: Facts) -> Iterator[Proposal]:
    """Work that waits for busy officers, while those of another post of the procedure have time."""
    total = float(facts.work.waiting.sum())
    if not total or facts.hours <= 0:
        return
    for activity in facts.people:
        rows = facts.of(activity.id)
        share = float(rows.waiting.sum()) / total
        if len(rows) >= ENOUGH and share >= CONTENDED:
            proposal = _handed_over(facts, activity, rows, share)
            if proposal is not None:
                yield proposal


def _handed_over(facts: Facts, activity: Activity, rows: pd.DataFrame, share: float) -> Proposal | None:
    own = list(rows.officer.unique())
    busy = _busy(facts, own)
    for post, others in _other_posts(facts, activity, own):
        idle = _busy(facts, others)
        change = HandOver(activity.id, (*facts.model.posts(activity.id), post))
        model = facts.changed(change) if idle <= busy - IDLE else None
        gain = float(rows.waiting.sum()) / max(len(facts.cases), 1)
        if model is not None and facts.noticeable(gain):
            evidence = {
                "activity": facts.name(activity.id),
                "element": activity.id,
                "hours": float(rows.waiting.mean()) / 3600,
                "share": share,
                "officers": len(own),
                "busy": busy,
                "others": len(others),
                "post": post,
                "idle": idle,
                "cases": int(rows.case_id.nunique()),
                "rank": facts.ranks.get(activity.id),
            }
            return Proposal(
                key=f"hand_over:{activity.id}:{post}",
                kind="hand_over",
                changes=(change,),
                code="hand_over",
                evidence=evidence,
                gain=gain,
                model=model,
            )
    return None


def _busy(facts: Facts, officers: list[str]) -> float:
    """Processing within office hours over office hours, of these officers together, as far as this log shows."""
    worked = float(facts.work[facts.work.officer.isin(officers)].processing.sum())
    return worked / (facts.hours * len(officers)) if officers else 0.0


def _other_posts(facts: Facts, activity: Activity, own: list[str]) -> list[tuple[str, list[str]]]:
    """Posts of the procedure that could help: first those of neighbouring steps, then the least busy. Not those that
    control this very step, and only where two people hold the post, so that four eyes remain."""
    model = facts.model
    controllers = {post for a in model.activities if activity.id in a.four_eyes for post in model.posts(a.id)}
    holders = facts.work.dropna(subset=["post"]).groupby("post").officer.unique()
    beside = {post for a in _neighbours(model, activity.id) for post in model.posts(a)}
    posts = {post for a in facts.people for post in model.posts(a.id)} - set(model.posts(activity.id)) - controllers
    found = [(post, sorted(set(holders.get(post, ())) - set(own))) for post in sorted(posts)]
    found = [(post, others) for post, others in found if len(others) >= 2]
    return sorted(found, key=lambda pair: (pair[0] not in beside, _busy(facts, pair[1]), pair[0]))


def _neighbours(model: ProcessModel, activity: str) -> set[str]:
    """The steps of people directly before and after, seen past gateways and events."""
    found: set[str] = set()
    for onward in (True, False):
        seen, waiting = {activity}, [activity]
        while waiting:
            here = waiting.pop()
            flows = model.outgoing(here) if onward else model.incoming(here)
            for next_ in ((f.target if onward else f.source) for f in flows):
                node = model.node(next_)
                if isinstance(node, Activity) and node.kind in PEOPLE:
                    found.add(next_)
                elif next_ not in seen:
                    seen.add(next_)
                    waiting.append(next_)
    return found - {activity}
