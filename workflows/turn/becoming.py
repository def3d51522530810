"""What each kind of fact becomes: tasks, timers, subscriptions, incidents and events of the change that goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bpmn.model import Activity, EventNode, Position
from event_logs.event import Lifecycle
from workflows import automation, working_hours
from workflows.engine import facts
from workflows.engine.drawn import topic
from workflows.errors import StepFailed
from workflows.known import made
from workflows.tables import CaseState, ExternalTask, Incident, Task, TaskState
from workflows.turn.change import Change


def _entered(turn: Change, fact: facts.Entered) -> None:
    turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=str(fact.token))


def _enabled(turn: Change, fact: facts.Enabled) -> None:
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


def _due_of_task(turn: Change, fact: facts.Enabled, node: Activity) -> datetime | None:
    """By when; where the drawing gives no time, a person is told, and whoever led here goes on."""
    office = turn.case.office
    try:
        return working_hours.due_of_task(
            turn.session, node.due, fact.data, office=office, now=turn.now, place=fact.node
        )
    except StepFailed as error:
        _tell_a_person(turn, fact.node, str(fact.token), f"The task has no time limit of its own: {error}")
        return None


def _tell_a_person(turn: Change, node: str, instance: str, message: str, *, attempts: int = 1) -> Incident:
    row = Incident(case=turn.case.number, node=node, instance=instance, message=message)
    row.attempts, row.occurred_at = attempts, turn.now
    turn.session.add(row)
    return row


def _performed(turn: Change, fact: facts.Performed) -> None:
    instance = str(fact.token)
    turn.journal.record(fact.node, Lifecycle.START, instance=instance)
    turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=instance, attributes=fact.values)


def _handed(turn: Change, fact: facts.Handed) -> None:
    """An external worker has to do this: it may be fetched from now on."""
    row = ExternalTask(case=turn.case.number, node=fact.node, instance=str(fact.token), inputs=fact.inputs)
    row.topic, row.retries = topic(turn.node(fact.node)) or "", automation.EXTERNAL_RETRIES
    row.created_at = row.free_at = turn.now
    turn.session.add(row)
    turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _completed(turn: Change, fact: facts.Completed) -> None:
    """An event came, or work that was handed out is done. (The verb closes a person's task; scopes leave no event.)"""
    node = turn.node(fact.node) if fact.node in turn.runnable.plan.nodes else None
    if isinstance(node, EventNode) or (isinstance(node, Activity) and node.kind in ("receive", "service")):
        turn.rows.forget(fact.token, node)
        if not fact.part:
            turn.journal.record(fact.node, Lifecycle.COMPLETE, instance=str(fact.token), attributes=fact.values)


def _withdrawn(turn: Change, fact: facts.Withdrawn) -> None:
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


def _withdraw_task(turn: Change, fact: facts.Withdrawn) -> None:
    task = turn.tasks.get(str(fact.token))
    if task is not None:
        task.state, task.completed_at = TaskState.WITHDRAWN, turn.now
        turn.journal.record_task(task, Lifecycle.WITHDRAW, turn.remarks.get(fact.token))


def _attached(node: Any) -> bool:
    return isinstance(node, EventNode) and node.position in (Position.BOUNDARY, Position.START)


def _timer_set(turn: Change, fact: facts.TimerSet) -> None:
    turn.rows.set_timer("timer", fact.token, fact.node, fact.due_at)
    if not fact.attached:
        due = {"due_at": fact.due_at}
        turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token), attributes=due)


def _awaited(turn: Change, fact: facts.Awaited) -> None:
    if fact.kind == "message":
        turn.awaited.append(fact)
    named = {"name": fact.name, "correlation": fact.correlation, "since": turn.now}
    turn.rows.subscribe(fact.kind, fact.token, fact.node, **named)
    if not fact.attached:
        turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _expected(turn: Change, fact: facts.Expected) -> None:
    turn.journal.record(fact.node, Lifecycle.SCHEDULE, instance=str(fact.token))


def _sent(turn: Change, fact: facts.Sent) -> None:
    turn.sent.append(fact)


def _signalled(turn: Change, fact: facts.Signalled) -> None:
    turn.signalled.append(fact.name)


def _stuck(turn: Change, fact: facts.Stuck) -> None:
    """Try again after a pause, or ask a person to look at it."""
    pause = automation.pause_before(fact.attempt) if fact.transient else None
    if pause is not None:
        turn.rows.set_timer("retry", fact.token, fact.node, turn.now + pause, fact.attempt)
        return
    _tell_a_person(turn, fact.node, str(fact.token), fact.reason, attempts=fact.attempt)


def _deadlocked(turn: Change, fact: facts.Deadlocked) -> None:
    """Nothing will happen by itself any more: a person has to move the case on, or withdraw it."""
    _tell_a_person(turn, fact.node, str(fact.token), fact.reason)


def _conflict(turn: Change, fact: facts.Conflict) -> None:
    """Two branches set one variable differently: the later one stands, and a person can see that it happened."""
    values = ", ".join(repr(value) for value in fact.values)
    message = f"Parallel branches set {fact.path!r} differently ({values}); the last value was kept."
    row = _tell_a_person(turn, fact.node, "", message, attempts=0)
    row.resolved_at, row.corrections = turn.now, {fact.path: list(fact.values)}


def _ended(turn: Change, fact: facts.Ended) -> None:
    case = turn.case
    if case.state in (CaseState.RUNNING, CaseState.SUSPENDED):
        case.state = CaseState.FAILED if fact.error else CaseState.COMPLETED
    case.closed_at = turn.now


def _opened(turn: Change, fact: facts.ScopeOpened) -> None:
    """The first fact inside a call says which version of the called procedure runs."""
    node = turn.runnable.plan.nodes.get(fact.node)
    if isinstance(node, Activity) and node.called in turn.runnable.numbers:
        turn.journal.opened[f"{fact.node}/"] = turn.runnable.numbers[node.called or ""]


def _nothing(turn: Change, fact: Any) -> None:
    """Of this fact no row is kept."""


HANDLERS: dict[type, Callable[[Change, Any], None]] = {
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
