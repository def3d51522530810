"""Routing a task to an officer: the facts of the case, the people there are, and the pure choice between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from bpmn.errors import BpmnError
from bpmn.feel import truth
from bpmn.model import Activity
from bpmn.procedure import Procedure
from workflows.assignment import (
    TOUCHED,
    Candidate,
    absent_holders,
    by_rank,
    choose,
    completed_by,
    dedicated_officer,
    eligible,
    excluded_by_four_eyes,
    holders,
    lacking,
    of_posts,
)
from workflows.tables import Case, Task, TaskState


def route(session: Session, case: Case, task: Task, node: Activity, procedure: Procedure, *, now: datetime) -> None:
    """Give the task to the officer that `choose` finds, or leave it in the pool with the reason."""
    apart = frozenset(kept_apart(procedure, task.activity, node.four_eyes))
    route_among(People(session, case, procedure, now, frozenset(task.posts), apart), task, node)


@dataclass
class People:
    """Whoever may do the tasks that one change makes, and whoever had a hand in the case: asked once for all of them.

    `posts` are those of all the tasks, `apart` the activities that any of them is kept apart from, `made` those of the tasks
    that have no row yet.
    """

    session: Session
    case: Case
    procedure: Procedure
    now: datetime
    posts: frozenset[str]
    apart: frozenset[str]
    made: list[Task] = field(default_factory=list)

    @cached_property
    def holders(self) -> list[Candidate]:
        return holders(self.session, self.posts, self.case.office, self.now, case=self.case.number, apart=self.apart)

    def excluded(self, apart: Collection[str]) -> dict[str, str]:
        """Whoever completed one of these activities of the case or has it on the desk, with the activity."""
        if not apart:
            return {}
        held = {c.officer: activity for c in self.holders for activity in c.held if activity in apart}
        return completed_by(self.case, apart) | held | self._of_this_turn(apart)

    def _of_this_turn(self, activities: Collection[str]) -> dict[str, str]:
        """The officers whose completion leads here, or who were just given the other task, and that is not written yet."""
        unwritten = (*self.session.dirty, *self.made)
        found = (row for row in unwritten if isinstance(row, Task) and row.case == self.case.number)
        return {t.officer: t.activity for t in found if t.activity in activities and t.officer and t.state in TOUCHED}


def route_among(people: People, task: Task, node: Activity) -> None:
    """Give the task to one of these people, or leave it in the pool with the reason."""
    session, case = people.session, people.case
    with session.no_autoflush:
        found = _with_unwritten(people, of_posts(people.holders, task.posts))
        unable = lacking(session, {c.officer for c in found}, node.skills)
        able = [c for c in found if c.officer not in unable]
        excluded = people.excluded(kept_apart(people.procedure, task.activity, node.four_eyes))
        choice = choose(able, excluded=excluded, dedicated=_dedicated(session, case, task, people.procedure))
    task.why = dict(choice.why)
    if node.skills:
        task.why |= {"skills": list(node.skills)} | ({"key": "nobody_skilled"} if found and not able else {})
    if choice.officer is not None:
        assign(task, choice.officer, post=choice.post, office=choice.office, now=people.now)


def _with_unwritten(people: People, found: list[Candidate]) -> list[Candidate]:
    """Tasks that this very turn has given out count as work too, though no row has them yet."""
    given = Counter(task.officer for task in people.made if task.officer is not None)
    return [replace(c, load=c.load + given[c.officer]) if given[c.officer] else c for c in found] if given else found


def assign(task: Task, officer: str, *, post: str | None, office: str | None, now: datetime) -> None:
    """The task lies on that officer's desk from now on."""
    task.officer, task.assigned_at, task.state = officer, now, TaskState.ASSIGNED
    task.post, task.office = post or task.post, office or task.office


def kept_apart(procedure: Procedure, activity: str, four_eyes: Collection[str]) -> set[str]:
    """The activities that need other eyes than this one: it holds both ways, since a return may bring the earlier one back."""
    prefix, _, own = activity.rpartition("/")
    naming = {other.id for other in procedure.model.activities if own in other.four_eyes} if not prefix else set()
    return {f"{prefix}/{id}" if prefix else id for id in {*four_eyes, *naming}}


def _dedicated(session: Session, case: Case, task: Task, procedure: Procedure) -> str | None:
    rule = procedure.key_taxpayer
    if not case.key_taxpayer or rule is None or rule.post not in task.posts:
        return None
    return dedicated_officer(session, case.taxpayer_id)


def is_key_taxpayer(procedure: Procedure, data: Mapping[str, Any]) -> bool:
    """Whether the procedure's own rule makes this a key taxpayer; what the application does not say counts as no."""
    if procedure.key_taxpayer is None:
        return False
    try:
        return truth(procedure.key_taxpayer.when, data)
    except BpmnError:
        return False


def candidates(
    session: Session, task: Task, case: Case, node: Activity, procedure: Procedure, now: datetime
) -> list[Candidate]:
    """Everyone who may do this task as things stand now."""
    found = eligible(session, task.posts, task.office, now)
    excluded = excluded_by_four_eyes(session, case, kept_apart(procedure, task.activity, node.four_eyes))
    unable = lacking(session, {c.officer for c in found}, node.skills)
    return [c for c in found if c.officer not in excluded and c.officer not in unable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """How one officer stands to a task now: `key` is holds_it, may, higher_office, four_eyes, lacks_skill or absent.

    `detail` names the activity, the skills or the stand-in that it is about.
    """

    officer: str
    key: str
    post: str = ""
    office: str = ""
    load: int = 0
    idle_since: datetime | None = None
    stands_in_for: str | None = None
    detail: tuple[str, ...] = ()

    @property
    def may(self) -> bool:
        return self.key in ("holds_it", "may", "higher_office")


def explain(
    session: Session, task: Task, case: Case, node: Activity, procedure: Procedure, now: datetime
) -> list[Considered]:
    """Everyone who holds a post for the task, and why each may do it or not: those who may first, in the order of choice."""
    found = eligible(session, task.posts, task.office, now)
    excluded = excluded_by_four_eyes(session, case, kept_apart(procedure, task.activity, node.four_eyes))
    unable = lacking(session, {c.officer for c in found}, node.skills)
    nearest = min((c.distance for c in found if c.officer not in excluded and c.officer not in unable), default=0)
    told = [_considered(c, task, excluded, unable, nearest) for c in sorted(found, key=by_rank)]
    seen = {c.officer for c in found}
    away = absent_holders(session, task.posts, task.office, now)
    told += [
        Considered(officer=code, key="absent", detail=(stand_in,) if stand_in else ())
        for code, stand_in in sorted(away.items())
        if code not in seen
    ]
    return sorted(told, key=lambda one: (not one.may, one.key == "higher_office"))


def _considered(
    candidate: Candidate,
    task: Task,
    excluded: Mapping[str, str],
    unable: Mapping[str, list[str]],
    nearest: int,
) -> Considered:
    code = candidate.officer
    key: str = "may"
    detail: tuple[str, ...] = ()
    if code in excluded and code != task.officer:
        key, detail = "four_eyes", (excluded[code],)
    elif code in unable:
        key, detail = "lacks_skill", tuple(unable[code])
    elif code == task.officer:
        key = "holds_it"
    elif candidate.distance > nearest:
        key = "higher_office"
    return Considered(
        officer=code,
        key=key,
        post=candidate.post,
        office=candidate.office,
        load=candidate.load,
        idle_since=candidate.idle_since,
        stands_in_for=candidate.stands_in_for,
        detail=detail,
    )
