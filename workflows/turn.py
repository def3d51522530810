"""One turn of a case: what the engine says happened becomes tasks, timers, messages and events, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from bpmn.model import Activity, EventNode, Position
from event_logs.event import Lifecycle
from event_logs.prepared import send_all
from event_logs.working_time import WorkingCalendar
from workflows import automation, clock_stops, resting, working_hours
from workflows.deciding import verdict
from workflows.engine import Execution, HandedOut, Verdict, begin, facts, resume
from workflows.engine.drawn import topic
from workflows.errors import StepFailed
from workflows.known import made
from workflows.locking import write_known
from workflows.recording import Journal
from workflows.routing import People, kept_apart
from workflows.rows import Rows, tell
from workflows.tables import (
    Case,
    CaseState,
    ExternalTask,
    Incident,
    Record,
    Task,
    TaskState,
)
from workflows.versions import Runnable, bind, runnable


@dataclass
class Turn:
    """A change of one case in progress; made by `open_turn` or `begin_turn`, finished by `close`."""

    session: Session
    case: Case
    runnable: Runnable
    now: datetime
    journal: Journal = field(init=False)
    opened: Execution | None = None  # None until somebody asks for it: not every change of a case moves its tokens
    tasks: dict[str, Task] = field(default_factory=dict)  # known rows, by instance
    remarks: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)  # why a token is withdrawn, for its event
    rows: Rows = field(init=False)  # what it adds to the tables, and takes from them
    people: People | None = None  # whom its new tasks may go to
    given_up: list[str] = field(default_factory=list)  # failed steps that are not needed any more, by instance
    sent: list[facts.Sent] = field(default_factory=list)
    awaited: list[facts.Awaited] = field(default_factory=list)  # messages that this turn began to wait for
    signalled: list[str] = field(default_factory=list)
    clock_moved: bool = False  # the statutory clock began to stand, or to run, at a place of the drawing
    introduction: Mapping[str, Any] | None = None  # attributes of the case, on its first event
    closing: Mapping[str, Any] = field(default_factory=dict)  # why it ended before its time, on its last one

    def __post_init__(self) -> None:
        resting = self.now if self.case.state == CaseState.SUSPENDED else None
        self.rows = Rows(self.case.number, self.case.procedure, resting)
        self.journal = Journal(self.case, self.now, self.hours.zone)

    @cached_property
    def hours(self) -> WorkingCalendar:
        """When the office of the case works."""
        return working_hours.calendar(self.session, self.case.office)

    @property
    def execution(self) -> Execution:
        """The tokens of the case, read when they are needed for the first time."""
        if self.opened is None:
            self.opened = resume(self.runnable.plan, self.case.execution, self.case.data, self)
        return self.opened

    # what the engine asks for while it steps

    def perform(
        self, place: str, activity: Activity, inputs: Mapping[str, Any], *, attempt: int
    ) -> Mapping[str, Any] | HandedOut:
        if topic(activity):
            return HandedOut()
        given = {"case_number": self.case.number, "activity": place, **inputs}
        outcome = automation.perform(activity.service or "", given, now=self.now)
        for letter in outcome.letters:
            self.rows.post(letter, place, self.now)
        for entry in outcome.entries:
            row = Record(register=entry.register, subject=entry.subject, case=self.case.number, values=entry.values)
            row.recorded_at = self.now
            self.session.add(row)
        return outcome.values

    def decide(self, place: str, activity: Activity, context: Mapping[str, Any]) -> Verdict:
        decisions = self.runnable.decisions_at(place)
        return verdict(decisions, activity.decision or "", context, place=place, now=self.now)

    def due(self, place: str, value: Any, *, working: bool) -> datetime:
        hours = self.hours
        return working_hours.due(value, working=working, now=self.now, calendar=hours, place=place, zone=hours.zone)

    def next_due(self, place: str, text: str, *, working: bool, after: datetime | None) -> datetime | None:
        hours = self.hours
        return working_hours.next_due(
            text, after=after, working=working, now=self.now, calendar=hours, place=place, zone=hours.zone
        )

    # what becomes of the facts

    def close(self) -> None:
        """Turn all facts into rows and events, and keep the state.

        Whoever writes keeps others waiting: everything is made ready before the case is taken hold of, then sent.
        """
        if self.opened is not None:
            self._settle(self.opened)
        self._frame_events()
        connection = self.session.connection()
        known = [task for task in self.tasks.values() if instance_state(task).persistent]
        more = [*self.rows.filled(connection.dialect, self.now), *self.journal.filled(connection.dialect)]
        if instance_state(self.case).persistent:
            write_known(self.session, connection, self.case, known, more)
        else:
            self.session.flush()
            send_all(connection, more)
        self.rows.tell(self.session)
        tell(self.session, known)

    def _settle(self, execution: Execution) -> None:
        said = execution.take()
        self._look_ahead(said)
        for fact in said:
            HANDLERS[type(fact)](self, fact)
            if self.runnable.plan.stops_clock:
                self._mind_clock(fact)
        self._rest_timers()
        self._close_incidents()
        self.case.data = dict(execution.data)
        self.case.execution = "" if execution.ended else execution.dump()
        self.opened = None
        execution.let_go()

    def _rest_timers(self) -> None:
        """Timers drawn around a place at which the statutory clock stands rest with it."""
        plan, new, moved = self.runnable.plan, self.rows.timers, self.clock_moved
        if moved or (plan.stops_clock and new):
            resting.settle(self.session, self.case, plan.nodes, new, moved=moved, now=self.now)

    def _close_incidents(self) -> None:
        """Of a failed step that was interrupted nobody has to see to any more."""
        if self.given_up:
            open_ones = (Incident.case == self.case.number, Incident.resolved_at.is_(None))
            mine = update(Incident).where(*open_ones, Incident.instance.in_(self.given_up))
            self.session.execute(mine.values(resolved_at=self.now))

    def _mind_clock(self, fact: facts.Fact) -> None:
        """The statutory clock stands while a place waits that the drawing marks so, and goes on when it is left."""
        place = getattr(fact, "node", "")
        if not getattr(self.runnable.plan.nodes.get(place), "stops_clock", False):
            return
        instance = str(getattr(fact, "token", ""))
        if isinstance(fact, facts.Enabled | facts.TimerSet | facts.Awaited):
            clock_stops.begin(self.session, self.case, node=place, instance=instance, reason="", now=self.now)
            self.clock_moved = True
            self.journal.close({"clock": "stopped"})
        elif isinstance(fact, facts.Completed | facts.Withdrawn):
            self.clock_moved, procedure = True, self.runnable.procedure
            since = clock_stops.end(self.session, self.case, procedure, node=place, instance=instance, now=self.now)
            if since is not None:
                clock_stops.told(self.journal, since, self.case.due_at)

    def _look_ahead(self, said: Sequence[facts.Fact]) -> None:
        """What several facts will need is asked of the database once: who may do the tasks, which rows are withdrawn."""
        enabled = [fact for fact in said if isinstance(fact, facts.Enabled)]
        if enabled:
            procedure = self.runnable.procedure
            posts = frozenset(post for fact in enabled for post in self.runnable.posts[fact.node])
            apart = frozenset(a for f in enabled for a in kept_apart(procedure, f.node, self.node(f.node).four_eyes))
            self.people = People(self.session, self.case, procedure, self.now, posts, apart, self.rows.tasks)
        gone = {str(fact.token) for fact in said if isinstance(fact, facts.Withdrawn) and self.is_task(fact.node)}
        if gone and (unknown := sorted(gone - {str(fact.token) for fact in enabled} - set(self.tasks))):
            found = select(Task).where(Task.case == self.case.number, Task.instance.in_(unknown))
            found = found.where(Task.state.not_in([TaskState.COMPLETED, TaskState.WITHDRAWN]))
            self.tasks |= {row.instance: row for row in self.session.scalars(found)}

    def is_task(self, place: str) -> bool:
        """Whether a person does what stands at this place."""
        return place in self.runnable.posts

    def _frame_events(self) -> None:
        """The first event has the attributes of the case, the last one how it ended: the facts alone tell both."""
        if self.introduction is not None and self.journal.events:
            self.journal.introduce(self.introduction)
        if self.case.state not in (CaseState.RUNNING, CaseState.SUSPENDED) and self.journal.events:
            self.journal.close({"case_state": str(self.case.state), **self.closing})

    def node(self, place: str) -> Any:
        return self.runnable.plan.nodes[place]


def open_turn(session: Session, case: Case, *, now: datetime, task: Task | None = None) -> Turn:
    """Go on with a case that was locked by its caller."""
    version = runnable(session, case.digest)
    if version.latest:
        # Spec names begin with the place of the call: a call is at work when a token stands at one of them.
        version = bind(session, version, case.version, lambda place: f'"{place}/' in case.execution)
        case.digest = version.digest
    turn = Turn(session, case, version, now)
    if task is not None:
        turn.tasks[task.instance] = task
    return turn


def begin_turn(session: Session, case: Case, version: Runnable, *, now: datetime, start: str | None) -> Turn:
    """The first turn of a case."""
    if version.latest:
        version = bind(session, version, case.version, lambda _: False)
        case.digest = version.digest
    turn = Turn(session, case, version, now)
    turn.opened = begin(version.plan, case.data, turn, start=start)
    return turn


# one function for each kind of fact


def _entered(turn: Turn, fact: facts.Entered) -> None:
    turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=str(fact.token))


def _enabled(turn: Turn, fact: facts.Enabled) -> None:
    """A person has to do this: make the task, route it, say so."""
    node: Activity = turn.node(fact.node)
    posts = turn.runnable.posts[fact.node]
    assert turn.people is not None
    choice = turn.people.chosen(fact.node, posts, node)
    given = choice.officer is not None
    post, office = choice.post or next(iter(posts), None), choice.office or turn.case.office
    task = made(
        Task,
        case=turn.case.number,
        procedure=turn.case.procedure,
        activity=fact.node,
        instance=str(fact.token),
        state=TaskState.ASSIGNED if given else TaskState.READY,
        form=node.form,
        posts=list(posts),
        post=post,
        office=office,
        officer=choice.officer,
        why=dict(choice.why),
        scheduled_at=turn.now,
        assigned_at=turn.now if given else None,
        due_at=_due_of_task(turn, fact, node),
        local=fact.local or None,
    )
    turn.tasks[task.instance] = task
    turn.rows.tasks.append(task)
    turn.journal.record(
        fact.node, Lifecycle.SCHEDULE, instance=task.instance, post=post, office=office, attributes=fact.local
    )
    if given:
        turn.journal.record_task(task, Lifecycle.ASSIGN, {"why": choice.why["key"]})


def _due_of_task(turn: Turn, fact: facts.Enabled, node: Activity) -> datetime | None:
    """By when; where the drawing gives no time, a person is told, and whoever led here goes on."""
    office = turn.case.office
    try:
        return working_hours.due_of_task(
            turn.session, node.due, fact.data, office=office, now=turn.now, place=fact.node
        )
    except StepFailed as error:
        row = Incident(
            case=turn.case.number, node=fact.node, instance=str(fact.token), attempts=1, occurred_at=turn.now
        )
        row.message = f"The task has no time limit of its own: {error}"
        turn.session.add(row)
        return None


def _performed(turn: Turn, fact: facts.Performed) -> None:
    instance = str(fact.token)
    turn.journal.record(fact.node, Lifecycle.START, instance=instance)
    turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=instance, attributes=fact.values)


def _handed(turn: Turn, fact: facts.Handed) -> None:
    """An external worker has to do this: it may be fetched from now on."""
    row = ExternalTask(case=turn.case.number, node=fact.node, instance=str(fact.token), inputs=fact.inputs)
    row.topic, row.retries = topic(turn.node(fact.node)) or "", automation.EXTERNAL_RETRIES
    row.created_at = row.free_at = turn.now
    turn.session.add(row)
    turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _completed(turn: Turn, fact: facts.Completed) -> None:
    """An event came, or work that was handed out is done. (The verb closes a person's task; scopes leave no event.)"""
    node = turn.node(fact.node) if fact.node in turn.runnable.plan.nodes else None
    if isinstance(node, EventNode) or (isinstance(node, Activity) and node.kind in ("receive", "service")):
        turn.rows.forget(fact.token, node)
        if not fact.part:
            turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=str(fact.token), attributes=fact.values)


