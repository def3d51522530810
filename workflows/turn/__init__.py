"""One turn of a case: what the engine says happened becomes tasks, timers, messages and events, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from bpmn.model import Activity
from event_logs.prepared import send_all
from workflows import automation, clock_stops, resting, working_hours
from workflows.deciding import verdict
from workflows.engine import Execution, HandedOut, Verdict, begin, facts, resume
from workflows.engine.drawn import topic
from workflows.locking import write_known
from workflows.routing import People, kept_apart
from workflows.rows import tell
from workflows.tables import Case, CaseState, Incident, Record, Task, TaskState
from workflows.turn.becoming import HANDLERS
from workflows.turn.change import Change
from workflows.versions import Runnable, bind, runnable


@dataclass
class Turn(Change):
    """A change of one case in progress; made by `open_turn` or `begin_turn`, finished by `close`."""

    opened: Execution | None = None  # None until somebody asks for it: not every change of a case moves its tokens

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

    def _frame_events(self) -> None:
        """The first event has the attributes of the case, the last one how it ended: the facts alone tell both."""
        if self.introduction is not None and self.journal.events:
            self.journal.introduce(self.introduction)
        if self.case.state not in (CaseState.RUNNING, CaseState.SUSPENDED) and self.journal.events:
            self.journal.close({"case_state": str(self.case.state), **self.closing})


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
