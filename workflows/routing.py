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
    Choice,
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
    people = People(session, case, procedure, now, frozenset(task.posts), apart)
    choice = people.chosen(task.activity, task.posts, node)
    task.why = dict(choice.why)
    if choice.officer is not None:
        assign(task, choice.officer, post=choice.post, office=choice.office, now=now)


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

    def chosen(self, activity: str, posts: Collection[str], node: Activity) -> Choice:
        """Who of them does this activity now, and why."""
        found = self._with_unwritten(of_posts(self.holders, posts))
        able = self._skilled(found, node.skills)
        excluded = self.excluded(kept_apart(self.procedure, activity, node.four_eyes))
        choice = choose(able, excluded=excluded, dedicated=self._dedicated(posts))
        if not node.skills:
            return choice
        lack = {"key": "nobody_skilled"} if found and not able else {}
        return replace(choice, why={**choice.why, "skills": list(node.skills), **lack})

    def _with_unwritten(self, found: list[Candidate]) -> list[Candidate]:
        """Tasks that this very turn has given out count as work too, though no row has them yet."""
        if not self.made:
            return found
        given = Counter(task.officer for task in self.made)
        return [c._replace(load=c.load + given[c.officer]) if c.officer in given else c for c in found]

    def _skilled(self, found: list[Candidate], skills: Collection[str]) -> list[Candidate]:
        if not skills:
            return found
        with self.session.no_autoflush:  # nothing of this turn is written before its end
            unable = lacking(self.session, {c.officer for c in found}, skills)
        return [c for c in found if c.officer not in unable]

    def _dedicated(self, posts: Collection[str]) -> str | None:
        rule = self.procedure.key_taxpayer
        if rule is None or rule.post not in posts or not self.case.key_taxpayer:
            return None
        with self.session.no_autoflush:
            return dedicated_officer(self.session, self.case.taxpayer_id)


def assign(task: Task, officer: str, *, post: str | None, office: str | None, now: datetime) -> None:
    """The task lies on that officer's desk from now on."""
    task.officer, task.assigned_at, task.state = officer, now, TaskState.ASSIGNED
    task.post, task.office = post or task.post, office or task.office


def put_in_pool(task: Task, office: str | None) -> None:
    """The task lies on nobody's desk any more; those of its case's office may take it, wherever it had gone up to."""
    task.officer, task.assigned_at, task.started_at, task.state = None, None, None, TaskState.READY
    task.post, task.office = (task.posts[0] if task.posts else task.post), office


def kept_apart(procedure: Procedure, activity: str, four_eyes: Collection[str]) -> set[str]:
    """The activities that need other eyes than this one: it holds both ways, since a return may bring the earlier one back."""
    prefix, _, own = activity.rpartition("/")
    if prefix:
        return {f"{prefix}/{id}" for id in four_eyes}
    return {*four_eyes, *procedure.model.controllers.get(own, ())}


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
    """Everyone who may do this task as things stand now; the office is the case's, also where the task had gone up."""
    found = eligible(session, task.posts, case.office, now)
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
    found = eligible(session, task.posts, case.office, now)
    excluded = excluded_by_four_eyes(session, case, kept_apart(procedure, task.activity, node.four_eyes))
    unable = lacking(session, {c.officer for c in found}, node.skills)
    nearest = min((c.distance for c in found if c.officer not in excluded and c.officer not in unable), default=0)
    told = [_considered(c, task, excluded, unable, nearest) for c in sorted(found, key=by_rank)]
    seen = {c.officer for c in found}
    away = absent_holders(session, task.posts, case.office, now)
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