def _withdrawn(turn: Turn, fact: facts.Withdrawn) -> None:
    node = turn.node(fact.node)
    if fact.failed:
        turn.given_up.append(str(fact.token))
    if turn.is_task(fact.node):
        _withdraw_task(turn, fact)
        return
    if isinstance(node, Activity) and topic(node):
        turn.rows.called_back.append(str(fact.token))
    turn.rows.forget(fact.token, node)
    if not (fact.part or _attached(node)):
        remark = turn.remarks.get(fact.token)
        turn.journal.record(fact.node, Lifecycle.WITHDRAW, instance=str(fact.token), attributes=remark)


def _withdraw_task(turn: Turn, fact: facts.Withdrawn) -> None:
    task = turn.tasks.get(str(fact.token))
    if task is not None:
        task.state, task.completed_at = TaskState.WITHDRAWN, turn.now
        turn.journal.record_task(task, Lifecycle.WITHDRAW, turn.remarks.get(fact.token))


def _attached(node: Any) -> bool:
    return isinstance(node, EventNode) and node.position in (Position.BOUNDARY, Position.START)


def _timer_set(turn: Turn, fact: facts.TimerSet) -> None:
    turn.rows.set_timer("timer", fact.token, fact.node, fact.due_at)
    if not fact.attached:
        due = {"due_at": fact.due_at}
        turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token), attributes=due)


def _awaited(turn: Turn, fact: facts.Awaited) -> None:
    if fact.kind == "message":
        turn.awaited.append(fact)
    named = {"name": fact.name, "correlation": fact.correlation, "since": turn.now}
    turn.rows.subscribe(fact.kind, fact.token, fact.node, **named)
    if not fact.attached:
        turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _expected(turn: Turn, fact: facts.Expected) -> None:
    turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _sent(turn: Turn, fact: facts.Sent) -> None:
    turn.sent.append(fact)


def _signalled(turn: Turn, fact: facts.Signalled) -> None:
    turn.signalled.append(fact.name)


def _stuck(turn: Turn, fact: facts.Stuck) -> None:
    """Try again after a pause, or ask a person to look at it."""
    pause = automation.pause_before(fact.attempt) if fact.transient else None
    if pause is not None:
        turn.rows.set_timer("retry", fact.token, fact.node, turn.now + pause, fact.attempt)
        return
    turn.session.add(
        Incident(
            case=turn.case.number,
            node=fact.node,
            instance=str(fact.token),
            message=fact.reason,
            attempts=fact.attempt,
            occurred_at=turn.now,
        )
    )


def _deadlocked(turn: Turn, fact: facts.Deadlocked) -> None:
    """Nothing will happen by itself any more: a person has to move the case on, or withdraw it."""
    row = Incident(case=turn.case.number, node=fact.node, instance=str(fact.token), attempts=1, occurred_at=turn.now)
    row.message = fact.reason
    turn.session.add(row)


def _conflict(turn: Turn, fact: facts.Conflict) -> None:
    """Two branches set one variable differently: the later one stands, and a person can see that it happened."""
    values = ", ".join(repr(value) for value in fact.values)
    row = Incident(case=turn.case.number, node=fact.node, instance="", attempts=0, occurred_at=turn.now)
    row.message = f"Parallel branches set {fact.path!r} differently ({values}); the last value was kept."
    row.resolved_at, row.corrections = turn.now, {fact.path: list(fact.values)}
    turn.session.add(row)


def _ended(turn: Turn, fact: facts.Ended) -> None:
    case = turn.case
    if case.state in (CaseState.RUNNING, CaseState.SUSPENDED):
        case.state = CaseState.FAILED if fact.error else CaseState.COMPLETED
    case.closed_at = turn.now


def _opened(turn: Turn, fact: facts.ScopeOpened) -> None:
    """The first fact inside a call says which version of the called procedure runs."""
    node = turn.runnable.plan.nodes.get(fact.node)
    if isinstance(node, Activity) and node.called in turn.runnable.numbers:
        turn.journal.opened[f"{fact.node}/"] = turn.runnable.numbers[node.called or ""]


def _nothing(turn: Turn, fact: Any) -> None:
    """Of this fact no row is kept."""


HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    facts.Entered: _entered,
    facts.Enabled: _enabled,
    facts.Performed: _performed,
    facts.Handed: _handed,
    facts.Completed: _completed,
    facts.Withdrawn: _withdrawn,
    facts.ScopeOpened: _opened,
    facts.TimerSet: _timer_set,
    facts.Awaited: _awaited,
    facts.Expected: _expected,
    facts.Sent: _sent,
    facts.Signalled: _signalled,
    facts.Decided: _nothing,  # the values are attributes of the activity's `complete`
    facts.Stuck: _stuck,
    facts.Deadlocked: _deadlocked,
    facts.Conflict: _conflict,
    facts.Ended: _ended,
}
